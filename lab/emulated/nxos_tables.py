"""NX-OS's interfaces, routes and neighbours as documents, told from facts and views.

Keys and values are those of captures of 9.3(4) and 7.0(3): https://github.com/netenglabs/suzieq (nxos-input).
"""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, ip_interface, ip_network
from itertools import groupby
from typing import Any

from lab.emulated.nxos_json import Document, short, table
from lab.emulated.views import DEFAULT_VRF, Facts, NeighbourView, Port, PortState, RouteView

UPTIME = "P1DT2H3M4S"
BACKBONE = str(IPv4Address(0))
BGP_STATES = {"idle": "Idle", "active": "Active", "connect": "Connect", "established": "Established"}
Row = Mapping[str, Any]


def is_ipv6(address: str) -> bool:
    """Whether an address or prefix is of IPv6."""
    return ":" in address


def vrf_order(name: str) -> tuple[bool, str]:
    """A sort key for VRFs: the default one first."""
    return (name != DEFAULT_VRF, name)


def _states(port: Port, states: Mapping[str, bool]) -> dict[str, str]:
    up = "up" if states.get(port.name) else "down"
    return {"proto-state": up, "link-state": up, "admin-state": "up" if port.enabled else "down"}


def ip_interfaces(facts: Facts, states: Sequence[PortState]) -> Document:
    """The answer to `show ip interface vrf all`: the interfaces that have an IPv4 address."""
    up = {state.name: state.up for state in states}
    rows = []
    for number, port in enumerate(sorted(facts.ports, key=lambda port: vrf_order(port.vrf)), start=5):
        held = [ip_interface(address) for address in port.addresses if not is_ipv6(address)]
        if not held:
            continue
        first, others = held[0], held[1:]
        secondary = [
            {"prefix1": str(a.ip), "subnet1": str(a.network.network_address), "masklen1": a.network.prefixlen}
            for a in others
        ]
        rows.append(
            {
                "vrf-name-out": port.vrf, "intf-name": port.name, **_states(port, up), "iod": number,
                "prefix": str(first.ip), "subnet": str(first.network.network_address),
                "masklen": first.network.prefixlen, **table("secondary_address", secondary),
                "num-addr": len(held), "ip-disabled": "FALSE", "bcast-addr": "255.255.255.255", "num-maddr": 0,
                "mtu": 1500, "pref": 0, "tag": 0, "stats-last-reset": "never",
            }
        )  # fmt: skip
    return table("intf", rows)


def ipv6_interfaces(facts: Facts, states: Sequence[PortState]) -> Document:
    """The answer to `show ipv6 interface vrf all`: the interfaces that have an IPv6 address."""
    up = {state.name: state.up for state in states}
    rows = []
    for number, port in enumerate(sorted(facts.ports, key=lambda port: vrf_order(port.vrf)), start=5):
        held = [address for address in port.addresses if is_ipv6(address)]
        if held:
            rows.append(
                {
                    "vrf-name-out": port.vrf, "intf-name": port.name, **_states(port, up), "iod": number,
                    **table("addr", [{"addr": address} for address in held]),
                    "prefix": str(ip_interface(held[0]).network), "linklocal-addr": f"fe80::1:{number:x}",
                    "linklocal-configured": "FALSE", "mtu": 1500, "stats-last-reset": "never",
                }
            )  # fmt: skip
    return table("intf", rows)


def brief(facts: Facts, states: Sequence[PortState]) -> Document:
    """The answer to `show interface brief`."""
    up = {state.name: state.up for state in states}
    rows = []
    for port in facts.ports:
        row = {"interface": port.name, "state": "up" if port.enabled and up.get(port.name) else "down"}
        if port.link:
            reason = "none" if row["state"] == "up" else "Link not connected"
            reason = reason if port.enabled else "Administratively down"
            row = {"interface": port.name, "vlan": "--", "type": "eth", "portmode": "routed", **row,
                   "state_rsn_desc": reason, "speed": "10G", "ratemode": "D"}  # fmt: skip
        rows.append(row)
    return table("interface", rows)


def routes(views: Iterable[RouteView], facts: Facts, family: str) -> Document:
    """The answer to `show ip route vrf all` or `show ipv6 route vrf all`."""
    rows = []
    ordered = sorted(views, key=lambda view: (vrf_order(view.vrf), _place(view.prefix)))
    for vrf, within in groupby(ordered, key=lambda view: view.vrf):
        prefixes = [
            _prefix(prefix, list(same), facts) for prefix, same in groupby(within, key=lambda view: view.prefix)
        ]
        rows.append(
            {"vrf-name-out": vrf, **table("addrf", [{"addrf": family, **table("prefix", prefixes)}])},
        )
    return table("vrf", rows)


def _place(prefix: str) -> tuple[int, int]:
    network = ip_network(prefix, strict=False)
    return int(network.network_address), network.prefixlen


def _prefix(prefix: str, same: Sequence[RouteView], facts: Facts) -> Row:
    paths = [path for view in same for path in _paths(view, facts)]
    attached = "true" if any(view.protocol in ("connected", "local") for view in same) else "false"
    unique = list({tuple(path.items()): path for path in paths}.values())
    return {"ipprefix": prefix, "ucast-nhops": len(unique), "mcast-nhops": 0, "attached": attached,
            **table("path", unique)}  # fmt: skip


def _paths(view: RouteView, facts: Facts) -> list[Row]:
    shared = {"uptime": UPTIME, "pref": view.distance, "metric": view.metric}
    if view.protocol in ("connected", "local"):
        return [path for _, interface in view.nexthops for path in _attached(view, interface, facts)]
    clients = {
        "ospf": {"clientname": f"ospf-{_process(facts, 'ospf')}", "type": "intra"},
        "ospf3": {"clientname": f"ospfv3-{_process(facts, 'ospf3')}", "type": "intra"},
        "isis": {"clientname": f"isis-{_process(facts, 'isis')}", "type": "L2"},
        "bgp": {"clientname": f"bgp-{facts.asn}", "type": "internal" if view.distance == 200 else "external"},
    }
    client = clients.get(view.protocol, {"clientname": view.protocol})
    return [
        {
            **({"ipnexthop": address} if address else {}),
            **({"ifname": short(interface)} if interface else {} if address else {"ifname": "Null0"}),
            **shared, **client, "ubest": "true",
        }
        for address, interface in view.nexthops or (("", ""),)
    ]  # fmt: skip


def _attached(view: RouteView, interface: str, facts: Facts) -> list[Row]:
    """A prefix of the device's own: its host route is both `local` and `direct`, a wider one `direct` only."""
    network = ip_network(view.prefix, strict=False)
    port = next((port for port in facts.ports if port.name == interface), Port(interface))
    inside = (ip_interface(address) for address in port.addresses if is_ipv6(address) == is_ipv6(view.prefix))
    own = next((str(address.ip) for address in inside if address.ip in network), str(network.network_address))
    host = network.prefixlen == network.max_prefixlen
    configured = any(str(ip_interface(address).network) == view.prefix for address in port.addresses)
    names = ["local"] if host else []
    names += ["direct"] if configured or not host else []
    path = {"ipnexthop": own, "ifname": short(interface), "uptime": UPTIME, "pref": 0, "metric": 0}
    return [{**path, "clientname": name, "ubest": "true"} for name in names]


def _process(facts: Facts, protocol: str) -> str:
    enabled = (item for port in facts.ports for item in port.protocols if item.protocol == protocol)
    return next((item.process for item in enabled if item.process), "1")


def ospf_neighbours(views: Iterable[NeighbourView], facts: Facts, protocol: str) -> Document:
    """The answer to `show ip ospf neighbors detail vrf all` and to its like of OSPFv3."""
    areas = {port.name: item.area for port in facts.ports for item in port.protocols if item.protocol == protocol}
    rows = [
        {
            "rid": view.identity, "addr": view.address, "area": areas.get(view.interface, BACKBONE),
            "intf": view.interface, "state": view.state.upper().partition("/")[0], "transition": 5,
            "lastchange": UPTIME, "deadtimer": "PT37S",
        }
        for view in views
    ]  # fmt: skip
    if not rows:
        return {}
    return table("ctx", [{"ptag": _process(facts, protocol), "cname": DEFAULT_VRF, **table("nbr", rows)}])


def isis_neighbours(views: Iterable[NeighbourView], facts: Facts) -> Document:
    """The answer to `show isis adjacency vrf all`."""
    rows = [
        {
            "adj-sys-name-out": view.identity, "adj-sys-id-out": view.identity, "adj-usage-out": "2",
            "adj-state-out": "UP" if view.up else view.state.upper(), "adj-hold-time-out": "00:00:25",
            "adj-intf-name-out": view.interface, "adj-detail-set-out": "false",
        }
        for view in views
    ]  # fmt: skip
    vrf = {"vrf-name-out": DEFAULT_VRF, "adj-summary-out": "false", "adj-interface-out": "false"}
    process = {"process-tag-out": _process(facts, "isis")}
    return table("process_tag", [{**process, **table("vrf", [{**vrf, **table("process_adj", rows)}])}])


def bgp_summary(views: Iterable[NeighbourView], facts: Facts) -> Document:
    """The answer to `show bgp all summary vrf all`: every session under the families that its address is of."""
    if not facts.asn:
        return {}
    listed = list(views)
    families = []
    for number, name in ((1, "IPv4 Unicast"), (2, "IPv6 Unicast")):
        peers = [_peer(view) for view in listed if is_ipv6(view.identity) == (number == 2)]
        counts = {"tableversion": 5, "configuredpeers": len(peers), "capablepeers": len(peers)} if peers else {}
        row = {"safi": 1, "af-name": name, **counts, **table("neighbor", peers)}
        families.append({"af-id": number, **table("saf", [row])})
    vrf = {"vrf-name-out": DEFAULT_VRF, "vrf-router-id": facts.router_id, "vrf-local-as": facts.asn}
    return table("vrf", [{**vrf, **table("af", families)}])


def _peer(view: NeighbourView) -> Row:
    state = BGP_STATES.get(view.state.lower(), view.state)
    return {"neighborid": view.identity, "neighborversion": 4, "msgrecvd": 50, "msgsent": 50,
            "neighbortableversion": 5, "inq": 0, "outq": 0, "neighboras": view.remote_as, "time": UPTIME,
            "state": state, **({"prefixreceived": 1} if view.up else {})}  # fmt: skip


def inventory() -> Document:
    """The answer to `show inventory`."""
    chassis = {"name": '"Chassis"', "desc": '"Nexus9000 C9300v Chassis"', "productid": "N9K-C9300v", "vendorid": "V01",
               "serialnum": "9EMULATED01"}  # fmt: skip
    return table("inv", [chassis, {**chassis, "name": '"Slot 1"', "desc": '"Nexus 9000v Ethernet Module"'}])
