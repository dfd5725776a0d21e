"""Two emulated Junos devices side by side, and the loopbacks that tests give one of them."""

from lab.emulated.device import Device
from lab.emulated.junos_store import JunosStore
from lab.emulated.model import Model
from lab.emulated.systems import system
from lab.emulated.views import Link, Node

LINE = "set interfaces lo0 unit 0 description x"
NODES = (
    Node(
        "mx1",
        "10.255.0.1",
        (
            Link(
                1, "198.18.0.0/31", "2001:db8:18::/127", "mx2", "198.18.0.1/31", "2001:db8:18::1/127", "0.0.0.0", True
            ),
            Link(
                2, "198.18.0.2/31", "2001:db8:18::2/127", "mx2", "198.18.0.3/31", "2001:db8:18::3/127", peer_as="65010"
            ),
        ),
        ospf=True,
        ospf3=True,
        isis="core",
        isis_net="49.0001.0102.5500.0001.00",
        asn="65000",
        vrfs=("blue",),
        ospf_ranges=(("0.0.0.1", "10.1.0.0/16"),),
    ),
    Node(
        "mx2",
        "10.255.0.2",
        (
            Link(
                1, "198.18.0.1/31", "2001:db8:18::1/127", "mx1", "198.18.0.0/31", "2001:db8:18::/127", "0.0.0.0", True
            ),
            Link(
                2, "198.18.0.3/31", "2001:db8:18::3/127", "mx1", "198.18.0.2/31", "2001:db8:18::2/127", peer_as="65000"
            ),
        ),
        ospf=True,
        ospf3=True,
        isis="core",
        isis_net="49.0001.0102.5500.0002.00",
        asn="65010",
    ),
)
LOOPBACKS = """\
set interfaces lo0 unit 0 description "core & <x>"
set interfaces lo0 unit 0 family inet address 10.255.0.1/32
set interfaces lo0 unit 0 family inet6 address 2001:DB8:255::1/128
set interfaces lo0 unit 1 family inet address 10.255.1.1/32
set routing-instances blue interface lo0.1
set protocols ospf area 0 interface lo0.0 passive
set protocols ospf3 area 0 interface lo0.0 passive
set protocols isis interface lo0.0 passive
set policy-options prefix-list LOOPBACKS 10.255.0.1/32
set policy-options prefix-list LOOPBACKS 2001:db8:255::1/128
"""


def first(node: Node = NODES[0]) -> JunosStore:
    return JunosStore(system("junos").first(node))


def provisioned() -> JunosStore:
    store = first()
    store.apply(LOOPBACKS.splitlines())
    return store


def devices() -> dict[str, Device]:
    model, junos = Model(NODES), system("junos")
    return {node.name: Device(node, junos, model) for node in NODES}
