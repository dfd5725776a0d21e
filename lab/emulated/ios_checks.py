"""What IOS refuses because of the rest of the configuration, and what goes or comes along with a line."""

from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, ip_interface

from lab.emulated.store import ConfigStore, Edit, Entry
from lab.emulated.system import Refusal

HOST, PAIR = 32, 31


def interface_vrf(interface: Entry) -> str:
    """Return the VRF of an interface, "" for none."""
    return interface.value("vrf", "vrf")


def addresses4(interface: Entry) -> Iterator[IPv4Interface]:
    """Yield the IPv4 addresses of an interface, the primary one first."""
    for entry in [*interface.each("primary"), *interface.each("secondary")]:
        yield IPv4Interface(f"{entry.values['address']}/{entry.values['mask']}")


def addresses6(interface: Entry) -> Iterator[IPv6Interface]:
    """Yield the IPv6 addresses of an interface."""
    for entry in interface.each("six"):
        yield IPv6Interface(entry.values["prefix"])


def _others(store: ConfigStore, edit: Edit) -> Iterator[Entry]:
    """Yield the other interfaces of the VRF that a line's interface is in."""
    here = store.at(edit.position)
    for interface in store.root.each("interface"):
        if here and interface is not here and interface_vrf(interface) == interface_vrf(here):
            yield interface


def _may_be(store: ConfigStore, edit: Edit) -> IPv4Interface:
    """Return the address of a line. Raises Refusal for one that the network cannot have."""
    address = IPv4Interface(f"{edit.values['address']}/{edit.values['mask']}")
    network = address.network
    if network.prefixlen < PAIR and address.ip in {network.network_address, network.broadcast_address}:
        raise Refusal(f"Bad mask /{network.prefixlen} for address {address.ip}", edit.found.line)
    if network.prefixlen == HOST and not edit.position[-1].startswith("interface Loopback"):
        raise Refusal(f"Bad mask /32 for address {address.ip}", edit.found.line)
    if address.ip.is_multicast or address.ip.is_loopback or address.ip.is_unspecified:
        raise Refusal(f"Not a valid host address - {address.ip}", edit.found.line)
    for other in _others(store, edit):
        if any(network.overlaps(known.network) for known in addresses4(other)):
            raise Refusal(f"% {network.network_address} overlaps with {other.values['name']}", edit.found.line)
    return address


def primary_checked(store: ConfigStore, edit: Edit) -> None:
    """Refuse a primary address that cannot be, and its removal while there are secondary ones."""
    interface = store.at(edit.position)
    if not edit.removing:
        _may_be(store, edit)
    elif not edit.present or edit.present.line != edit.found.line:
        raise Refusal("Invalid address", edit.found.line)
    elif interface and interface.each("secondary"):
        raise Refusal("Must delete secondary before deleting primary", edit.found.line)


def primary_taken(store: ConfigStore, edit: Edit) -> None:
    """Take an address that was secondary for the primary one; without one say so."""
    interface = store.at(edit.position)
    if edit.removing:
        store.enter(edit.position, "no ip address")
    elif interface:
        interface.children.pop(f"{edit.found.line} secondary", None)


def secondary_checked(store: ConfigStore, edit: Edit) -> None:
    """Refuse a secondary address that cannot be, and the removal of one that is not there."""
    interface = store.at(edit.position)
    if edit.removing:
        if not edit.present:
            raise Refusal("Invalid address", edit.found.line)
        return
    address = _may_be(store, edit)
    if interface and interface.value("primary", "address") == str(address.ip):
        raise Refusal("Secondary can't be same as primary", edit.found.line)


def no_addresses(store: ConfigStore, edit: Edit) -> None:
    """Take away every IPv4 address."""
    _forget(store.at(edit.position), "secondary")


def no_six(store: ConfigStore, edit: Edit) -> None:
    """Take away every IPv6 address."""
    _forget(store.at(edit.position), "six")


def six_checked(store: ConfigStore, edit: Edit) -> None:
    """Refuse an IPv6 address that overlaps with that of another interface."""
    if edit.removing:
        return
    here = IPv6Interface(edit.values["prefix"]).network
    for other in _others(store, edit):
        for known in addresses6(other):
            if here.overlaps(known.network):
                port, name = edit.position[-1].removeprefix("interface "), other.values["name"]
                mine, theirs = str(here).upper(), str(known.network).upper()
                raise Refusal(f"%{port}: Error: {mine} is overlapping with {theirs} on {name}", edit.found.line)


def vrf_exists(store: ConfigStore, edit: Edit) -> None:
    """Refuse a VRF that is not defined."""
    vrf = edit.values.get("vrf", "")
    if not edit.removing and not any(entry.values["vrf"] == vrf for entry in store.root.each("vrf")):
        raise Refusal(f"% VRF {vrf} does not exist or is not configured", edit.found.line)


def vrf_changed(store: ConfigStore, edit: Edit) -> None:
    """Drop the addresses of an interface that enters or leaves a VRF, and say so."""
    before = edit.present.values["vrf"] if edit.present else ""
    after = "" if edit.removing else edit.values["vrf"]
    interface = store.at(edit.position)
    if before == after or not interface:
        return
    words = f"enabling VRF {after}" if after else f"disabling VRF {before}"
    for family, kept in (("IPv4", addresses4(interface)), ("IPv6", addresses6(interface))):
        if any(True for _ in kept):
            name = interface.values["name"]
            store.said.append(f"% Interface {name} {family} disabled and address(es) removed due to {words}")
    store.enter(edit.position, "no ip address")
    store.enter(edit.position, "no ipv6 address")


def vrf_goes(store: ConfigStore, edit: Edit) -> None:
    """Drop what is in a VRF that goes."""
    if not edit.removing or not edit.present:
        return
    vrf = edit.values["vrf"]
    for interface in store.root.each("interface"):
        if interface_vrf(interface) == vrf:
            _forget(interface, "vrf")
            position = (interface.line,)
            store.enter(position, "no ip address")
            store.enter(position, "no ipv6 address")
    for process in [*store.root.each("bgp"), store.root]:
        for key in [key for key, entry in process.children.items() if entry.rule.opens in IN_VRF]:
            if process.children[key].values.get("vrf") == vrf:
                del process.children[key]
    store.said.append(f"% IPv4 and IPv6 addresses from all interfaces in VRF {vrf} have been removed")


IN_VRF = frozenset({"bgp4", "bgp6", "ospf"})


def port_goes(store: ConfigStore, edit: Edit) -> None:
    """Refuse to take away what is soldered in."""
    logical = ("Loopback", "Tunnel", "Vlan", "Port-channel", "BDI")
    if edit.removing and not edit.values["name"].startswith(logical) and "." not in edit.values["name"]:
        raise Refusal("% Removal of physical interfaces is not permitted", edit.found.line)


def port_changed(store: ConfigStore, edit: Edit) -> None:
    """Start an interface without addresses; with one that goes, the lines go that make it passive."""
    if edit.removing:
        for context in _contexts(store.root):
            context.children.pop(f"passive-interface {edit.values['name']}", None)
    elif not edit.present:
        store.enter((*edit.position, edit.found.key), "no ip address")


def _contexts(entry: Entry) -> Iterator[Entry]:
    yield entry
    for child in entry.children.values():
        if child.children:
            yield from _contexts(child)


def process_goes(store: ConfigStore, edit: Edit) -> None:
    """With a process that goes, the lines go that put interfaces into it."""
    if not edit.removing:
        return
    whats = {"ospf": ("ospf",), "ospf3": ("ospf3",), "isis": ("isis4", "isis6")}[edit.found.rule.opens]
    name = edit.values.get("process", edit.values.get("tag", ""))
    for interface in store.root.each("interface"):
        for key, entry in tuple(interface.children.items()):
            if entry.rule.what in whats and entry.values.get("process", entry.values.get("tag", "")) == name:
                del interface.children[key]


def area_on(store: ConfigStore, edit: Edit) -> None:
    """Start the process that an interface is put into, in the VRF of the interface."""
    process, interface = edit.values["process"], store.at(edit.position)
    kind = edit.found.rule.what
    known = {entry.values["process"] for entry in store.root.each(f"{kind}-process")}
    if edit.removing or process in known or not interface:
        return
    vrf = interface_vrf(interface)
    if kind == "ospf":
        store.enter((), f"router ospf {process} vrf {vrf}" if vrf else f"router ospf {process}")
    else:
        classic = edit.found.line.startswith("ipv6")
        store.enter((), f"ipv6 router ospf {process}" if classic else f"router ospfv3 {process}")


def isis_on(store: ConfigStore, edit: Edit) -> None:
    """Start the instance that an interface is put into."""
    if not edit.removing:
        store.enter((), f"router isis {edit.values.get('tag', '')}")


def active_port(store: ConfigStore, edit: Edit) -> None:
    """Forget that an interface is not passive where none is by default."""
    process = store.at(edit.position)
    if process and not process.one("passive-default"):
        process.children.pop(edit.found.key, None)


def bgp_only(store: ConfigStore, edit: Edit) -> None:
    """Refuse a second AS."""
    running = store.root.one("bgp")
    if running and not edit.removing and running.values["asn"] != edit.values["asn"]:
        raise Refusal(f"BGP is already running; AS is {running.values['asn']}", edit.found.line)


def bgp_network(store: ConfigStore, edit: Edit) -> None:
    """Put a network of the process into its IPv4 address family, once there is one."""
    process = store.at(edit.position)
    if process and process.rule.opens == "bgp" and "address-family ipv4" in process.children:
        _move(process, process.children["address-family ipv4"])
        if edit.removing:
            process.children["address-family ipv4"].children.pop(edit.found.key, None)


def bgp_family(store: ConfigStore, edit: Edit) -> None:
    """Move the networks of the process into its IPv4 address family when that is opened."""
    process = store.at(edit.position)
    if process and not edit.removing and edit.found.key == "address-family ipv4":
        _move(process, process.children[edit.found.key])


def _move(process: Entry, family: Entry) -> None:
    for key in [key for key, entry in process.children.items() if entry.rule.what == "network"]:
        family.children[key] = process.children.pop(key)


def neighbor_goes(store: ConfigStore, edit: Edit) -> None:
    """Take away everything about a neighbour."""
    process = store.at(edit.position[:1])
    for context in _contexts(process) if process else ():
        start = f"neighbor {edit.values['peer']} "
        for key in [key for key in context.children if key.startswith(start)]:
            del context.children[key]


def _forget(entry: Entry | None, what: str) -> None:
    if entry:
        for key in [key for key, child in entry.children.items() if child.rule.what == what]:
            del entry.children[key]


def covers(statement: Entry, address: IPv4Interface) -> bool:
    """Whether a network statement of OSPF takes in an address."""
    wild = int(ip_interface(statement.values["wildcard"]).ip)
    mask = ~wild & 0xFFFFFFFF
    return int(IPv4Network(statement.values["address"]).network_address) & mask == int(address.ip) & mask
