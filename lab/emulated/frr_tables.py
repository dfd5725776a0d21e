"""What FRR tells of its tables, turned into views. Verified on FRR 8.4.4."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from lab.emulated.views import DEFAULT_VRF, LsaView, NeighbourView, PathView, RouteView

PROTOCOLS = {"ospf": "ospf", "ospf6": "ospf3", "isis": "isis", "bgp": "bgp", "static": "static"}
# An LSA of this age is withdrawn and only listed until all neighbours know.
MAX_AGE = 3600
LEVEL = re.compile(r"IS-IS Level-(\d) link-state database")
LSP = re.compile(r"(\S+)\.[0-9a-f]{2}-[0-9a-f]{2}\s+(\*?)\s+\d+\s+0x\S+\s+0x\S+\s+(\S+)")
REACH = re.compile(r"\s+(?:Extended IP|IPv6) Reachability: (\S+) \(Metric: (\d+)\)")
# What stands for a neighbour where a path is the router's own.
OWN = ("", "(unspec)")

Answer = Mapping[str, Any]
Ports = Mapping[str, str]
"""The device's own names by those of the interfaces of its router."""


def _prefix(text: str) -> str:
    """Return a prefix in canonical form."""
    return str(ip_network(text, strict=False))


def learnt(answer: Answer, ports: Ports) -> Iterator[RouteView]:
    """Yield the routes in use that other routers told of; what is thrown away at a border is not among them."""
    for prefix, entries in answer.items():
        for entry in entries:
            hops = tuple(
                (str(hop.get("ip", "")), ports.get(hop["interfaceName"], hop["interfaceName"]))
                for hop in entry.get("nexthops", ())
                if hop.get("fib") and "interfaceName" in hop
            )
            if entry.get("selected") and entry["protocol"] in PROTOCOLS and hops:
                protocol = PROTOCOLS[entry["protocol"]]
                yield RouteView(DEFAULT_VRF, prefix, protocol, hops, entry["distance"], entry["metric"])


def connected(answer: Answer) -> set[tuple[str, str]]:
    """Return the prefixes that are connected, with the interfaces of the router."""
    return {
        (prefix, hop["interfaceName"])
        for prefix, entries in answer.items()
        for entry in entries
        if entry["protocol"] == "connected" and entry.get("selected")
        for hop in entry["nexthops"]
        if "interfaceName" in hop
    }


def _areas(answer: Answer, kind: str) -> Iterator[tuple[str, Answer]]:
    """Yield the LSAs of a kind that are not withdrawn, with their areas."""
    for area, lsas in answer.get(kind, {}).get("areas", {}).items():
        yield from ((area, lsa) for lsa in lsas if lsa["lsaAge"] < MAX_AGE)


def ospf(routers: Answer, summaries: Answer, externals: Answer) -> Iterator[LsaView]:
    """Yield the prefixes of the OSPFv2 databases."""
    own = routers.get("routerId", "")
    for area, lsa in _areas(routers, "routerLinkStates"):
        by = lsa["advertisingRouter"]
        for link in lsa.get("routerLinks", {}).values():
            if link["linkType"] == "Stub Network":
                prefix = _prefix(f"{link['networkAddress']}/{link['networkMask']}")
                yield LsaView("ospf", area, "intra", prefix, by, link["tos0Metric"], own=by == own)
    for area, lsa in _areas(summaries, "summaryLinkStates"):
        by, prefix = lsa["advertisingRouter"], _prefix(f"{lsa['linkStateId']}/{lsa['networkMask']}")
        yield LsaView("ospf", area, "inter", prefix, by, lsa["tos0Metric"], own=by == own)
    for lsa in externals.get("asExternalLinkStates", ()):
        if lsa["lsaAge"] < MAX_AGE:
            by, prefix = lsa["advertisingRouter"], _prefix(f"{lsa['linkStateId']}/{lsa['networkMask']}")
            yield LsaView("ospf", "", "external", prefix, by, lsa.get("metric", 0), own=by == own)


OSPF3_KINDS = {"Intra-Prefix": "intra", "Inter-Prefix": "inter", "AS-External": "external"}


def ospf3(answer: Answer, own: str) -> Iterator[LsaView]:
    """Yield the prefixes of the OSPFv3 databases."""
    scopes = [(part["areaId"], part["lsa"]) for part in answer.get("areaScopedLinkStateDb", ())]
    scopes += [("", part["lsa"]) for part in answer.get("asScopedLinkStateDb", ())]
    for scope, lsas in scopes:
        for lsa in lsas:
            kind, by = OSPF3_KINDS.get(lsa["type"], ""), lsa["advertisingRouter"]
            if not kind or lsa["age"] >= MAX_AGE:
                continue
            inner = lsa.get("prefix", ())
            entries = [lsa] if isinstance(inner, str) else inner
            for entry in entries:
                metric = int(entry.get("metric", lsa.get("metric", 0)))
                yield LsaView("ospf3", scope, kind, _prefix(entry["prefix"]), by, metric, own=by == own)


def isis(text: str) -> Iterator[LsaView]:
    """Yield the prefixes of the IS-IS databases; an LSP with no time left is withdrawn."""
    level, by, own, alive = "", "", False, False
    for line in text.splitlines():
        if found := LEVEL.match(line):
            level = found[1]
        elif found := LSP.match(line):
            by, own, alive = found[1], bool(found[2]), found[3].isdecimal() and found[3] != "0"
        elif alive and (found := REACH.match(line)):
            yield LsaView("isis", level, "internal", _prefix(found[1]), by, int(found[2]), own=own)


def bgp(answer: Answer, senders: Mapping[str, str]) -> Iterator[PathView]:
    """Yield the paths of one family; `senders` are router-ids by the addresses of the neighbours."""
    for prefix, paths in answer.get("routes", {}).items():
        for path in paths:
            if not path.get("valid"):
                continue
            hops = [str(hop.get("ip", "")) for hop in path.get("nexthops", ())]
            # Beside the address of the session FRR tells the link-local one.
            hop = next((hop for hop in hops if not hop.startswith("fe80:")), "")
            sender = str(path.get("peerId", ""))
            own = sender in OWN
            yield PathView(
                DEFAULT_VRF, prefix, hop, "" if own else senders.get(sender, sender),
                tuple(str(path.get("path", "")).split()), bool(path.get("bestpath")),
                internal=path.get("pathFrom") == "internal",
            )  # fmt: skip


def ospf_neighbours(answer: Answer, ports: Ports) -> Iterator[NeighbourView]:
    """Yield the neighbours of OSPFv2."""
    for identity, entries in answer.get("neighbors", {}).items():
        for entry in entries:
            port, state = entry["ifaceName"].partition(":")[0], entry["nbrState"].partition("/")[0]
            up = state == "Full"
            yield NeighbourView("ospf", identity, entry["address"], ports.get(port, port), state.upper(), up)


def ospf3_neighbours(answer: Answer, ports: Ports, addresses: Mapping[str, str]) -> Iterator[NeighbourView]:
    """Yield the neighbours of OSPFv3; `addresses` are those of the peers by interface, which FRR does not tell here."""
    for entry in answer.get("neighbors", ()):
        port, state = entry["interfaceName"], entry["state"]
        address, name, up = addresses.get(port, ""), ports.get(port, port), state == "Full"
        yield NeighbourView("ospf3", entry["neighborId"], address, name, state.upper(), up)


def isis_neighbours(answer: Answer, ports: Ports, addresses: Mapping[str, str]) -> Iterator[NeighbourView]:
    """Yield the neighbours of IS-IS; `addresses` as for OSPFv3."""
    for area in answer.get("areas", ()):
        for entry in area.get("circuits", ()):
            if "adj" in entry:
                port, state = entry["interface"], str(entry["state"])
                address, name, up = addresses.get(port, ""), ports.get(port, port), state == "Up"
                yield NeighbourView("isis", entry["adj"], address, name, state.upper(), up)


def bgp_neighbours(answer: Answer, ports: Mapping[str, str]) -> Iterator[NeighbourView]:
    """Yield the sessions of BGP, each address once; `ports` are the device's interfaces by the peers' addresses."""
    for part in ("ipv4Unicast", "ipv6Unicast"):
        for address, peer in answer.get(part, {}).get("peers", {}).items():
            state = peer["state"]
            up = state == "Established"
            yield NeighbourView("bgp", address, address, ports.get(address, ""), state, up, str(peer["remoteAs"]))
