"""Saved documents of a made-up network: eight devices out of files, and more of them site by site."""

import json
from pathlib import Path
from typing import Any

from loopwright.report_saved import Saved, saved
from loopwright.report_verdicts import counts

DATA = Path(__file__).parent / "data" / "reports"
PLAN: dict[str, Any] = json.loads((DATA / "plan.json").read_text(encoding="utf-8"))
FAILED: dict[str, Any] = json.loads((DATA / "failed.json").read_text(encoding="utf-8"))
NEGATIONS = {"frr": "no"}
SITE = 8
JOINED = ("devices", "outcomes", "verdicts", "harm", "reach", "unanswered")


def taken(document: dict[str, Any]) -> Saved:
    """A document as the reports take it."""
    return saved(document, "a sample", NEGATIONS)


def of_site(document: dict[str, Any], number: int) -> dict[str, Any]:
    """The same document of another site: its devices have other names and addresses."""
    text = json.dumps(document).replace("ams-", f"s{number:02}-").replace("192.0.2.", f"198.18.{number}.")
    text = (
        text.replace("198.51.100.", f"198.19.{number}.")
        .replace("203.0.113.", f"198.18.{128 + number}.")
        .replace("2001:db8:", f"2001:db8:{number + 0x100:x}:")
    )
    copied: dict[str, Any] = json.loads(text)
    return copied


def grown(document: dict[str, Any], devices: int, *, well: bool = False) -> dict[str, Any]:
    """The document with sites of eight devices added to its own, in a ring; on them nothing fails where `well`."""
    whole = json.loads(json.dumps(document))
    for number in range(1, devices // SITE):
        site = of_site(document, number)
        if well:
            _mend(site)
        _join(whole, site)
        if "plan" in whole:
            _join(whole["plan"], site["plan"])
        _link(whole, number)
    if "verdicts" in whole:
        whole["counts"] = counts(taken(whole).verdicts)
    return whole


def _join(whole: dict[str, Any], site: dict[str, Any]) -> None:
    for name in JOINED:
        if name in whole:
            whole[name] += site[name]
    for wave, more in zip(whole["waves"], site["waves"], strict=True):
        (wave["devices"] if isinstance(wave, dict) else wave).extend(
            more["devices"] if isinstance(more, dict) else more
        )
    if "snapshot" in whole:
        _join_readings(whole["snapshot"], site["snapshot"])
    for name in whole.get("topology", ()):
        whole["topology"][name] += site["topology"][name]


def _join_readings(whole: dict[str, Any], site: dict[str, Any]) -> None:
    whole["before"] = [one | other for one, other in zip(whole["before"], site["before"], strict=True)]
    whole["after"] |= site["after"]


def _link(whole: dict[str, Any], number: int) -> None:
    if "topology" in whole:
        before = "ams" if number == 1 else f"s{number - 1:02}"
        ends = {"a": f"{before}-p2", "a_interface": "eth8", "b": f"s{number:02}-p1", "b_interface": "eth9"}
        whole["topology"]["links"].append({**ends, "subnet": f"203.0.113.{number}/31", "vrf": "default"})


def _mend(site: dict[str, Any]) -> None:
    for verdict in site.get("verdicts", ()):
        verdict.update(state="pass", cause=None)
    for end in site.get("outcomes", ()):
        end.update(ended="kept", why="", lines=[])
    for ping in site.get("reach", ()):
        ping["received"] = ping["sent"]
    for device in site.get("topology", {"devices": ()})["devices"]:
        device["answered"] = True
    for name in ("harm", "unanswered"):
        site[name] = []
