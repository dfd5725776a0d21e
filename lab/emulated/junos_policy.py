"""Routing policies of the emulated Junos: whether a chain of policies lets a direct route out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from lab.emulated.junos_tree import Statements

Prefix = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Direct:
    """A direct route: its prefix and the logical interface that it comes from."""

    prefix: Prefix
    interface: str


def accepts(options: Statements, chain: Sequence[str], route: Direct) -> bool:
    """Whether the policies of `chain`, in `policy-options`, accept a direct route; BGP does not by itself."""
    for name in chain:
        verdict = _verdict(options, options.get(f"policy-statement {name}"), route)
        if verdict in {"accept", "reject"}:
            return verdict == "accept"
    return False


def _verdict(options: Statements, policy: Statements, route: Direct) -> str:
    for term in (*policy.all("term"), policy):
        origin = term.get("from")
        if all(_matches(options, origin, route)):
            then = term.get("then")
            action = next((word for word in ("accept", "reject") if then.has(word)), "")
            if action or then.leaf("next") == "policy":
                return action or "next"
    return "next"


def _matches(options: Statements, origin: Statements, route: Direct) -> Iterator[bool]:
    version = 6 if origin.leaf("family") == "inet6" else 4
    yield not origin.leaf("family") or route.prefix.version == version
    yield not origin.values("protocol") or "direct" in origin.values("protocol")
    yield not origin.values("interface") or route.interface in origin.values("interface")
    listed = [entry.words for entry in origin.all("route-filter")]
    for wanted in origin.all("prefix-list"):
        listed += [(*item.words, "exact") for item in options.get(f"prefix-list {wanted.name}").active()]
    if listed or any(origin.all("prefix-list")):
        yield any(_in_filter(words, route.prefix) for words in listed)


def _in_filter(words: tuple[str, ...], prefix: Prefix) -> bool:
    words = words[1:] if words[0] == "route-filter" else words
    wanted, how = ip_network(words[0]), words[1]
    if wanted.version != prefix.version or not prefix.subnet_of(wanted):  # type: ignore[arg-type]
        return False
    if how == "exact":
        return prefix == wanted
    if how == "longer":
        return prefix != wanted
    if how == "upto":
        return prefix.prefixlen <= int(words[2].lstrip("/"))
    if how == "prefix-length-range":
        least, most = words[2].split("-")
        return int(least.lstrip("/")) <= prefix.prefixlen <= int(most.lstrip("/"))
    return True
