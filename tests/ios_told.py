"""A network that tells what a test wants it to, an emulated IOS in it, and the rows that the folder reads."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ntc_templates
import textfsm
import yaml

from lab.emulated.device import Device
from lab.emulated.ios_show import show
from lab.emulated.views import (
    Enabled,
    Facts,
    LsaView,
    NeighbourView,
    Node,
    PathView,
    Port,
    PortState,
    RouteView,
)
from loopwright.query import rows

FOLDER = Path(__file__).parent.parent / "templates" / "ios"
NTC = Path(ntc_templates.__file__).parent / "templates"
WORDS = yaml.safe_load((FOLDER / "platform.yaml").read_text(encoding="utf-8"))
EVIDENCE, SHOW = WORDS["evidence"], WORDS["show"]
GI1, GI2, LO0, LO1 = "GigabitEthernet1", "GigabitEthernet2", "Loopback0", "Loopback1"


@dataclass
class Told:
    """A network that tells what a test wants it to."""

    title: str = "made by hand"
    blocking: bool = False
    up: Mapping[str, bool] = field(default_factory=dict)
    tables: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def update(self, facts: Facts) -> None:
        pass

    def ports(self, _device: str) -> tuple[PortState, ...]:
        return tuple(PortState(name, up) for name, up in self.up.items())

    def routes(self, _device: str, family: str) -> tuple[RouteView, ...]:
        return self.tables.get(f"routes {family}", ())

    def lsas(self, _device: str, protocol: str) -> tuple[LsaView, ...]:
        return self.tables.get(f"lsas {protocol}", ())

    def paths(self, _device: str, family: str) -> tuple[PathView, ...]:
        return self.tables.get(f"paths {family}", ())

    def neighbours(self, _device: str, protocol: str) -> tuple[NeighbourView, ...]:
        return self.tables.get(f"neighbours {protocol}", ())

    def ping(self, _device: str, _vrf: str, _source: str, _destination: str, count: int) -> int:
        return count


@dataclass
class Holds:
    """A configuration of which only the facts are known."""

    told: Facts

    def facts(self, _device: str) -> Facts:
        return self.told

    def text(self) -> str:
        return ""


@dataclass
class Knows:
    """A system whose devices all come to the same facts."""

    told: Facts
    name: str = "ios"
    transport: str = "cli"

    def first(self, _node: Node) -> str:
        return ""

    def store(self, _text: str) -> Any:
        return Holds(self.told)

    def port(self, index: int) -> str:
        return f"GigabitEthernet{index}"


FACTS = Facts(
    "r1",
    router_id="10.255.0.1",
    asn="65000",
    ports=(
        Port(LO0, addresses=("10.255.0.1/32", "10.255.1.1/24", "10.255.2.1/32", "2001:db8:ff::1/128"), protocols=(
            Enabled("ospf", "ipv4", "7", "0.0.0.0"), Enabled("ospf3", "ipv6", "7", "0.0.0.0"),
            Enabled("isis", "ipv4", "core", level="1-2"),
        )),
        Port(LO1, vrf="blue", description="a VRF of its own", addresses=("10.9.9.1/32", "2001:db8:9::1/128")),
        Port("Loopback2", enabled=False, addresses=("10.8.8.1/32", "2001:db8:8::1/64")),
        Port("Loopback3", vrf="blue", addresses=("2001:db8:7::1/64", "2001:db8:7:1::1/64")),
        Port("Loopback4"),
        Port(GI1, 1, addresses=("192.0.2.1/30", "2001:db8:0:1::1/64"), protocols=(
            Enabled("isis", "ipv4", "core", level="2"),
        )),
        Port(GI2, 2, addresses=("192.0.2.5/30",)),
    ),
)  # fmt: skip
UP = {LO0: True, LO1: True, "Loopback2": False, "Loopback3": True, "Loopback4": True, GI1: True, GI2: False}


def device(**tables: tuple[Any, ...]) -> Device:
    told = Told(up=UP, tables={name.replace("_", " "): views for name, views in tables.items()})
    return Device(Node("r1", FACTS.router_id, vrfs=("empty",)), Knows(FACTS), told)


def parsed(template: Path, text: str) -> list[dict[str, Any]]:
    machine = textfsm.TextFSM(io.StringIO(template.read_text(encoding="utf-8")))
    names = [name.lower() for name in machine.header]
    return [dict(zip(names, values, strict=True)) for values in machine.ParseText(text)]


def read(text: str, kind: str, command: str) -> list[dict[str, Any]]:
    """The rows that the folder finds in an answer."""
    row = next(e for e in EVIDENCE if (e["kind"], e["command"]) == (kind, command))
    found = parsed((NTC if row["format"] == "ntc" else FOLDER) / row["template"], text)
    return rows(row["rows"], found) if "rows" in row else found


def asked(of: Device, kind: str, command: str, **words: str) -> list[dict[str, Any]]:
    answer = show(of, command.format(**words))
    assert answer is not None
    return read(answer, kind, command)
