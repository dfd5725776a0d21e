"""What EOS tells of itself, its interfaces, routes and neighbours, as the dictionaries of its command API."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_interface
from typing import Any

from lab.emulated.device import Device
from lab.emulated.views import DEFAULT_VRF, Enabled, Facts, Port, PortState, RouteView

Answer = dict[str, Any]
MODEL = "cEOSLab"
MEGABYTE = 1024
ROUTE_TYPES = {
    "connected": "connected",
    "static": "static",
    "ospf": "OSPF",
    "ospf3": "OSPFv3",
    "isis": "ISISLevel2",
}


@dataclass
class Shown:
    """A device as one command sees it."""

    device: Device
    arguments: dict[str, str] = field(default_factory=dict)

    @cached_property
    def facts(self) -> Facts:
        """What the running configuration comes to."""
        return self.device.facts

    @cached_property
    def states(self) -> dict[str, PortState]:
        """The state of each port."""
        return {state.name: state for state in self.device.routing.ports(self.device.name)}

    @property
    def version(self) -> str:
        """The release that it says it runs."""
        return str(getattr(self.device.system, "version", ""))

    def up(self, port: Port) -> bool:
        """Whether the line protocol of a port is up."""
        state = self.states.get(port.name)
        return port.enabled and (state.up if state else port.link == 0)

    def vrfs(self) -> list[str]:
        """The VRFs that exist."""
        return [DEFAULT_VRF, *(entry.values["vrf"] for entry in self.device.running.root.each("vrf-instance"))]

    def wanted(self) -> list[str]:
        """The VRFs that the command asks for."""
        asked = self.arguments.get("vrf") or DEFAULT_VRF
        return self.vrfs() if asked == "all" else [vrf for vrf in self.vrfs() if vrf == asked]

    def enabled(self, protocol: str, vrf: str = "") -> list[tuple[Port, Enabled]]:
        """The interfaces that a protocol runs on."""
        ports = [port for port in self.facts.ports if not vrf or port.vrf == vrf]
        return [(port, told) for port in ports for told in port.protocols if told.protocol == protocol]


def version(shown: Shown) -> Answer:
    """`show version`."""
    uptime = shown.device.clock.now() - shown.device.started
    return {
        "mfgName": "Arista",
        "modelName": MODEL,
        "hardwareRevision": "",
        "serialNumber": f"EMULATED{shown.device.name.upper()}",
        "systemMacAddress": _mac(shown.device.name, 0),
        "version": shown.version,
        "internalVersion": f"{shown.version}-emulated",
        "internalBuildId": "emulated",
        "architecture": "x86_64",
        "bootupTimestamp": shown.device.started,
        "uptime": uptime,
        "memTotal": 2000 * MEGABYTE,
        "memFree": 1000 * MEGABYTE,
        "isIntlVersion": False,
    }


def version_words(shown: Shown) -> str:
    """`show version` as text."""
    told = version(shown)
    return text_of(
        (
            f"Arista {told['modelName']}",
            "Hardware version: ",
            f"Serial number: {told['serialNumber']}",
            f"System MAC address: {told['systemMacAddress'].replace(':', '')}",
            "",
            f"Software image version: {told['version']}",
            f"Architecture: {told['architecture']}",
            f"Internal build version: {told['internalVersion']}",
            "",
            f"Uptime: {int(told['uptime'])} seconds",
            f"Total memory: {told['memTotal']} kB",
            f"Free memory: {told['memFree']} kB",
        )
    )


def hostname(shown: Shown) -> Answer:
    """`show hostname`."""
    return {"hostname": shown.device.hostname, "fqdn": shown.device.hostname}


def vrf(shown: Shown) -> Answer:
    """`show vrf`."""
    told: Answer = {}
    for name in shown.vrfs():
        ports = [port for port in shown.facts.ports if port.vrf == name]
        told[name] = {
            "routeDistinguisher": "",
            "vrfState": "up",
            "protocols": {
                family: {"supported": True, "protocolState": "up", "routingState": "up"} for family in ("ipv4", "ipv6")
            },
            "interfacesV4": [p.name for p in ports if _of(p, 4)],
            "interfacesV6": [p.name for p in ports if _of(p, 6)],
            "interfaces": [p.name for p in ports],
        }
    return {"vrfs": told}


def _mac(name: str, index: int) -> str:
    number = sum(ord(letter) * 31**place for place, letter in enumerate(name)) % 0xFFFF
    return f"02:ee:{number >> 8:02x}:{number & 0xFF:02x}:00:{index:02x}"


def _of(port: Port, family: int) -> list[Any]:
    return [ip_interface(a) for a in port.addresses if ip_interface(a).version == family]


def _state(shown: Shown, port: Port) -> Answer:
    up = shown.up(port)
    return {
        "name": port.name,
        "description": port.description,
        "lineProtocolStatus": "up" if up else "down",
        "interfaceStatus": "connected" if up else "notconnect" if port.enabled else "disabled",
    }


def _held(port: Port) -> Answer:
    primary, *others = [{"address": str(a.ip), "maskLen": a.network.prefixlen} for a in _of(port, 4)] or [
        {"address": "0.0.0.0", "maskLen": 0}  # noqa: S104 - how the system shows no address
    ]
    return {
        "primaryIp": primary,
        "secondaryIpsOrderedList": others,
        "secondaryIps": {other["address"]: other for other in others},
        "broadcastAddress": "255.255.255.255",
        "virtualIp": {"address": "0.0.0.0", "maskLen": 0},  # noqa: S104 - how the system shows no address
        "dhcp": False,
    }


def interfaces(shown: Shown) -> Answer:
    """`show interfaces`."""
    told = {}
    for port in shown.facts.ports:
        told[port.name] = {
            **_state(shown, port),
            "hardware": "loopback" if port.link == 0 else "ethernet",
            "forwardingModel": "routed",
            "mtu": 65535 if port.link == 0 else 1500,
            "bandwidth": 0 if port.link == 0 else 1_000_000_000,
            "lastStatusChangeTimestamp": shown.device.started,
            "interfaceAddress": [_held(port)] if _of(port, 4) else [],
        }
        if port.link:
            told[port.name]["physicalAddress"] = told[port.name]["burnedInAddress"] = _mac(port.name, port.link)
    return {"interfaces": told}


def ip_interface_(shown: Shown) -> Answer:
    """`show ip interface`: those with an address."""
    told = {
        port.name: {
            **_state(shown, port),
            "enabled": True,
            "mtu": 65535 if port.link == 0 else 1500,
            "vrf": port.vrf,
            "urpf": "disable",
            "proxyArp": False,
            "localProxyArp": False,
            "interfaceAddress": _held(port),
        }
        for port in shown.facts.ports
        if _of(port, 4)
    }
    return {"interfaces": told}


def ipv6_interface(shown: Shown) -> Answer:
    """`show ipv6 interface`: those with an address."""
    told = {
        port.name: {
            **{key: value for key, value in _state(shown, port).items() if key != "description"},
            "vrf": port.vrf,
            "state": "enabled",
            "urpf": "disable",
            "linkLocal": {"address": f"fe80::{index + 1:x}", "subnet": "fe80::/64", "active": True, "dadfailed": False},
            "addresses": [
                {"address": str(a.ip), "subnet": str(a.network), "active": True, "dadfailed": False}
                for a in _of(port, 6)
            ],
            "multicastGroupAddresses": ["ff02::1"],
        }
        for index, port in enumerate(shown.facts.ports)
        if _of(port, 6)
    }
    return {"interfaces": told}


def _route(view: RouteView, internal: set[str]) -> Answer:
    kind = ROUTE_TYPES.get(view.protocol, view.protocol)
    if view.protocol == "bgp":
        kind = "iBGP" if view.prefix in internal else "eBGP"
    vias = [{"interface": name, **({"nexthopAddr": hop} if hop else {})} for hop, name in view.nexthops]
    told = {
        "routeType": kind,
        "routeAction": "forward",
        "routeLeaked": False,
        "directlyConnected": view.protocol == "connected",
        "hardwareProgrammed": True,
        "kernelProgrammed": True,
        "vias": vias,
    }
    return told if view.protocol == "connected" else {**told, "preference": view.distance, "metric": view.metric}


def _routes(shown: Shown, family: str) -> dict[str, Answer]:
    """The routes in use by VRF; what it tells of local addresses alone is not among them."""
    paths = shown.device.routing.paths(shown.device.name, family)
    internal = {path.prefix for path in paths if path.internal and path.best}
    views = [v for v in shown.device.routing.routes(shown.device.name, family) if v.protocol != "local"]
    prefix = shown.arguments.get("prefix")
    return {
        name: {v.prefix: _route(v, internal) for v in views if v.vrf == name and prefix in (None, v.prefix)}
        for name in shown.wanted()
    }


def _tables(routes: dict[str, Answer]) -> Answer:
    programmed = {"routingDisabled": False, "allRoutesProgrammedHardware": True, "allRoutesProgrammedKernel": True}
    return {"vrfs": {n: {**programmed, "defaultRouteState": "notSet", "routes": told} for n, told in routes.items()}}


def ip_route(shown: Shown) -> Answer:
    """`show ip route [vrf V] [prefix]`."""
    return _tables(_routes(shown, "ipv4"))


def ipv6_route(shown: Shown) -> Answer:
    """`show ipv6 route [vrf V] [prefix]`; of one VRF it tells the routes at the top, as NAPALM reads them."""
    routes = _routes(shown, "ipv6")
    answer = _tables(routes)
    if shown.arguments.get("vrf") not in ("all", None):
        answer["routes"] = next(iter(routes.values()), {})
    return answer


def text_of(lines: Iterable[str]) -> str:
    """Join lines into a text that ends with a line end."""
    return "".join(f"{line}\n" for line in lines)
