"""The emulated Cisco IOS (IOS-XE 17): its configuration as a store, and what makes a system of it."""

import re
from typing import ClassVar

from lab.emulated.device import Device, Login
from lab.emulated.ios_cli import IosCli
from lab.emulated.ios_facts import facts
from lab.emulated.ios_first import first
from lab.emulated.ios_rules import GRAMMAR
from lab.emulated.rules import Grammar
from lab.emulated.store import ConfigStore
from lab.emulated.views import Facts, Node

HEADER = re.compile(r"^(?:Building configuration|Current configuration|Using \d+ out of).*$", re.MULTILINE)


class IosStore(ConfigStore):
    """A configuration; the text has the header of the show command, and is taken with or without it."""

    grammar: ClassVar[Grammar] = GRAMMAR

    def __init__(self, text: str = "") -> None:
        super().__init__(HEADER.sub("", text))

    def plain(self) -> str:
        """Return the configuration as it is written to a file."""
        return "".join(f"{line}\n" for line in ("!", *self.lines(), "end"))

    def text(self) -> str:
        """Return what the show command prints."""
        body = self.plain()
        return f"Building configuration...\n\nCurrent configuration : {len(body)} bytes\n{body}"

    def facts(self, device: str) -> Facts:
        """Return what the configuration comes to."""
        return facts(self, device)


class Ios:
    """The system `ios`."""

    name = "ios"
    transport = "cli"

    def first(self, node: Node) -> str:
        """Return the first configuration of a node."""
        return IosStore(first(node)).text()

    def store(self, text: str) -> IosStore:
        """Return a store of a configuration."""
        return IosStore(text)

    def port(self, index: int) -> str:
        """Return the name of the interface of a link."""
        return f"GigabitEthernet{index}"

    def cli(self, device: Device, login: Login) -> IosCli:
        """Return the command line of a session."""
        return IosCli(device, login)
