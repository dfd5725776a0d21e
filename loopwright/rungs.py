"""The rungs that a device answers for itself, 1 to 5: configured, up, answering itself, routed, originated."""

from loopwright import cause
from loopwright.addresses import bare, network
from loopwright.evidence import Origination
from loopwright.expect import Carried, Expectation
from loopwright.found import Found
from loopwright.models import family_of
from loopwright.picture import Picture
from loopwright.verdict import Cause


def configured(e: Expectation, picture: Picture) -> Found:
    """Rung 1: the loopback is on the device as the inventory says."""
    found = picture.answered(e.device)
    expected = f"{e.address} on {e.loopback.interface}, VRF {e.loopback.vrf}"
    if found is None:
        why = cause.of_silence(e, picture)
        return Found("error", expected, why.text, why)
    have = found.observed.loopback(e.number)
    if have is None:
        actual = f"no loopback {e.number}"
        return Found("fail", expected, actual, cause.of_configuration(e, picture, "the loopback is missing"))
    family = family_of(e.address)
    here = [a for a in have.addresses if family_of(a) == family]
    differences = []
    if e.address not in here:
        differences.append(f"{', '.join(here) or f'no {family} address'} on {have.interface}")
    else:
        extra = [a for a in here if a not in e.loopback.addresses]
        differences += [f"{a} is on it too, which the inventory does not say" for a in extra]
    for name in ("interface", "vrf", "description"):
        is_, wanted = getattr(have, name), getattr(e.loopback, name)
        if is_ != wanted:
            differences.append(f"{name} is {is_!r}, not {wanted!r}")
    if differences:
        text = "; ".join(differences)
        return Found("fail", expected, text, cause.of_configuration(e, picture, text))
    return Found("pass", expected, expected)


def up(e: Expectation, picture: Picture) -> Found:
    """Rung 2: the interface is up, and the system holds the address."""
    found = picture.answered(e.device)
    expected = f"{e.loopback.interface} up with {e.address}"
    have = found.observed.loopback(e.number) if found else None
    if found is None or not found.observed.interfaces:
        return Found("unproven", expected, "the device does not tell the state of its interfaces")
    state = found.observed.interface(e.loopback.interface)
    command = picture.command(e.device, "interface", interface=e.loopback.interface)
    if state is None:
        why = Cause("interface", e.device, f"{e.loopback.interface} does not exist", command)
        return Found("fail", expected, "no such interface", why)
    if have is not None and not have.enabled and e.loopback.enabled:
        why = cause.of_configuration(e, picture, f"{state.name} is shut by configuration")
        return Found("fail", expected, "administratively down", why)
    if e.loopback.enabled and not (state.enabled and state.up):
        actual = "administratively down" if not state.enabled else "down"
        return Found("fail", expected, actual, Cause("interface", e.device, f"{state.name} is {actual}", command))
    if not e.loopback.enabled:
        return Found("unproven", f"{state.name} shut", "the inventory wants it shut; nothing above can hold")
    if e.address not in state.addresses:
        actual = f"{state.name} holds {', '.join(state.addresses) or 'no address'}"
        return Found("fail", expected, actual, Cause("interface", e.device, actual, command))
    return Found("pass", expected, expected)


def answers_itself(e: Expectation, picture: Picture) -> Found:
    """Rung 3: the address answers a ping from itself."""
    address = bare(e.address)
    expected = f"{address} answers a ping from itself"
    ping = picture.ping(e.device, address, address, e.loopback.vrf)
    if ping is None:
        return Found("unproven", expected, "not asked")
    command = picture.command(e.device, "ping", source=address, address=address)
    if ping.error:  # the interface has the address: rung 2
        why = Cause("silent", e.device, f"it could not ping from {address}: {ping.error}", command)
        return Found("error", expected, ping.error, why)
    if ping.received == 0:
        return Found("fail", expected, "no answer", Cause("interface", e.device, "it does not answer itself", command))
    return Found("pass", expected, f"{ping.received} of {ping.request.count} answered")


def routed(e: Expectation, picture: Picture) -> Found:
    """Rung 4: the device's own routing table has it, connected."""
    found = picture.answered(e.device)
    prefix = network(e.address)
    expected = f"{prefix} connected, {e.loopback.interface}"
    if found is None or ("routes", "") not in found.asked:
        return Found("unproven", expected, "the device does not tell its routing table")
    route = found.route(prefix, e.loopback.vrf)
    command = picture.command(e.device, f"route-{family_of(e.address)}", prefix=prefix)
    if route is None:
        why = Cause("interface", e.device, f"{prefix} is not in its own routing table", command)
        return Found("fail", expected, "no such route", why)
    through = {interface for _, interface in route.nexthops}
    if through and e.loopback.interface not in through:
        actual = f"{prefix} by {route.protocol} through {', '.join(sorted(through))}"
        return Found("fail", expected, actual, Cause("interface", e.device, actual, command))
    return Found("pass", expected, expected)


def originated(e: Expectation, picture: Picture) -> Found:
    """Rung 5: each protocol that is to carry it has it in its own table, from this device."""
    expected = "; ".join(carried_words(c) for c in e.carried)
    found = picture.answered(e.device)
    if e.problem:
        return Found("fail", expected, e.problem, Cause("configuration", e.device, e.problem))
    for carried in e.carried:
        if found is None or ("originations", carried.protocol) not in found.asked:
            return Found("unproven", expected, f"the device does not tell its {carried.protocol} table")
        mine = [o for o in picture.table(e.device, carried.protocol, carried.prefix) if o.own and o.kind != "inter"]
        if not any(_in_scope(o, carried) for o in mine):
            why = cause.of_origination(e, carried, picture)
            elsewhere = ", ".join(sorted({o.scope for o in mine}))
            actual = f"in area {elsewhere}" if elsewhere else f"{carried.prefix} is not in its {carried.protocol} table"
            return Found("fail", expected, actual, why)
    return Found("pass", expected, expected)


def carried_words(carried: Carried) -> str:
    """What a protocol is to carry, in words."""
    where = f" area {carried.scope}" if carried.protocol in ("ospf", "ospf3") else ""
    return f"{carried.prefix} in {carried.protocol}{where}"


def _in_scope(seen: Origination, carried: Carried) -> bool:
    """An external origination has no area; anything else must be in the area that was asked for."""
    return carried.protocol not in ("ospf", "ospf3") or seen.scope in ("", carried.scope)
