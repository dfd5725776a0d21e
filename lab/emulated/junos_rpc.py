"""One NETCONF session with an emulated Junos device."""

import itertools
from xml.etree import ElementTree as ET

from lab.emulated.device import Device, Login
from lab.emulated.junos_commit import Database, Holder, NetconfError, database
from lab.emulated.junos_operations import CHANGES, OPERATIONS, error_xml, local
from lab.emulated.netconf import BASE

_IDS = itertools.count(4700)
_JUNOS = "http://xml.juniper.net/junos/23.2R1/junos"


class Conversation:
    """One NETCONF session of a login; see `lab.emulated.netconf.Dialect`."""

    capabilities: tuple[str, ...] = (
        BASE,
        "urn:ietf:params:netconf:capability:candidate:1.0",
        "urn:ietf:params:netconf:capability:confirmed-commit:1.0",
        "urn:ietf:params:netconf:capability:validate:1.0",
        "http://xml.juniper.net/netconf/junos/1.0",
        "http://xml.juniper.net/dmi/system/1.0",
    )

    def __init__(self, device: Device, login: Login) -> None:
        self.device = device
        self.login = login
        self.session_id = next(_IDS)
        self.closed = False
        self.holder = Holder(login.username, self.session_id, device.clock.now())

    @property
    def database(self) -> Database:
        """The configuration database of the device."""
        return database(self.device)

    def name(self, request: ET.Element) -> str:
        """What a request asks for: the command, or the name of the operation, with `confirmed` where it arms."""
        tag = local(request.tag)
        if tag == "command":
            return (request.text or "").strip()
        arms = tag == "commit-configuration" and any(local(child.tag) == "confirmed" for child in request)
        return f"{tag} confirmed" if arms else tag

    def answer(self, request: ET.Element) -> str:
        """Answer a request: elements, text, or errors."""
        tag = local(request.tag)
        operation = OPERATIONS.get(tag)
        if operation is None:
            return error_xml("syntax error, expecting <rpc>", bad=tag)
        if not self.login.authorized and operation in CHANGES:
            return error_xml("permission denied", "access-denied", bad=tag)
        try:
            return operation(self, request)
        except NetconfError as error:
            return error_xml(error.message, error.tag, error.path, error.bad)

    def close(self) -> None:
        """Let go of what the session holds."""
        self.database.close(self.holder)

    def reply(self, inner: str, message_id: str) -> str:
        """The reply that an answer stands in."""
        return f'<rpc-reply xmlns="{BASE}" xmlns:junos="{_JUNOS}" message-id="{message_id}">\n{inner}\n</rpc-reply>\n'
