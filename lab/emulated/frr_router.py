"""One FRR router that stands for an emulated device: its loopbacks, its VRFs, what it answers."""

import json
import re
import threading
from typing import Any

from lab.emulated.frr_wanted import Wanted, changes, moved, wanted
from lab.emulated.model_fabric import network
from lab.emulated.views import DEFAULT_VRF, Facts, Node
from lab.errors import LabError
from lab.namespaces import ATTIC, NAMED, named
from lab.network import Network
from lab.programs import PING, checked, run
from lab.vty import ask, ask_json

RECEIVED = re.compile(r"(\d+) received")
INTERVAL_S = 0.05
ANSWER_S = 1


class FrrRouter:
    """The router of one device. What it has is known by what was put on it."""

    def __init__(self, of: Network, node: Node) -> None:
        """Take a router that has nothing but its first configuration."""
        self.node = node
        self._network = of
        self._has = Wanted()
        self._made: set[tuple[str, str]] = set()
        self._spaces = {DEFAULT_VRF: named(of.name, node.name)}
        self._lock = threading.Lock()

    def json(self, daemon: str, command: str) -> dict[str, Any]:
        """Return a daemon's answer in JSON. Raises LabError."""
        return ask_json(self._network.folder.router(self.node.name), daemon, command)

    def text(self, daemon: str, command: str) -> str:
        """Return a daemon's answer. Raises LabError."""
        return ask(self._network.folder.router(self.node.name), daemon, command)

    def put(self, facts: Facts) -> None:
        """Make the router what its device is configured to be. Raises LabError when it takes that in no way."""
        after = wanted(self.node, facts)
        with self._lock:
            try:
                self._go(self._has, after)
            except LabError:
                self._clear(after)
                self._go(Wanted(), after)

    def _go(self, before: Wanted, after: Wanted) -> None:
        """Change what the router has."""
        for place in after.loopbacks:
            if place not in self._made:
                self._make(*place)
                self._made.add(place)
        for (vrf, interface), word, addresses in moved(before, after):
            for address in addresses:
                flags = ["nodad"] if ":" in address and word == "add" else []
                checked(["ip", "-n", self._spaces[vrf], "addr", word, address, "dev", interface, *flags])
        if lines := list(changes(self.node, before, after)):
            self._network.vtysh(self.node.name, "configure terminal", *lines)
        self._has = after

    def _clear(self, after: Wanted) -> None:
        """Take away all that may be there of two states, after it was refused somewhere on the way between them."""
        for state in (self._has, after):
            for (vrf, interface), lines in state.loopbacks.items():
                if vrf != DEFAULT_VRF and vrf in self._spaces:
                    run(["ip", "-n", self._spaces[vrf], "addr", "flush", "dev", interface])
                for line in reversed(lines) if vrf == DEFAULT_VRF else ():
                    # What is not there is refused, and that is as good.
                    self._network.ask(self.node.name, "configure terminal", f"interface {interface}", f"no {line}")
            for word in state.shut:
                self._network.ask(self.node.name, "configure terminal", f"interface {word}", "no shutdown")
            for prefix in state.announced:
                family = f"address-family {'ipv6' if ':' in prefix else 'ipv4'} unicast"
                router = f"router bgp {self.node.asn}"
                self._network.ask(self.node.name, "configure terminal", router, family, f"no network {prefix}")
        self._has = Wanted()

    def _make(self, vrf: str, interface: str) -> None:
        """Make an interface for a loopback: a dummy device, or a veth pair with its far end out of sight."""
        space = self._space(vrf)
        add = ["ip", "-n", space, "link", "add", interface, "type"]
        if run([*add, "dummy"]).returncode:
            attic = named(self._network.name, ATTIC)
            # One name for each: a loopback that was shortly in another VRF has left its interface there.
            far = f"{self.node.name}f{len(self._made)}"
            checked([*add, "veth", "peer", "name", far, "netns", attic])
            checked(["ip", "-n", attic, "link", "set", far, "up"])
        checked(["ip", "-n", space, "link", "set", interface, "up"])

    def _space(self, vrf: str) -> str:
        """Return the namespace of a VRF, made when it is first asked for: the kernel may have no VRF device."""
        if vrf not in self._spaces:
            space = named(self._network.name, f"{self.node.name}-v{len(self._spaces)}")
            checked(["ip", "netns", "add", space])
            checked(["ip", "-n", space, "link", "set", "lo", "up"])
            self._spaces[vrf] = space
        return self._spaces[vrf]

    def held(self, vrf: str) -> set[tuple[str, str]]:
        """Return the prefixes of a VRF other than the default one, with their interfaces."""
        if vrf not in self._spaces:
            return set()
        links = json.loads(checked(["ip", "-n", self._spaces[vrf], "-j", "addr", "show", "up"]) or "[]")
        return {
            (network(f"{entry['local']}/{entry['prefixlen']}"), link["ifname"])
            for link in links
            for entry in link.get("addr_info", ())
        }

    def lines_up(self) -> frozenset[str]:
        """Return the interfaces whose line is up."""
        answer = self.json("zebra", "show interface json")
        return frozenset(name for name, entry in answer.items() if entry.get("operationalStatus") == "up")

    def ping(self, vrf: str, source: str, destination: str, count: int) -> int:
        """Return how many of `count` echo requests are answered; one that cannot be sent is not."""
        if vrf not in self._spaces:
            return 0
        enter = ["nsenter", f"--net={NAMED / self._spaces[vrf]}", "--", PING, "-n", "-q"]
        how = ["-c", str(count), "-i", str(INTERVAL_S), "-W", str(ANSWER_S)]
        from_where = ["-I", source] if source else []
        done = run([*enter, *how, *from_where, destination], timeout=10 + count * (INTERVAL_S + ANSWER_S))
        found = RECEIVED.search(done.stdout)
        if not found and "Usage" in done.stderr:
            raise LabError(f"ping does not understand: {done.stderr.strip()}")
        return int(found[1]) if found else 0
