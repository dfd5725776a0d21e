"""The FRR configuration of a node: its links and protocols, no loopbacks."""

from collections.abc import Iterator

from lab.emulated.views import Link, Node
from lab.topology import interface_to


def frr_conf(node: Node) -> str:
    """Return the integrated configuration of the FRR router that stands for a node."""
    lines = [f"hostname {node.name}", "!"]
    for link in node.links:
        lines += [f"interface {interface_to(link.peer)}", *(f" {line}" for line in _interface(node, link)), "exit", "!"]
    for stanza in _processes(node):
        lines += [*stanza, "exit", "!"]
    return "\n".join(lines) + "\n"


def _interface(node: Node, link: Link) -> Iterator[str]:
    """Yield the lines of one link, with timers that hurry."""
    yield f"description to {link.peer}"
    yield f"ip address {link.ipv4}"
    yield f"ipv6 address {link.ipv6}"
    for word, command, speaks in (("ip ospf", "ip ospf", node.ospf), ("ipv6 ospf6", "ipv6 ospf6", node.ospf3)):
        if link.area and speaks:
            yield f"{command} area {link.area}"
            yield f"{word} network point-to-point"
            yield f"{word} hello-interval 1"
            yield f"{word} dead-interval 4"
            yield f"{word} retransmit-interval 1"
    if link.isis:
        yield f"ip router isis {node.isis}"
        yield f"ipv6 router isis {node.isis}"
        yield "isis circuit-type level-2-only"
        yield "isis network point-to-point"
        yield "isis hello-interval 1"
        yield "isis hello-multiplier 4"
        yield "isis psnp-interval 1"


def _processes(node: Node) -> Iterator[list[str]]:
    """Yield one stanza per routing process."""
    if node.ospf:
        hurry = [" timers throttle lsa all 0", " timers throttle spf 0 50 500", " timers lsa min-arrival 0"]
        yield ["router ospf", f" ospf router-id {node.router_id}", *hurry, *_ranges(node, ipv6=False)]
    if node.ospf3:
        hurry = [" timers throttle spf 0 50 500", " timers lsa min-arrival 0"]
        yield ["router ospf6", f" ospf6 router-id {node.router_id}", *hurry, *_ranges(node, ipv6=True)]
    if node.isis:
        hurry = [" lsp-gen-interval 1", " spf-interval 1"]
        level = [" is-type level-2-only", " metric-style wide"]
        yield [f"router isis {node.isis}", f" net {node.isis_net}", *level, *hurry]
    if node.asn:
        yield [f"router bgp {node.asn}", *(f" {line}" for line in _bgp(node))]


def _ranges(node: Node, *, ipv6: bool) -> Iterator[str]:
    """Yield what the router sums up at an area border."""
    yield from (f" area {area} range {prefix}" for area, prefix in node.ospf_ranges if (":" in prefix) == ipv6)


def _bgp(node: Node) -> Iterator[str]:
    """Yield the lines of the BGP process: a session per link and family, nothing announced."""
    yield f"bgp router-id {node.router_id}"
    yield "no bgp ebgp-requires-policy"
    yield "no bgp default ipv4-unicast"
    yield "timers bgp 1 3"
    peers = [link for link in node.links if link.peer_as]
    for link in peers:
        for address in (_bare(link.peer_ipv4), _bare(link.peer_ipv6)):
            yield f"neighbor {address} remote-as {link.peer_as}"
            yield f"neighbor {address} description {link.peer}"
            yield f"neighbor {address} timers connect 1"
            yield f"neighbor {address} advertisement-interval 0"
    for family in ("ipv4", "ipv6"):
        yield f"address-family {family} unicast"
        for link in peers:
            address = _bare(link.peer_ipv4 if family == "ipv4" else link.peer_ipv6)
            yield f" neighbor {address} activate"
            if link.peer_as == node.asn:
                yield f" neighbor {address} next-hop-self"
        yield "exit-address-family"


def _bare(address: str) -> str:
    """Return an address without its length."""
    return address.partition("/")[0]
