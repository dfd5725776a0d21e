"""Says in words how two sides of a loopback differ."""

from collections.abc import Iterator

from loopwright.models import Advertisement, Loopback


def reasons(before: Loopback | None, after: Loopback | None) -> Iterator[str]:
    """Say in words what differs between two sides of a loopback."""
    if before is None and after is not None:
        yield f"loopback {after.number} is missing on {after.interface}"
    elif after is None and before is not None:
        yield f"loopback {before.number} is to go from {before.interface}"
    if before is None or after is None:
        return
    yield from (f"{address} is missing" for address in after.addresses if address not in before.addresses)
    yield from (f"{address} is not wanted" for address in before.addresses if address not in after.addresses)
    if set(before.addresses) == set(after.addresses) and before.addresses != after.addresses:
        yield f"the first address is {before.addresses[0]}, not {after.addresses[0]}"
    for name in ("interface", "vrf", "description", "enabled"):
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            yield f"{name} is {was!r}, not {now!r}"
    yield from _advertising_reasons(before.advertise, after.advertise)


def _advertising_reasons(before: frozenset[Advertisement], after: frozenset[Advertisement]) -> Iterator[str]:
    had = {(a.protocol, a.prefix): a for a in before}
    now = {(a.protocol, a.prefix): a for a in after}
    for key in sorted(now.keys() - had.keys()):
        yield f"{key[1]} is not advertised by {key[0]}"
    for key in sorted(had.keys() - now.keys()):
        yield f"{key[1]} is advertised by {key[0]}, which is not wanted"
    for key in sorted(now.keys() & had.keys()):
        for name in ("process", "area", "level", "cost", "passive"):
            was, wanted = getattr(had[key], name), getattr(now[key], name)
            if was != wanted:
                yield f"{key[1]} in {key[0]}: {name} is {was}, not {wanted}"
