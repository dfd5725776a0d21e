"""Somebody else on a device: another login that edits, commits or confirms behind the back of whoever is tested.

What is typed goes past the transports, and is answered as the device would answer that login.
"""

from collections.abc import Callable, Sequence
from typing import Any

from lab.emulated.cli import Cli
from lab.emulated.device import Device, Login
from lab.emulated.eos_commands import CommandFailed, EosRequest
from lab.emulated.eos_sessions import ConfigSessions
from lab.emulated.junos_commit import Holder, NetconfError, database
from lab.emulated.system import Refusal

NAME = "somebody"
LOGIN = Login(NAME)
_PID = 4242


def types(device: Device, lines: Sequence[str], *, commit: bool = True) -> str:
    """Type configuration lines as somebody else and return what the device says, refusals included.

    Without `commit` they stay uncommitted where the system has a candidate. Raises ValueError where they cannot.
    """
    with device.lock:
        device.clock.due()
        return _of(_EDITS, device)(device, lines, commit)


def confirms(device: Device) -> str:
    """Confirm what is armed as somebody else does, by the system's own way, and return what the device says.

    Raises ValueError for a system that has nothing to confirm.
    """
    with device.lock:
        device.clock.due()
        return _of(_CONFIRMATIONS, device)(device)


def _of(ways: dict[str, Any], device: Device) -> Callable[..., str]:
    name = device.system.name
    if name not in ways:
        raise ValueError(f"nobody can do that on {name}")
    way: Callable[..., str] = ways[name]
    return way


def _typed(cli: Cli, lines: Sequence[str]) -> str:
    """Type lines at a command line; whatever it asks back is answered with yes."""
    said = []
    for line in lines:
        said.append(cli.answer(line))
        while cli.prompt.rstrip().endswith("]:"):
            said.append(cli.answer("yes"))
    return "".join(said)


def _cli(device: Device) -> Cli:
    made: Cli = device.system.cli(device, LOGIN)  # type: ignore[attr-defined] # a system with a command line
    return made


def _at_once(device: Device, lines: Sequence[str], commit: bool) -> str:  # noqa: FBT001 - called by place
    if not commit:
        raise ValueError(f"{device.system.name} has no candidate: its lines take effect at once")
    return _typed(_cli(device), ["configure terminal", *lines, "end"])


def _in_target(device: Device, lines: Sequence[str], commit: bool) -> str:  # noqa: FBT001 - called by place
    """Type into a target configuration; a session that does not commit stays in configuration mode."""
    cli = _cli(device)
    device.state[NAME] = cli
    return _typed(cli, ["configure", *lines, *(["commit", "abort"] if commit else [])])


def _in_candidate(device: Device, lines: Sequence[str], commit: bool) -> str:  # noqa: FBT001 - called by place
    """Type into the shared candidate."""
    holder, kept = Holder(NAME, _PID, device.clock.now()), database(device)
    try:
        kept.load(holder, "merge", "\n".join(lines), as_set=True)
        if commit:
            kept.commit(holder)
    except NetconfError as error:
        return f"error: {error.message}\n"
    except Refusal as refusal:
        return f"error: {refusal.answer}\n"
    return "commit complete\n" if commit else ""


def _in_session(device: Device, lines: Sequence[str], commit: bool) -> str:  # noqa: FBT001 - called by place
    """Type into the running configuration, or into a session that stays pending."""
    return _called(device, ["configure" if commit else f"configure session {NAME}", *lines, "end"])


def _called(device: Device, commands: Sequence[str]) -> str:
    try:
        answers = EosRequest(device, LOGIN, text=True).run(["enable", *commands])
    except CommandFailed as failed:
        return f"{failed}: {failed.data[-1]['errors']}\n"
    return "".join(str(answer["output"]) for answer in answers)


def _confirmed_in_session(device: Device) -> str:
    armed = ConfigSessions.of(device).armed()
    return _called(device, [f"configure session {armed.name} commit"]) if armed else "no session waits\n"


_EDITS: dict[str, Callable[[Device, Sequence[str], bool], str]] = {
    "ios": _at_once,
    "nxos": _at_once,
    "iosxr": _in_target,
    "junos": _in_candidate,
    "eos": _in_session,
}
_CONFIRMATIONS: dict[str, Callable[[Device], str]] = {
    "ios": lambda device: _typed(_cli(device), ["configure confirm"]),
    "iosxr": lambda device: _in_target(device, (), commit=True),
    "junos": lambda device: _in_candidate(device, (), commit=True),
    "eos": _confirmed_in_session,
}
