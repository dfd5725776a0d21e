"""The commands of EOS's API: what one request of several commands comes to on a device.

A request is a command line of its own: it starts outside configuration mode, and what it entered is left at its end.
"""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from lab.emulated import eos_show, eos_tables
from lab.emulated.device import Device, Login
from lab.emulated.eos_files import PING, copy, file_text, ping
from lab.emulated.eos_sessions import ConfigSession, ConfigSessions
from lab.emulated.eos_show import Answer, Shown
from lab.emulated.store import ConfigStore, Position, UnknownLine
from lab.emulated.system import Refusal

FAILED, INVALID, UNCONVERTED, FORBIDDEN = 1000, 1002, 1003, 1005
MEANINGS = {
    FAILED: "could not run command",
    INVALID: "invalid command",
    UNCONVERTED: "unconverted command",
    FORBIDDEN: "permission to run command denied",
}

_VRF = r"(?:\s+vrf\s+(?P<vrf>\S+))?"
_SHOWS: Sequence[tuple[str, Callable[[Shown], Answer]]] = (
    (r"show version", eos_show.version),
    (r"show hostname", eos_show.hostname),
    (r"show vrf", eos_show.vrf),
    (r"show interfaces", eos_show.interfaces),
    (r"show ip interface", eos_show.ip_interface_),
    (r"show ipv6 interface", eos_show.ipv6_interface),
    (rf"show ip route{_VRF}(?:\s+(?P<prefix>\S+/\d+))?(?:\s+\w+)?(?:\s+detail)?", eos_show.ip_route),
    (rf"show ipv6 route{_VRF}(?:\s+(?P<prefix>\S+/\d+))?(?:\s+\w+)?(?:\s+detail)?", eos_show.ipv6_route),
    (rf"show ip ospf{_VRF}", eos_tables.ospf),
    (rf"show ip ospf database detail{_VRF}", eos_tables.ospf_database),
    (rf"show ip ospf neighbor{_VRF}", eos_tables.ospf_neighbours),
    (rf"show ipv6 ospf{_VRF}", eos_tables.ospf3),
    (rf"show ipv6 ospf database detail{_VRF}", eos_tables.ospf3_database),
    (rf"show ipv6 ospf database as detail{_VRF}", eos_tables.ospf3_externals),
    (rf"show ipv6 ospf neighbor{_VRF}", eos_tables.ospf3_neighbours),
    (rf"show isis neighbors{_VRF}", eos_tables.isis_neighbours),
    (rf"show bgp (?P<family>ipv4|ipv6) unicast(?:\s+(?P<prefix>\S+/\d+))?{_VRF}", eos_tables.bgp_paths),
    (rf"show (?P<family>ip|ipv6) bgp(?:\s+(?P<prefix>\S+/\d+))?{_VRF}", eos_tables.bgp_paths),
    (rf"show bgp (?P<family>ipv4|ipv6) unicast summary{_VRF}", eos_tables.bgp_summary),
    (rf"show (?P<family>ip|ipv6) bgp summary{_VRF}", eos_tables.bgp_summary),
    (rf"show (?P<family>ip) bgp neighbors{_VRF}", eos_tables.bgp_peers),
    (rf"show (?P<family>ipv6) bgp peers{_VRF}", eos_tables.bgp_peers),
)
SHOWS = tuple((re.compile(words.replace(" ", r"\s+"), re.IGNORECASE), show) for words, show in _SHOWS)
SESSION = re.compile(
    r"configure\s+session(?:\s+(?!commit\b|abort\b)(?P<name>\S+))?(?:\s+(?P<what>commit|abort)(?P<rest>.*))?"
)
TIMER = re.compile(r"\s*timer\s+(?P<hours>\d+):(?P<minutes>\d+):(?P<seconds>\d+)\s*")
COPY = re.compile(r"copy\s+(?P<source>\S+)\s+(?P<target>\S+)")


class CommandFailed(Exception):
    """A command that was not carried out, with the code of the API, and the answers of those before it."""

    def __init__(self, code: int, place: str, error: str, before: Sequence[Answer]) -> None:
        super().__init__(f"CLI command {place} failed: {MEANINGS[code]}")
        self.code = code
        self.data: list[Answer] = [*before, {"errors": [error]}]


class Unconverted(Exception):
    """A command that exists, but has no answer as a dictionary."""


class Forbidden(Exception):
    """A command that the user may not give."""


class EosRequest:
    """One request on a device."""

    def __init__(self, device: Device, login: Login, *, text: bool) -> None:
        self.device = device
        self.login = login
        self.text = text
        self.sessions = ConfigSessions.of(device)
        self.privileged = False
        self.vrf = ""
        self.store: ConfigStore | None = None
        self.session: ConfigSession | None = None
        self.position: Position = ()

    def run(self, commands: Sequence[str | dict[str, Any]]) -> list[Answer]:
        """Carry out commands up to the first that fails. Raises CommandFailed."""
        answers: list[Answer] = []
        for index, told in enumerate(commands):
            line, given = (
                (told, "") if isinstance(told, str) else (str(told.get("cmd", "")), str(told.get("input", "")))
            )
            place = f"{index + 1} of {len(commands)} '{line}'"
            self.device.counters.commands += 1
            try:
                answers.append(self._one(line.strip(), given))
            except UnknownLine as error:
                unknown = f"Invalid input (at token {_token(error)})"
                raise CommandFailed(INVALID, place, unknown, answers) from error
            except Refusal as error:
                code = INVALID if error.answer == "% Incomplete command" else FAILED
                raise CommandFailed(code, place, error.answer.removeprefix("% "), answers) from error
            except Unconverted as error:
                raise CommandFailed(UNCONVERTED, place, str(error), answers) from error
            except Forbidden as error:
                raise CommandFailed(FORBIDDEN, place, str(error), answers) from error
        return answers

    def _one(self, line: str, given: str) -> Answer:
        if self.store is not None:
            return self._configure(line)
        if line == "enable":
            return self._enable(given)
        plain, _, pipe = line.partition("|")
        answer = self._show(" ".join(plain.split()), as_json=pipe.strip() == "json")
        return self._exec(" ".join(line.split())) if answer is None else answer

    def _enable(self, given: str) -> Answer:
        if self.device.enable_password and given.strip() != self.device.enable_password:
            raise Forbidden("Bad secret")
        self.privileged = True
        return self._said("")

    def _said(self, text: str) -> Answer:
        return {"output": text} if self.text else {"messages": text.splitlines()} if text else {}

    def _worded(self, text: str) -> Answer:
        """Answer a command that has words only."""
        if not self.text:
            raise Unconverted("This is an unconverted command")
        return {"output": text}

    def _show(self, line: str, *, as_json: bool) -> Answer | None:
        """Answer a command that only reads, None for another."""
        if line == "show version" and self.text and not as_json:
            return {"output": eos_show.version_words(Shown(self.device))}
        for pattern, show in SHOWS:
            found = pattern.fullmatch(line)
            if found:
                arguments = {name: value for name, value in found.groupdict().items() if value}
                if arguments.get("family") == "ip":
                    arguments["family"] = "ipv4"
                told = show(Shown(self.device, arguments))
                return {"output": json.dumps(told, indent=4)} if self.text else told
        return self._show_words(line, as_json=as_json)

    def _show_words(self, line: str, *, as_json: bool) -> Answer | None:
        detail = re.fullmatch(r"show configuration sessions(?P<detail> detail)?", line)
        if detail:
            told = self.sessions.shown(release(self.device), detail=bool(detail["detail"]))
            return {"output": json.dumps(told)} if self.text else told
        if as_json:
            return None
        if line == "show running-config":
            return self._worded(self._headed(line, self.device.running.text()))
        if line == "show startup-config":
            return self._worded(self._headed(line, self.device.startup))
        if line == "show isis database detail":
            return self._worded(eos_tables.isis_database(Shown(self.device)))
        named = re.fullmatch(r"show session-config named (?P<name>\S+)(?P<diffs> diffs)?", line)
        if named and named["diffs"]:
            return self._worded(self.sessions.diffs(named["name"]))
        if named:
            return self._worded(self._headed(line, self.sessions.named(named["name"]).store.text()))
        return None

    def _headed(self, line: str, configuration: str) -> str:
        version = getattr(self.device.system, "version", "")
        head = f"! Command: {line}\n! device: {self.device.hostname} ({eos_show.MODEL}, EOS-{version})\n!\n"
        return f"{head}{configuration}end\n"

    def _exec(self, line: str) -> Answer:
        vrf = re.fullmatch(r"cli vrf (?P<vrf>\S+)", line)
        if vrf:
            self.vrf = vrf["vrf"]
            return self._said("")
        pinged = PING.fullmatch(line)
        if pinged:
            return self._worded(ping(self.device, pinged, self.vrf))
        if not self.privileged:
            raise Forbidden(f"Privileged mode required for command '{line}'")
        if not self.login.authorized:
            raise Forbidden(f"Authorization denied for command '{line}'")
        session = SESSION.fullmatch(line)
        if session and session["what"]:
            return self._finish(session["name"] or "", session["what"], session["rest"])
        if session:
            self.session = self.sessions.open(session["name"] or "", self.login.username)
            self.store, self.position = self.session.store, ()
            return self._said("")
        if line in ("configure", "configure terminal"):
            self.store, self.position = self.device.running, ()
            return self._said("")
        return self._files(line)

    def _finish(self, name: str, what: str, rest: str) -> Answer:
        timer = TIMER.fullmatch(rest)
        if what == "abort" and not rest.strip():
            self.sessions.abort(name)
        elif what == "commit" and timer:
            hours, minutes, seconds = (int(timer[unit]) for unit in ("hours", "minutes", "seconds"))
            self.sessions.commit_timer(name, hours * 3600 + minutes * 60 + seconds)
        elif what == "commit" and not rest.strip():
            self.sessions.commit(name)
        else:
            raise UnknownLine("% Invalid input", rest.strip(), 0)
        return self._said("")

    def _files(self, line: str) -> Answer:
        copied = COPY.fullmatch("copy running-config startup-config" if line in ("write", "write memory") else line)
        replace = re.fullmatch(r"configure replace flash:/?(?P<name>\S+)", line)
        if copied:
            copy(self.device, copied["source"], copied["target"])
            return self._said("Copy completed successfully.\n")
        if replace:
            text = file_text(self.device, replace["name"])
            self.device.replace(self.device.system.store(text))
            return self._said("")
        raise UnknownLine("% Invalid input", line, 0)

    def _configure(self, line: str) -> Answer:
        assert self.store is not None  # noqa: S101 - only called in configuration mode
        finish = re.fullmatch(r"(?P<what>commit|abort)(?P<rest>.*)", line)
        if line == "end" or (line == "exit" and not self.position):
            self.store = self.session = None
        elif finish and self.session:
            name, self.store, self.session = self.session.name, None, None
            return self._finish(name, finish["what"], finish["rest"])
        elif line == "rollback clean-config" and self.session:
            self.session.store = self.device.system.store("")  # type: ignore[assignment] # the system is EOS
            self.store, self.position = self.session.store, ()
        else:
            self.position = self.device.enter(self.store, self.position, line)
            return self._said("".join(f"{said}\n" for said in self.store.messages()))
        return self._said("")


def _token(error: UnknownLine) -> str:
    """Return which word the system does not know, as it counts them."""
    before = error.line[: error.column].split()
    rest = error.line[error.column :].split()
    return f"{len(before)}: {(rest or [''])[0]!r}"


def release(device: Device) -> tuple[int, ...]:
    """Return the release that a device says it runs, as numbers."""
    return tuple(int(number) for number in re.findall(r"\d+", str(getattr(device.system, "version", "")))[:2])
