"""Interfaces of the emulated Junos, as its show commands print them."""

from collections.abc import Iterator
from itertools import groupby

from lab.emulated.device import Device
from lab.emulated.netconf_element import Element, el
from lab.emulated.views import Port


def _word(up: bool) -> str:  # noqa: FBT001 - a state, not a switch
    return "up" if up else "down"


def _physical(device: Device) -> Iterator[tuple[str, bool, list[tuple[Port, bool]]]]:
    """Each port with whether it is enabled, and its units with whether each is up."""
    states = {state.name: state.up for state in device.routing.ports(device.name)}
    ports = sorted(device.facts.ports, key=lambda port: (port.link == 0, port.link))
    for name, units in groupby(ports, lambda port: port.name.partition(".")[0]):
        enabled = not device.running.root.get("interfaces", name).has("disable")
        yield name, enabled, [(unit, states.get(unit.name, False)) for unit in units]


def _families(port: Port, *, iso: bool) -> Iterator[Element]:
    for family, mark in (("inet", "."), ("inet6", ":")):
        found = [address for address in port.addresses if (":" in address) == (mark == ":")]
        if found:
            yield el(
                "address-family",
                el("address-family-name", family),
                *(el("interface-address", *_address(port, address)) for address in found),
            )
    if iso:
        yield el("address-family", el("address-family-name", "iso"))


def _address(port: Port, address: str) -> Iterator[Element]:
    """A host address on a loopback is shown without its length, as one end of a link to anywhere."""
    host, _, length = address.partition("/")
    if port.link == 0 and length in {"32", "128"}:
        yield el("ifa-local", host, junos__emit="emit")
        if ":" not in host:
            yield el("ifa-destination", "0/0", junos__emit="emit")
    else:
        yield el("ifa-local", address, junos__emit="emit")


def terse(device: Device, only: str = "") -> Element:
    """Answer `show interfaces terse`, of one interface where it is named."""
    return el(
        "interface-information",
        *(
            el(
                "physical-interface",
                el("name", name),
                el("admin-status", _word(enabled)),
                el("oper-status", _word(enabled and (name == "lo0" or any(up for _, up in units)))),
                *(_terse_unit(device, port, up) for port, up in units if only in {"", name, port.name}),
            )
            for name, enabled, units in _physical(device)
            if not only or only.partition(".")[0] == name
        ),
        junos__style="terse",
    )


def _terse_unit(device: Device, port: Port, up: bool) -> Element:  # noqa: FBT001 - a state, not a switch
    name, _, unit = port.name.partition(".")
    iso = device.running.root.get("interfaces", name, f"unit {unit}").has("family", "iso")
    return el(
        "logical-interface",
        el("name", port.name),
        el("admin-status", _word(port.enabled)),
        el("oper-status", _word(up)),
        el("filter-information"),
        *_families(port, iso=iso),
    )


def full(device: Device) -> Element:
    """Answer `show interfaces`."""
    return el(
        "interface-information",
        *(
            el(
                "physical-interface",
                el("name", name),
                el("admin-status", _word(enabled), junos__format="Enabled" if enabled else "Disabled"),
                el("oper-status", _word(enabled and (name == "lo0" or any(up for _, up in units)))),
                el("description", said) if (said := _described(device, name)) else None,
                el("mtu", "Unlimited" if name == "lo0" else "1514"),
                el("speed", "Unspecified" if name == "lo0" else "1000mbps"),
                *(_full_unit(port, up) for port, up in units),
            )
            for name, enabled, units in _physical(device)
        ),
        junos__style="normal",
    )


def _described(device: Device, name: str) -> str:
    text: str = device.running.root.get("interfaces", name).leaf("description")
    return text


def _full_unit(port: Port, up: bool) -> Element:  # noqa: FBT001 - a state, not a switch
    return el(
        "logical-interface",
        el("name", port.name),
        el("description", port.description) if port.description else None,
        el("if-config-flags", el("iff-up") if port.enabled and up else el("iff-down")),
        *_families(port, iso=False),
    )


def interfaces_text(answer: Element) -> Iterator[str]:
    """Print `show interfaces terse` for a person."""
    yield "Interface               Admin Link Proto    Local                 Remote"
    for physical in answer.children:
        words = {child.tag: child.text for child in physical.children}
        yield f"{words['name']:<24}{words['admin-status']:<6}{words['oper-status']}"
        for unit in (child for child in physical.children if child.tag == "logical-interface"):
            yield from _unit_lines(unit)


def _unit_lines(unit: Element) -> Iterator[str]:
    words = {child.tag: child.text for child in unit.children}
    head = f"{words['name']:<24}{words['admin-status']:<6}{words['oper-status']:<5}"
    families = [child for child in unit.children if child.tag == "address-family"]
    if not families:
        yield head.rstrip()
    for family in families:
        name = family.children[0].text
        for address in family.children[1:] or (el("interface-address", el("ifa-local", "")),):
            remote = " --> 0/0" if len(address.children) > 1 else ""
            yield f"{head}{name:<9}{address.children[0].text:<20}{remote}".rstrip()
            head, name = " " * len(head), ""
