"""The command line of the emulated NX-OS."""

import re
from typing import TYPE_CHECKING, Any, ClassVar

from lab.emulated import nxos_checkpoints as checkpoints
from lab.emulated.cli import Cli, command
from lab.emulated.nxos_checks import UNKNOWN
from lab.emulated.nxos_json import FORMS, written
from lab.emulated.nxos_rules import MODES
from lab.emulated.nxos_show import SHOWS, STRUCTURED
from lab.emulated.nxos_words import ping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.emulated.device import Device, Login

Asked = re.Match[str]
COPIED = "[########################################] 100%\nCopy complete, now saving to disk (please wait)...\n"
PING = r"(?P<destination>\S+)(?P<options>(?: (?:count|source|vrf|timeout|packet-size|interval) \S+)*)"
# What people type for short; the real system takes any unambiguous beginning.
SHORT = {
    "sh": "show", "sho": "show", "conf": "configure", "t": "terminal", "term": "terminal", "run": "running-config",
    "start": "startup-config", "int": "interface", "ver": "version", "neighbor": "neighbors", "neigh": "neighbors",
    "len": "length",
}  # fmt: skip
EVERYWHERE = re.compile(
    r"(?:no\s+)?(?:show?|copy|checkpoint|rollback|terminal|ping6?|dir|reload|wr\w*)\b", re.IGNORECASE
)


class NxosCli(Cli):
    """A session on NX-OS; exec commands are taken in configuration mode too."""

    modes = MODES
    shows = SHOWS
    unknown = UNKNOWN
    forbidden = "% Permission denied for the role"

    def __init__(self, device: "Device", login: "Login") -> None:
        super().__init__(device, login)
        self.asks = True

    @property
    def sign(self) -> str:
        """The last characters of the prompt, the same for every role."""
        return "# "

    def execute(self, line: str) -> str:
        """Answer a command, in the form that a pipe asks for."""
        piped = FORMS.search(line)
        if not piped:
            return super().execute(line)
        for pattern, show in STRUCTURED:
            asked = pattern.fullmatch(_long(line[: piped.start()]))
            if asked:
                document = show(self.device, asked)
                return written(document, piped["form"]) if document else ""
        return super().execute(line[: piped.start()].strip())

    def dispatch(self, words: str) -> str | None:
        """Answer a command, its words in full or as short as people type them."""
        return super().dispatch(_long(words))

    def configure(self, line: str) -> str:
        """Answer a line of configuration mode; what it does not know may be a command."""
        if EVERYWHERE.match(line.strip()):
            return self.execute(line.strip())
        return super().configure(line)

    def _configure(self, _: Asked) -> str:
        self.enter_configuration()
        return "Enter configuration commands, one per line. End with CNTL/Z."

    def _quiet(self, _: Asked) -> str:
        return ""

    def _exit(self, _: Asked) -> str:
        self.closed = True
        return ""

    def _dont_ask(self, asked: Asked) -> str:
        self.asks = bool(asked["no"])
        return ""

    def _save(self, _: Asked) -> str:
        if self.device.faults.bites("full-flash", "startup-config"):
            return "Configuration update aborted: request was aborted\nstartup-config: no space left on device"
        self.device.saved()
        return f"{COPIED}Copy complete."

    def _checkpoint(self, asked: Asked) -> str:
        return checkpoints.keep(self.device, asked["name"] or "", self.login.username)

    def _checkpoint_file(self, asked: Asked) -> str:
        name = asked["name"]
        if self.asks and checkpoints.bare(name) in self.device.files.content:
            question = "There is already a file existing with this name, do you want to overwrite (y/n)? [n] "
            return self.ask(question, lambda word: self._overwritten(name, word))
        return checkpoints.keep_file(self.device, name)

    def _overwritten(self, name: str, word: str) -> str:
        return checkpoints.keep_file(self.device, name) if word.casefold().startswith("y") else "Operation aborted"

    def _forget(self, asked: Asked) -> str:
        return checkpoints.forget(self.device, asked["name"])

    def _roll_back(self, asked: Asked) -> str:
        return checkpoints.roll_back(self.device, asked["name"], file=asked["what"] == "file")

    def _checkpoints(self, _: Asked) -> str:
        return checkpoints.listed(self.device)

    def _dir(self, asked: Asked) -> str:
        files, name = self.device.files.content, checkpoints.bare(asked["name"] or "")
        if name and name not in files:
            return "No such file or directory"
        shown = [name] if name else sorted(files)
        return "\n".join([*self._listed(shown), "", "Usage for bootflash://", f"{self.device.files.free} bytes free"])

    def _listed(self, names: list[str]) -> "Iterator[str]":
        for name in names:
            stamp = f"{self.device.clock.date():%b %d %H:%M:%S %Y}"
            yield f"{len(self.device.files.content[name]):>11}    {stamp}  {name}"

    def _ping(self, asked: Asked) -> str:
        said = asked["options"].split()
        options = dict(zip(said[::2], said[1::2], strict=True))
        count = int(options.get("count", "5"))
        vrf, source = options.get("vrf", "default"), options.get("source", "")
        received = self.device.routing.ping(self.device.name, vrf, source, asked["destination"], count)
        return ping(asked["destination"], count, received)

    def _reload(self, _: Asked) -> str:
        return self.ask("This command will reboot the system. (y/n)?  [n] ", self._reloaded)

    def _reloaded(self, word: str) -> str:
        if word.casefold().startswith("y"):
            self.device.reload()
        return ""

    commands: ClassVar[Any] = (
        (command("configure(?: terminal)?"), _configure),
        (command("terminal (?:length|width|session-timeout) \\d+"), _quiet),
        (command("terminal monitor|no terminal monitor"), _quiet),
        (command("(?P<no>no )?terminal dont-ask"), _dont_ask),
        (command("exit|logout|end"), _exit),
        (command("copy running-config startup-config"), _save),
        (command(r"checkpoint file (?P<name>\S+)"), _checkpoint_file),
        (command(r"checkpoint(?: (?P<name>\S+))?"), _checkpoint),
        (command(r"no checkpoint (?P<name>\S+)"), _forget),
        (
            command(
                r"rollback running-config (?P<what>checkpoint|file) (?P<name>\S+)"
                r"(?: (?:atomic|best-effort|stop-at-first-failure|verbose))*"
            ),
            _roll_back,
        ),
        (command("show checkpoint summary"), _checkpoints),
        (command(r"dir(?: (?P<name>\S+))?"), _dir),
        (command(f"ping6? {PING}"), _ping),
        (command("reload"), _reload),
    )


def _long(words: str) -> str:
    return " ".join(SHORT.get(word, word) for word in words.split())
