"""The topology and the pings of a reading of the network, as fields of a report."""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_interface
from typing import Any

from loopwright.addresses import bare, network
from loopwright.models import Link
from loopwright.picture import Picture

_Ends = dict[str, Link]


def topology_document(picture: Picture, loopbacks: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The devices with their loopbacks, the links of two, and the networks that three or more devices share.

    `loopbacks` has the addresses to show of each device, with their prefix lengths; a device that it does not name is
    shown with those that it has.
    """
    subnets = _subnets(picture)
    pairs = ((key, ends) for key, ends in subnets.items() if len(ends) == 2)
    shared = ((key, ends) for key, ends in subnets.items() if len(ends) > 2)
    return {
        "devices": [_device(picture, name, loopbacks) for name in picture.evidence],
        "links": [_link(*key, ends) for key, ends in pairs],
        "networks": [_network(*key, ends) for key, ends in shared],
    }


def reach_document(picture: Picture) -> list[dict[str, Any]]:
    """Every ping from one device to an address of another: who sent it from which source, and what came back.

    `to` names the devices that have the address, all members where it is an anycast address, "" where nobody has it.
    """
    return list(_pings(picture))


def _device(picture: Picture, name: str, loopbacks: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    platform = picture.platforms.get(name)
    observed = picture.evidence[name].observed.loopbacks
    own = [address for lo in sorted(observed, key=lambda lo: lo.number) for address in lo.addresses]
    return {
        "name": name,
        "platform": platform.name if platform else "",
        "loopbacks": list(loopbacks.get(name, own)),
        "answered": picture.answered(name) is not None,
    }


def _subnets(picture: Picture) -> dict[tuple[str, str], _Ends]:
    """The link of each device in a subnet, by VRF and subnet; the first one where a device has several."""
    found: dict[tuple[str, str], _Ends] = {}
    for name in picture.evidence:
        for link in picture.links(name):
            if _joins(link.address):
                found.setdefault((link.vrf, network(link.address)), {}).setdefault(name, link)
    return found


def _joins(address: str) -> bool:
    """Whether devices with addresses of its subnet have a link: host routes and link-local addresses join nobody."""
    interface = ip_interface(address)
    return interface.network.num_addresses > 1 and not interface.ip.is_link_local


def _link(vrf: str, subnet: str, ends: _Ends) -> dict[str, Any]:
    ((a, one), (b, other)) = ends.items()
    return {
        "a": a,
        "a_interface": one.interface,
        "b": b,
        "b_interface": other.interface,
        "subnet": subnet,
        "vrf": vrf,
    }


def _network(vrf: str, subnet: str, ends: _Ends) -> dict[str, Any]:
    members = [{"device": name, "interface": link.interface} for name, link in ends.items()]
    return {"subnet": subnet, "vrf": vrf, "members": members}


def _pings(picture: Picture) -> Iterator[dict[str, Any]]:
    for device, pings in picture.pings.items():
        for ping in pings:
            request = ping.request
            owners = picture.owners.get((request.vrf, bare(request.destination)), ())
            if device in owners:
                continue  # whether a device answers itself is a rung, and says nothing of reach
            yield {
                "from": device,
                "to": ", ".join(owners),
                "address": request.destination,
                "source": request.source,
                "vrf": request.vrf,
                "received": ping.received,
                "sent": request.count,
                "error": ping.error,
            }
