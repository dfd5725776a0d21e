"""Loopbacks and intents drawn at random: any that a platform folder can carry on a device that runs everything once."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from loopwright.addresses import network
from loopwright.models import DEFAULT_VRF, Advertisement, Loopback, Routing, Wanted, WantedAdvertisement, family_of
from loopwright.observe import observe, ordered
from loopwright.platform import Platform, load_platforms

FRAMES = Path(__file__).parent / "data" / "frames"
PLATFORMS = load_platforms()
AREAS = ("0.0.0.0", "0.0.0.10", "1.2.3.4")


def frames() -> dict[str, tuple[Platform, str]]:
    """The configuration of a device of each platform that runs every protocol once, in each of its styles."""
    found = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FRAMES.glob("*.txt"))}
    return {name: (PLATFORMS[name.partition("-")[0]], text) for name, text in found.items()}


def routing_of(platform: Platform, frame: str) -> Routing:
    """What a device with nothing but this configuration runs."""
    return observe("r1", frame, platform).routing


# Every address in a subnet of its own: two in one subnet a device refuses.
subnets = st.integers(0, 255)
lengths4, lengths6 = st.sampled_from([32, 32, 24]), st.sampled_from([128, 128, 64])


@st.composite
def loopbacks(
    draw: st.DrawFn, platform: Platform, routing: Routing, number: int, *, by_family: bool = True
) -> Loopback:
    """Any loopback that the platform can have; the inventory cannot say a protocol for one family alone."""
    four = [f"10.{number}.{n}.1/{draw(lengths4)}" for n in sorted(draw(st.sets(subnets, max_size=3)))]
    six = [f"2001:db8:{number + 1}{n:02x}::1/{draw(lengths6)}" for n in draw(st.sets(subnets, max_size=2))]
    if not four and not six:  # some systems have no interface without anything on it
        four = [f"10.{number}.0.1/32"]
    name = platform.interface_name(number)
    loopback = Loopback(
        number=number,
        interface=name,
        ipv4=ordered(draw(st.permutations(four)), platform),
        ipv6=tuple(sorted(six)),
        vrf=draw(st.sampled_from(vrfs(platform, routing, number))),
        description=draw(st.none() | descriptions(platform)),
        enabled=name in platform.loopbacks.cannot_shut or draw(st.booleans()),
    )
    return replace(loopback, advertise=frozenset(draw(adverts(loopback, platform, routing, by_family=by_family))))


def vrfs(platform: Platform, routing: Routing, number: int) -> list[str]:
    """The VRFs that a loopback can be in: one routing instance of some systems has one loopback only."""
    can_move = any(row.fact == "vrf" for _, row in platform.configuration.rows)
    if not can_move or not number:
        return [DEFAULT_VRF]
    return sorted(routing.vrfs - {DEFAULT_VRF} if platform.loopbacks.one_per_vrf else routing.vrfs)


def descriptions(platform: Platform) -> st.SearchStrategy[str]:
    """Texts that the platform can carry, as it stores them."""
    printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40)
    stored = printable.map(platform.loopbacks.text.stored)
    return stored.filter(lambda text: bool(text) and platform.refuses_text(text) is None)


def sayable(platform: Platform, protocol: str, attribute: str) -> list[Any]:
    """The values of an attribute that a line of the folder can say, None (nothing) among them."""
    said: list[Any] = [None]
    for _, row in platform.configuration.rows:
        if row.fact == "attribute" and row.protocol == protocol and not row.foreign:
            if attribute in row.set:
                said.append(row.set[attribute])
            elif f"{{{attribute}" in row.line:
                said += [1, 7, 60]
    return [value for value in said if not platform.configuration.is_default(protocol, attribute, value)]


@st.composite
def adverts(
    draw: st.DrawFn, loopback: Loopback, platform: Platform, routing: Routing, *, by_family: bool
) -> list[Advertisement]:
    """Any way to advertise it: on its interface for all addresses of a family alike, in BGP one by one."""
    said: list[Advertisement] = []
    for protocol in sorted(platform.protocols):
        running = routing.running(protocol, loopback.vrf)
        chosen = draw(st.booleans())
        if not running:
            continue
        together = any(
            row.protocol == protocol and row.relation == "on-interface" and not row.family
            for _, row in platform.configuration.rows
        )
        names = ("cost", "passive", "level") if protocol == "isis" else ("cost", "passive")
        attributes = {name: draw(st.sampled_from(sayable(platform, protocol, name))) for name in names}
        words: dict[str, Any] = {"process": running[0].name or None}
        if protocol != "bgp":
            words |= attributes
        if protocol in ("ospf", "ospf3"):
            words["area"] = draw(st.sampled_from(AREAS))
        for family in ("ipv4", "ipv6"):
            fits = {"ospf": family == "ipv4", "ospf3": family == "ipv6"}.get(protocol, True)
            if not fits or not (draw(st.booleans()) if by_family and not together else chosen):
                continue
            prefixes = {network(a) for a in loopback.addresses if family_of(a) == family}
            said += [Advertisement(protocol, prefix, **words) for prefix in sorted(prefixes)]
    return said


def wanted(loopback: Loopback) -> Wanted:
    """The inventory's words for a loopback."""
    said = {
        a.protocol: WantedAdvertisement(a.protocol, a.process, a.area, a.level, a.cost, a.passive, "network")
        for a in loopback.advertise
    }
    return Wanted(
        loopback.number, loopback.ipv4, loopback.ipv6, vrf=loopback.vrf, description=loopback.description or "",
        enabled=loopback.enabled, advertise=tuple(said.values()), advertise_said=True,
    )  # fmt: skip
