"""What differs between the network before a run and after it, for people."""

from collections.abc import Iterator, Mapping
from typing import Any

from loopwright.report import counted
from loopwright.verdict import State

SO: Mapping[str, tuple[str, State]] = {
    "wave": ("its wave is put back", "fail"),
    "next wave": ("no other wave begins", "fail"),
    "": ("only told", "unproven"),
}


def harm(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What was lost or changed, with what follows from it."""
    for each in document.get("harm") or ():
        so, state = SO.get(each["blocks"], (each["blocks"], "fail"))
        yield {**each, "so": so, "state": state}


def differences(snapshot: Mapping[str, Any]) -> tuple[dict[tuple[str, str], list[str]], int]:
    """The devices on which anything differs, by what it was and what it is; and how many devices are as they were.

    Of several readings before, the last one is compared.
    """
    before, after = snapshot["before"][-1], snapshot["after"]
    found: dict[tuple[str, str], list[str]] = {}
    for name in dict.fromkeys((*before, *after)):
        was, now = _facts(before.get(name)), _facts(after.get(name))
        keys = [key for key in dict.fromkeys((*was, *now)) if was.get(key) != now.get(key)]
        if keys:
            found.setdefault((_words(was, keys), _words(now, keys)), []).append(name)
    return found, len({*before, *after}) - sum(map(len, found.values()))


def _words(facts: Mapping[str, str], keys: list[str]) -> str:
    return "; ".join(f"{key} {facts[key]}" for key in keys if key in facts) or "none of it"


def _facts(device: Mapping[str, Any] | None) -> dict[str, str]:
    """What is compared of a device, by what it is called."""
    if device is None:
        return {}
    facts = {f"{protocol} router-id": str(identity) for protocol, identity in device["router_ids"].items()}
    for protocol, name, interface in device["neighbours"]:
        facts[f"{protocol} neighbour {name} on {interface}"] = "up"
    facts |= {f"{protocol}:": counted(number, "route") for protocol, number in device["routes"].items()}
    facts["known loopbacks:"] = str(device["loopbacks"])
    return facts
