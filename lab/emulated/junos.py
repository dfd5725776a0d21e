"""The emulated Junos: NETCONF over SSH, a shared candidate with an exclusive lock, confirmed commits.

No device was at hand: syntax, order, messages and answers follow captures, documentation and bug reports of users.
"""

import asyncssh

from lab.emulated import junos_first
from lab.emulated.device import Device, Login
from lab.emulated.junos_rpc import Conversation
from lab.emulated.junos_store import JunosStore
from lab.emulated.netconf import NetconfSession
from lab.emulated.views import Node


class Junos:
    """The system; see `lab.emulated.system.System`."""

    name = "junos"
    transport = "netconf"

    def first(self, node: Node) -> str:
        """The configuration of a device before anything is provisioned."""
        store = JunosStore()
        store.apply(list(junos_first.first(node)))
        return store.text()

    def store(self, text: str) -> JunosStore:
        """A store that holds a configuration, in either format."""
        return JunosStore(text)

    def port(self, index: int) -> str:
        """The logical interface of a node's link."""
        return junos_first.port(index)

    def subsystem(self, device: Device, login: Login) -> "asyncssh.SSHServerSession[bytes]":
        """The session of a new SSH channel."""
        return NetconfSession(device, Conversation(device, login))
