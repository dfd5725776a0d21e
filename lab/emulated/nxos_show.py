"""NX-OS's show commands: which renderer answers which, out of what the device is configured to be and what it sees."""

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_interface
from typing import TYPE_CHECKING

from lab.emulated import nxos_databases as databases
from lab.emulated import nxos_tables as tables
from lab.emulated.cli import Show, command
from lab.emulated.nxos_json import Document
from lab.emulated.nxos_store import NxosStore
from lab.emulated.nxos_words import header, interface_details, interface_status, version
from lab.emulated.views import Facts, LsaView, Port

if TYPE_CHECKING:
    from lab.emulated.device import Device

NOT_RUNNING = "Note:  process currently not running"
Asked = re.Match[str]
Structured = tuple[re.Pattern[str], Callable[["Device", Asked], Document]]


def facts_of(device: "Device") -> Facts:
    """What the device is configured to be."""
    return device.facts


def _runs(device: "Device", protocol: str) -> str:
    """The name of the first process of a protocol, "" where none runs."""
    process = device.running.root.one(f"router-{protocol}")
    return str(process.values.get("process") or process.values.get("asn")) if process else ""


def _database(
    protocol: str, render: Callable[[tuple[LsaView, ...], str, str], str]
) -> Callable[["Device", Asked], str]:
    def show(device: "Device", _: Asked) -> str:
        process = _runs(device, protocol)
        if not process:
            return NOT_RUNNING
        return render(device.routing.lsas(device.name, protocol), facts_of(device).router_id, process)

    return show


def _isis(device: "Device", _: Asked) -> str:
    tag = _runs(device, "isis")
    return databases.isis_database(device.routing.lsas(device.name, "isis"), tag) if tag else NOT_RUNNING


def _bgp(device: "Device", asked: Asked) -> str:
    if not _runs(device, "bgp"):
        return NOT_RUNNING
    family = asked["family"]
    paths = [path for path in device.routing.paths(device.name, family) if asked["prefix"] in (None, path.prefix)]
    return databases.bgp_paths(paths, facts_of(device), family)


def _routes(device: "Device", asked: Asked) -> Document:
    family = "ipv6" if asked["version"] == "v6" else "ipv4"
    views = [
        view for view in device.routing.routes(device.name, family) if asked["prefix"] in (None, view.prefix)
    ]  # fmt: skip
    return tables.routes(views, facts_of(device), family)


def _routes_text(device: "Device", asked: Asked) -> str:
    """The same table in words."""
    document = _routes(device, asked)
    lines: list[str] = []
    word = "IPv6" if asked["version"] == "v6" else "IP"
    for vrf in document.get("TABLE_vrf", {}).get("ROW_vrf", []):
        lines += [f'{word} Route Table for VRF "{vrf["vrf-name-out"]}"', "'*' denotes best ucast next-hop"]
        lines += ["'**' denotes best mcast next-hop", "'[x/y]' denotes [preference/metric]"]
        lines += ["'%<string>' in via output denotes VRF <string>", ""]
        for prefix in vrf["TABLE_addrf"]["ROW_addrf"][0]["TABLE_prefix"]["ROW_prefix"]:
            attached = ", attached" * (prefix["attached"] == "true")
            lines += [f"{prefix['ipprefix']}, ubest/mbest: {prefix['ucast-nhops']}/0{attached}"]
            for path in prefix.get("TABLE_path", {}).get("ROW_path", []):
                way = ", ".join(path[key] for key in ("ipnexthop", "ifname") if key in path)
                kind = f", {path['type']}" if "type" in path else ""
                cost = f"[{path['pref']}/{path['metric']}]"
                lines += [f"    *via {way}, {cost}, 1d02h, {path['clientname']}{kind}"]
        lines += [""]
    return "\n".join(lines)


def _interfaces(device: "Device", asked: Asked) -> Document:
    render = tables.ipv6_interfaces if asked["version"] == "v6" else tables.ip_interfaces
    return render(facts_of(device), device.routing.ports(device.name))


def _ip_text(port: Port, state: str, number: int) -> Iterable[str]:
    yield f"{port.name}, Interface status: protocol-{state}/link-{state}/admin-{_up(up=port.enabled)}, iod: {number},"
    for place, address in enumerate(a for a in port.addresses if ":" not in a):
        held = ip_interface(address)
        tail = " secondary" if place else " route-preference: 0, tag: 0"
        yield f"  IP address: {held.ip}, IP subnet: {held.network}{tail}"
    yield "  IP MTU: 1500 bytes (using link MTU)"


def _ipv6_text(port: Port, state: str, number: int) -> Iterable[str]:
    yield f"{port.name}, Interface status: protocol-{state}/link-{state}/admin-{_up(up=port.enabled)}, iod: {number}"
    held = [address for address in port.addresses if ":" in address]
    yield from ("  IPv6 address: ", *(f"    {address} [VALID]" for address in held))
    yield f"  IPv6 subnet:  {ip_interface(held[0]).network}"
    yield f"  IPv6 link-local address: fe80::1:{number:x} (default) [VALID]"


def _up(*, up: bool) -> str:
    return "up" if up else "down"


def _interfaces_text(device: "Device", asked: Asked) -> str:
    states = {state.name: state.up for state in device.routing.ports(device.name)}
    facts, v6 = facts_of(device), asked["version"] == "v6"
    lines: list[str] = []
    for vrf in dict.fromkeys(sorted((port.vrf for port in facts.ports), key=tables.vrf_order)):
        lines += [f'{"IPv6" if v6 else "IP"} Interface Status for VRF "{vrf}"']
        for number, port in enumerate(facts.ports, start=5):
            if port.vrf == vrf and any((":" in address) == v6 for address in port.addresses):
                lines += (_ipv6_text if v6 else _ip_text)(port, _up(up=states.get(port.name, False)), number)
        lines += [""]
    return "\n".join(lines)


def _ports(render: Callable[[Facts, dict[str, bool]], str]) -> Callable[["Device", Asked], str]:
    def show(device: "Device", asked: Asked) -> str:
        states = {state.name: state.up for state in device.routing.ports(device.name)}
        facts = facts_of(device)
        name = asked.groupdict().get("name")
        wanted = tuple(port for port in facts.ports if name in (None, port.name))
        return render(Facts(facts.device, wanted), states) if wanted else "% Interface does not exist"

    return show


def _running(device: "Device", asked: Asked) -> str:
    """The running configuration, with the lines that are defaults where they are asked for."""
    store: NxosStore = device.running
    if asked["all"]:
        return header("show running-config all", device.clock.date()) + store.with_defaults()
    return header("show running-config", device.clock.date()) + store.text()


def _one_interface(device: "Device", asked: Asked) -> str:
    """The lines of one interface."""
    store: NxosStore = device.running
    name = asked["name"].casefold()
    found = next((entry for entry in store.root.each("interface") if entry.values["name"].casefold() == name), None)
    lines = "\n".join(store.block(found, 0)) if found else "% Invalid interface"
    return header(f"show running-config interface {asked['name']}", device.clock.date()) + lines


SHOWS: tuple[Show, ...] = (
    (command("show running-config(?P<all> all)?"), _running),
    (command(r"show running-config interface (?P<name>\S+)"), _one_interface),
    (
        command("show startup-config"),
        lambda device, _: header("show startup-config", device.clock.date()) + device.startup,
    ),
    (command("show version"), lambda device, _: version(device.hostname, device.clock.now() - device.started)),
    (command("show hostname"), lambda device, _: f"{device.hostname} "),
    (
        command("show hosts"),
        lambda _, __: "DNS lookup enabled\nDefault domain is lab.example\nName servers are not set",
    ),
    (command("show interface status"), _ports(interface_status)),
    (command(r"show interface(?: (?P<name>\S+\d))?"), _ports(interface_details)),
    (command("show ip(?P<version>v6)? interface vrf all"), _interfaces_text),
    (command(r"show ip(?P<version>v6)? route(?: vrf all)?(?: (?P<prefix>\S+/\d+))?(?: vrf all)?"), _routes_text),
    (command("show ip ospf database router detail vrf all"), _database("ospf", databases.ospf_routers)),
    (command("show ip ospf database summary detail vrf all"), _database("ospf", databases.ospf_summaries)),
    (command("show ip ospf database external detail vrf all"), _database("ospf", databases.ospf_externals)),
    (command("show ipv6 ospfv3 database detail vrf all"), _database("ospf3", databases.ospf3_database)),
    (command("show isis database detail vrf all"), _isis),
    (command(r"show bgp vrf all (?P<family>ipv[46]) unicast (?:detail|(?P<prefix>\S+/\d+))"), _bgp),
)
STRUCTURED: tuple[Structured, ...] = (
    (command("show ip(?P<version>v6)? interface vrf all"), _interfaces),
    (command(r"show ip(?P<version>v6)? route vrf all(?: (?P<prefix>\S+/\d+))?"), _routes),
    (
        command("show interface brief"),
        lambda device, _: tables.brief(facts_of(device), device.routing.ports(device.name)),
    ),
    (
        command("show ip ospf neighbors detail vrf all"),
        lambda d, _: tables.ospf_neighbours(d.routing.neighbours(d.name, "ospf"), facts_of(d), "ospf"),
    ),
    (
        command("show ipv6 ospfv3 neighbors detail vrf all"),
        lambda d, _: tables.ospf_neighbours(d.routing.neighbours(d.name, "ospf3"), facts_of(d), "ospf3"),
    ),
    (
        command("show isis adjacency vrf all"),
        lambda d, _: tables.isis_neighbours(d.routing.neighbours(d.name, "isis"), facts_of(d)),
    ),
    (
        command("show bgp all summary vrf all"),
        lambda d, _: tables.bgp_summary(d.routing.neighbours(d.name, "bgp"), facts_of(d)),
    ),
    (command("show inventory"), lambda _, __: tables.inventory()),
)
