"""What NX-OS refuses and what else comes of a line: overlapping addresses, features, VRF moves.

The words are those of 9.3 where a public thread or capture shows them; `EMULATED` marks those that are ours.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_interface
from typing import Any

from lab.emulated.nxos_json import short
from lab.emulated.store import Edit, Entry, UnknownLine
from lab.emulated.system import Refusal
from lab.emulated.views import DEFAULT_VRF

UNKNOWN = "% Invalid command at '^' marker."
LONGEST_TEXT = 254
FEATURES = {"ospf": "ospf", "ospf3": "ospfv3", "isis": "isis", "bgp": "bgp", "pim": "pim"}
LAYER_3 = frozenset({"address", "secondary", "address6", "layer-3", "ospf", "ospf3", "isis", "pim"})
EMULATED_PRIMARY = "% Must delete secondary before deleting primary"

Store = Any


def vrf_of(interface: Entry) -> str:
    """The VRF of an interface."""
    return interface.value("vrf", "vrf", DEFAULT_VRF)


def needs(feature: str) -> Any:
    """A check: without the feature its lines do not exist."""

    def check(store: Store, edit: Edit) -> None:
        name = FEATURES[feature]
        if not any(entry.values["feature"] == name for entry in store.root.each("feature")):
            raise UnknownLine(UNKNOWN, edit.found.line, 0)

    return check


def without_feature(store: Store, edit: Edit) -> None:
    """A feature that goes takes its configuration along."""
    if not edit.removing:
        return
    gone = next((what for what, name in FEATURES.items() if name == edit.values["feature"]), "")
    for key in [key for key, entry in store.root.children.items() if entry.rule.what == f"router-{gone}"]:
        del store.root.children[key]
    for interface in store.root.each("interface"):
        _drop(interface, {gone})


def moved(store: Store, edit: Edit) -> None:
    """Another VRF drops what an interface has of layer 3."""
    interface = store.at(edit.position)
    now = edit.values["vrf"] if not edit.removing else DEFAULT_VRF
    before = edit.present.values["vrf"] if edit.present else DEFAULT_VRF
    if interface is None or now == before:
        return
    _drop(interface, LAYER_3)
    store.said.append(f"Warning: Deleted all L3 config on interface {interface.values['name']}")
    known = {"management", DEFAULT_VRF, *(entry.values["vrf"] for entry in store.root.each("vrf-context"))}
    if now not in known:
        name = interface.values["name"]
        store.said.append(f"% VRF {now} does not exist. Create vrf to make interface {name} operational")


def _drop(interface: Entry, kinds: frozenset[str] | set[str]) -> None:
    for key in [key for key, entry in interface.children.items() if entry.rule.what.partition(" ")[0] in kinds]:
        del interface.children[key]


def _held(store: Store, vrf: str) -> Iterator[tuple[Entry, Entry]]:
    for interface in store.root.each("interface"):
        if vrf_of(interface) == vrf:
            for entry in interface.children.values():
                if entry.rule.what in ("address", "secondary", "address6"):
                    yield interface, entry


def overlaps(store: Store, edit: Edit) -> None:
    """An address may be in no network that another one of the same VRF is in."""
    here = store.at(edit.position)
    if here is None or edit.removing:
        return
    wanted = ip_interface(edit.values["ip"])
    for interface, entry in _held(store, vrf_of(here)):
        other = ip_interface(entry.values["ip"])
        replaced = entry is edit.present
        if replaced or other.version != wanted.version or not wanted.network.overlaps(other.network):
            continue
        raise Refusal(
            f"% {wanted} overlaps with address configured on {short(interface.values['name'])}", edit.found.line
        )


def primary(store: Store, edit: Edit) -> None:
    """A primary address cannot go while there are secondary ones, unless all go."""
    overlaps(store, edit)
    here = store.at(edit.position)
    if here is None or not edit.removing:
        return
    if not edit.found.whole:
        _drop(here, {"secondary"})
    elif here.each("secondary") and edit.present and edit.present.values["ip"] == edit.values["ip"]:
        raise Refusal(EMULATED_PRIMARY, edit.found.line)


def unshut(store: Store, edit: Edit) -> None:
    """A loopback is up without saying so."""
    here = store.at(edit.position)
    if here is not None and here.values["name"].startswith("loopback"):
        here.children.pop(edit.found.key, None)


def not_passive(store: Store, edit: Edit) -> None:
    """That an interface is not passive is shown only where the process makes it so by default."""
    here = store.at(edit.position)
    line = here.one("ospf enabled") if here else None
    name = line.values["process"] if line else ""
    running = (process for process in store.root.each("router-ospf") if process.values["process"] == name)
    if here is not None and not any(process.each("passive-default") for process in running):
        here.children.pop(edit.found.key, None)


def text_fits(_: Store, edit: Edit) -> None:
    """A description has a longest length."""
    if len(edit.values.get("text", "")) > LONGEST_TEXT:
        raise Refusal(f"% String exceeded max length of ({LONGEST_TEXT}) at '^' marker.", edit.found.line)


def one_as(store: Store, edit: Edit) -> None:
    """There is one BGP process."""
    needs("bgp")(store, edit)
    running = store.root.one("router-bgp")
    if running and not edit.removing and running.values["asn"] != edit.values["asn"]:
        raise Refusal(f"% BGP is already running; AS is {running.values['asn']}", edit.found.line)


def interface_name(text: str) -> str:
    """The name of an interface as NX-OS writes it; raises ValueError for what it has not."""
    found = re.fullmatch(r"(?P<kind>[A-Za-z-]+)\s*(?P<place>[\d/.]*)", text)
    kind = found["kind"].casefold() if found else ""
    names = {
        "loopback": "loopback",
        "ethernet": "Ethernet",
        "mgmt": "mgmt",
        "vlan": "Vlan",
        "port-channel": "port-channel",
    }
    name = next((long for word, long in names.items() if kind and word.startswith(kind)), "")
    if not found or not name or (name == "loopback" and int(found["place"]) > 1023):
        raise ValueError(text)
    return f"{name}{found['place']}"


def with_as(store: Store, edit: Edit) -> None:
    """An AS on the line of a neighbour is a line under it."""
    if not edit.removing:
        store.enter((*edit.position, edit.found.key), f"remote-as {edit.values['asn']}")
