"""A network in which nothing is heard but what a test says: the `Routing` of tests that are about devices alone."""

from lab.emulated.views import (
    Facts,
    Link,
    LsaView,
    NeighbourView,
    Node,
    PathView,
    PortState,
    RouteView,
)


class Quiet:
    """Remembers the facts; every port that is enabled is up, and `back` echo requests are answered."""

    title = "nothing around"

    def __init__(self, *, blocking: bool = False, back: int = 3) -> None:
        self.blocking = blocking
        self.back = back
        self.facts: dict[str, Facts] = {}
        self.updates = 0
        self.pinged: list[tuple[str, str, str]] = []

    def update(self, facts: Facts) -> None:
        self.facts[facts.device] = facts
        self.updates += 1

    def ports(self, device: str) -> tuple[PortState, ...]:
        return tuple(PortState(port.name, port.enabled) for port in self.facts[device].ports)

    def routes(self, device: str, family: str) -> tuple[RouteView, ...]:
        return ()

    def lsas(self, device: str, protocol: str) -> tuple[LsaView, ...]:
        return ()

    def paths(self, device: str, family: str) -> tuple[PathView, ...]:
        return ()

    def neighbours(self, device: str, protocol: str) -> tuple[NeighbourView, ...]:
        return ()

    def ping(self, device: str, vrf: str, source: str, destination: str, count: int) -> int:
        self.pinged.append((vrf, source, destination))
        return min(self.back, count)


NODE = Node(
    name="r1",
    router_id="10.255.0.1",
    links=(
        Link(
            index=1,
            ipv4="198.18.0.0/31",
            ipv6="2001:db8:1800::/127",
            peer="r2",
            peer_ipv4="198.18.0.1/31",
            peer_ipv6="2001:db8:1800::1/127",
            area="0.0.0.0",
            isis=True,
            peer_as="65001",
        ),
    ),
    ospf=True,
    ospf3=True,
    isis="CORE",
    isis_net="49.0001.0102.5500.0001.00",
    asn="65001",
    vrfs=("blue",),
    ospf_ranges=(("0.0.0.1", "10.1.0.0/16"), ("0.0.0.1", "2001:db8:1::/48")),
)
