"""Which show command of an emulated IOS-XR is answered from which view of the network."""

import re
from collections.abc import Callable

from lab.emulated import iosxr_bgp, iosxr_look, iosxr_show, iosxr_tables
from lab.emulated.cli import Show, command
from lab.emulated.device import Device
from lab.emulated.iosxr_facts import conflicts, ports_of
from lab.emulated.iosxr_store import XrStore
from lab.emulated.views import DEFAULT_VRF, Facts, Port

_PROCESSES = {
    "ospf": ("ospf", "process"), "ospf3": ("ospfv3", "process"), "isis": ("isis", "tag"), "bgp": ("bgp", "asn"),
}  # fmt: skip
_NO_PROCESS = "% {} is not running"
Answer = Callable[[Device, re.Match[str]], str]


def _root(device: Device) -> XrStore:
    store: XrStore = device.running
    return store


def _facts(device: Device) -> Facts:
    return device.facts


def _ports(device: Device) -> tuple[Port, ...]:
    """Every interface, with the addresses that are lost to a conflict too."""
    return ports_of(_root(device).root)


def _vrfs(device: Device) -> list[str]:
    return [entry.values["name"] for entry in _root(device).root.shown() if entry.rule.what == "vrf"]


def _process(device: Device, word: str, name: str) -> str:
    process = _root(device).root.one(word)
    return process.values[name] if process else ""


def _interfaces4(device: Device, _found: re.Match[str]) -> str:
    lost = frozenset(address for _, address in conflicts(_root(device).root))
    return iosxr_show.interfaces_ipv4(_ports(device), device.routing.ports(device.name), lost)


def _interface(device: Device, found: re.Match[str]) -> str:
    up = {state.name: state.up for state in device.routing.ports(device.name)}
    port = next((p for p in _ports(device) if p.name.casefold() == found["name"].casefold()), None)
    return iosxr_look.interface(port, up=up.get(port.name, False)) if port else "Interface not found"


def _routes(device: Device, found: re.Match[str]) -> str:
    family = found["family"] or "ipv4"
    vrf = found["vrf"] or DEFAULT_VRF
    vrfs = _vrfs(device) if vrf == "all" else [vrf]
    told = device.routing.routes(device.name, family)
    if found["prefix"]:
        exact = (r for r in told if r.vrf == vrf and found["prefix"] in (r.prefix, r.prefix.partition("/")[0]))
        one = next(exact, None)
        word, name = _PROCESSES.get(one.protocol if one else "", ("", ""))
        return iosxr_look.route(one, _process(device, word, name) if word else "")
    return iosxr_show.routes(told, vrfs)


def _ospf(device: Device, found: re.Match[str]) -> str:
    six = found["six"] is not None
    word, protocol = ("ospfv3", "ospf3") if six else ("ospf", "ospf")
    process, router_id = _process(device, word, "process"), _facts(device).router_id
    if not process:
        return _NO_PROCESS.format(word)
    what = " ".join((found["what"] or "").lower().split())
    if what == "neighbor":
        return iosxr_tables.ospf_neighbours(device.routing.neighbours(device.name, protocol), process, protocol)
    if not what:
        return iosxr_tables.ospf_process(router_id, process, protocol)
    if what == "database":
        return iosxr_look.database(device.routing.lsas(device.name, protocol), router_id, process, six=six)
    kind = what.removeprefix("database ")
    return iosxr_tables.ospf_database(kind, device.routing.lsas(device.name, protocol), router_id, process, six=six)


def _isis(device: Device, found: re.Match[str]) -> str:
    tag = _process(device, "isis", "tag")
    if not tag:
        return _NO_PROCESS.format("isis")
    if found["what"].lower().startswith("neighbor"):
        return iosxr_tables.isis_neighbours(device.routing.neighbours(device.name, "isis"), tag)
    return iosxr_tables.isis_database(device.routing.lsas(device.name, "isis"), tag, device.hostname)


def _bgp(device: Device, found: re.Match[str]) -> str:
    asn, router_id = _process(device, "bgp", "asn"), _facts(device).router_id
    if not asn:
        return "% BGP instance 'default' not active"
    family, what = found["family"].lower(), (found["what"] or "").lower()
    if what == "summary":
        neighbours = device.routing.neighbours(device.name, "bgp")
        return iosxr_bgp.bgp_summary(neighbours, router_id, asn, family)
    paths = device.routing.paths(device.name, family)
    if found["vrf"]:
        return iosxr_bgp.by_vrf(paths, _vrfs(device), router_id, detail=what == "detail", asn=asn)
    paths = iosxr_bgp.in_default(paths)
    if "/" in what:
        paths = tuple(path for path in paths if path.prefix == what)
        return iosxr_bgp.bgp_detail(paths, router_id) if paths else "% Network not in table"
    return iosxr_bgp.bgp_detail(paths, router_id) if what else iosxr_bgp.bgp_brief(paths, router_id, asn)


def _ping(device: Device, found: re.Match[str]) -> str:
    count, timeout = int(found["count"] or 5), int(found["timeout"] or 2)
    destination = found["destination"]
    known = [address.partition("/")[0] for port in _ports(device) for address in port.addresses]
    source = found["source"] or ""
    if source and source not in known:
        return "% Invalid source address: it is not an address of this router"
    received = device.routing.ping(device.name, found["vrf"] or DEFAULT_VRF, source, destination, count)
    return iosxr_show.ping(destination, count, received, timeout)


SHOWS: tuple[Show, ...] = (
    (command("show version"), lambda _device, _found: iosxr_show.version()),
    (command("show (?:ip|ipv4) vrf all interface brief|show (?:ip|ipv4) interface brief"),
     lambda device, _: iosxr_show.interfaces_brief(_ports(device), device.routing.ports(device.name))),
    (command(r"show interfaces (?P<name>\S+)"), _interface),
    (command("show ipv4 vrf all interface"), _interfaces4),
    (command("show ipv6 vrf all interface"),
     lambda device, _: iosxr_show.interfaces_ipv6(_ports(device), device.routing.ports(device.name))),
    (command(r"show route(?: vrf (?P<vrf>\S+))?(?: (?P<family>ipv4|ipv6))?(?: unicast)?"
             r"(?: (?P<prefix>[\d:a-f][^\s]*))?"), _routes),
    (command(r"show ospf(?P<six>v3)?(?: vrf all-inclusive)?"
             r"(?: (?P<what>neighbor|database(?: (?:router|summary|external|prefix|inter-area prefix))?))?"), _ospf),
    (command("show isis (?P<what>database detail|database verbose|neighbors?)"), _isis),
    (command(r"show bgp(?: vrf (?P<vrf>all))? (?P<family>ipv4|ipv6) unicast"
             r"(?: (?P<what>detail|summary|\S+/\d+))?"), _bgp),
    (command(r"ping(?: vrf (?P<vrf>\S+))?(?: (?:ipv4|ipv6))? (?P<destination>[\d:.a-fA-F]+)(?: source (?P<source>\S+))?"
             r"(?: count (?P<count>\d+))?(?: timeout (?P<timeout>\d+))?(?: source (?P<late>\S+))?"), _ping),
)  # fmt: skip
