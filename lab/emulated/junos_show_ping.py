"""Pings from an emulated Junos device."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address

from lab.emulated.device import Device
from lab.emulated.junos_commit import NetconfError
from lab.emulated.netconf_element import Element, el
from lab.emulated.views import DEFAULT_VRF

_WORDS = ("source", "count", "routing-instance", "size", "wait", "ttl", "interface", "interval")


def ping(device: Device, words: Sequence[str]) -> Element:
    """Answer `ping`; raises NetconfError where it cannot start."""
    said = {word: words[at + 1] for at, word in enumerate(words[:-1]) if word in _WORDS}
    destination, vrf = words[0], said.get("routing-instance", DEFAULT_VRF)
    source, count = said.get("source", ""), int(said.get("count", "5"))
    try:
        ip_address(destination)
    except ValueError as wrong:
        raise NetconfError(f"ping: cannot resolve {destination}: Host name lookup failure") from wrong
    ports = device.facts.ports
    if vrf != DEFAULT_VRF and vrf not in {
        instance.name for instance in device.running.root.get("routing-instances").active()
    }:
        raise NetconfError(f"instance not found: {vrf}")
    own = {address.partition("/")[0] for port in ports if port.vrf == vrf for address in port.addresses}
    if source and source not in own:
        raise NetconfError("ping: bind: Can't assign requested address")
    received = device.routing.ping(device.name, vrf, source, destination, count)
    loss = round(100 * (count - received) / count)
    times = [el(f"rtt-{name}", "1000") for name in ("minimum", "maximum", "average")] if received else []
    return el(
        "ping-results",
        el("target-host", destination),
        el("target-ip", destination),
        el("packet-size", said.get("size", "56")),
        *(_probe(number, destination, answered=number < received) for number in range(count)),
        el(
            "probe-results-summary",
            el("probes-sent", str(count)),
            el("responses-received", str(received)),
            el("packet-loss", str(loss)),
            *times,
            el("rtt-stddev", "0") if received else None,
        ),
        el("ping-success" if received else "ping-failure", "" if received else "no response"),
    )


def _probe(number: int, target: str, *, answered: bool) -> Element:
    return el(
        "probe-result",
        el("probe-index", str(number + 1)),
        el("probe-success") if answered else el("probe-failure", "no response"),
        el("sequence-number", str(number)),
        el("ip-address", target) if answered else None,
        el("rtt", "1000") if answered else None,
    )


def ping_text(answer: Element) -> Iterator[str]:
    """Print a ping for a person."""
    words = {child.tag: child.text for child in answer.children}
    told = next(child for child in answer.children if child.tag == "probe-results-summary")
    of = {child.tag: child.text for child in told.children}
    target = words["target-host"]
    yield f"PING {target} ({target}): {words['packet-size']} data bytes"
    for number in range(int(of["responses-received"])):
        yield f"64 bytes from {target}: icmp_seq={number} ttl=64 time=1.000 ms"
    yield f"\n--- {target} ping statistics ---"
    yield (
        f"{of['probes-sent']} packets transmitted, {of['responses-received']} packets received, "
        f"{of['packet-loss']}% packet loss"
    )
    if of["responses-received"] != "0":
        yield "round-trip min/avg/max/stddev = 1.000/1.000/1.000/0.000 ms"
