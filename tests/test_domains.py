"""Which devices share a flooding domain or an AS, by what is configured."""

import pytest

from loopwright.domains import find_domains
from loopwright.models import Observed
from loopwright.observe import observe_lines, path_lines
from loopwright.platform import load_platforms

PLATFORM = load_platforms()["frr"]

OSPF = "interface eth0\n ip address 192.0.2.{}/29\n ip ospf area {}\nrouter ospf\n"
ISIS = "interface eth0\n ip address 192.0.2.{}/29\n ip router isis {}\nrouter isis {}\n"
BGP = "router bgp {}\n neighbor {} remote-as {}\n"


def device(name: str, *texts: str) -> Observed:
    return observe_lines(name, path_lines("".join(texts), PLATFORM), PLATFORM)


CASES = {
    "one area on a subnet": (
        [device("r1", OSPF.format(1, 0)), device("r2", OSPF.format(2, "0.0.0.0"))],
        ("ospf", "0.0.0.0"),
        {"r1", "r2"},
    ),
    "another area on the other end": (
        [device("r1", OSPF.format(1, 0)), device("r2", OSPF.format(2, 7))],
        ("ospf", "0.0.0.0"),
        {"r1"},
    ),
    "enabled by a network statement on one end": (
        [
            device("r1", OSPF.format(1, 0)),
            device("r2", "interface eth9\n ip address 192.0.2.2/29\nrouter ospf\n network 192.0.2.0/24 area 0\n"),
        ],
        ("ospf", "0.0.0.0"),
        {"r1", "r2"},
    ),
    "another subnet": (
        [device("r1", OSPF.format(1, 0)), device("r2", OSPF.format(9, 0))],
        ("ospf", "0.0.0.0"),
        {"r1"},
    ),
    "instances of IS-IS with names of their own": (
        [device("r1", ISIS.format(1, "ONE", "ONE")), device("r2", ISIS.format(2, "TWO", "TWO"))],
        ("isis", ""),
        {"r1", "r2"},
    ),
    "a device that runs the protocol on no link": (
        [device("r1", "router ospf\n"), device("r2", OSPF.format(2, 0))],
        ("ospf", "0.0.0.0"),
        {"r1"},
    ),
    "a session inside an AS between loopbacks": (
        [
            device("r1", "interface lo\n ip address 10.0.0.1/32\n", BGP.format(65001, "10.0.0.2", 65001)),
            device("r2", "interface lo\n ip address 10.0.0.2/32\n", BGP.format(65001, "10.0.0.1", "internal")),
        ],
        ("bgp", "65001"),
        {"r1", "r2"},
    ),
    "a session between two of an AS by way of a third": (
        [
            device("r1", "interface lo\n ip address 10.0.0.1/32\n", BGP.format(65001, "10.0.0.3", 65001)),
            device("r2", "interface lo\n ip address 10.0.0.2/32\n", BGP.format(65001, "10.0.0.3", 65001)),
            device("r3", "interface lo\n ip address 10.0.0.3/32\n"),
        ],
        ("bgp", "65001"),
        {"r1", "r2", "r3"},
    ),
    "a session to another AS": (
        [
            device("r1", "interface lo\n ip address 10.0.0.1/32\n", BGP.format(65001, "10.0.0.2", 65002)),
            device("r2", "interface lo\n ip address 10.0.0.2/32\n", BGP.format(65002, "10.0.0.1", 65001)),
        ],
        ("bgp", "65001"),
        {"r1"},
    ),
}


@pytest.mark.parametrize(("devices", "domain", "members"), CASES.values(), ids=list(CASES))
def test_domain(devices: list[Observed], domain: tuple[str, str], members: set[str]) -> None:
    assert find_domains(devices).members("r1", *domain) == members


def test_a_peering_address_that_is_wanted_and_not_there_yet_counts() -> None:
    devices = [device("r1", BGP.format(65001, "10.0.0.2", 65001)), device("r2", BGP.format(65001, "10.0.0.1", 65001))]
    assert find_domains(devices).members("r1", "bgp", "65001") == {"r1"}
    wanted = {"10.0.0.1": "r1", "10.0.0.2": "r2"}
    assert find_domains(devices, wanted).members("r1", "bgp", "65001") == {"r1", "r2"}
