"""What can go wrong, as one tree; every leaf says what, where and what to do.

LoopwrightError                 exit code 1
├── UsageError                  2   the command line or a file it names
│   └── InventoryError          2   the inventory, with every fault at once
├── PlatformError               2   a platform folder is missing or unusable
├── Refused                     4   a rule forbids the change; nothing was written
└── DeviceError                 3   could not tell: the device did not answer as hoped
    ├── Unreachable             3   no connection
    ├── HostKeyError            3   the device is not the one that known_hosts knows
    ├── CredentialsRefused      3   the device refused the credentials
    ├── CredentialsNotTried     3   another device refused the same credentials before
    ├── DeviceTimeout           3   it answered, then stopped
    ├── SessionLost             3   the connection broke
    ├── UnexpectedAnswer        3   it answered something that cannot be read
    │   └── NothingWaits        3   no change waits there that could be confirmed or taken back
    ├── Unconfirmable           3   a change waits there that only the session which armed it confirms or takes back
    ├── Locked                  3   somebody else holds its configuration
    ├── NotAuthorised           3   this login may not do it there
    ├── LineRejected            5   it refused a line of configuration
    └── NotTaken                5   it took every line, and is not what was planned
"""

from typing import ClassVar


class LoopwrightError(Exception):
    """Anything that loopwright reports instead of a traceback; `exit_code` is the command's.

    `untouched` says that it came up before anything was written to the device.
    """

    exit_code: ClassVar[int] = 1
    untouched = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class UsageError(LoopwrightError):
    """The command line asks for something that does not exist or does not go together."""

    exit_code = 2


class InventoryError(UsageError):
    """The inventory is invalid; `faults` holds one line per fault, each with file, line and column."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class PlatformError(LoopwrightError):
    """A platform has no folder under `templates/`, or the folder cannot be used."""

    exit_code = 2


class Refused(LoopwrightError):
    """A rule forbids the change before anything was written."""

    exit_code = 4


class DeviceError(LoopwrightError):
    """A device could not be asked, or its answer not be read."""

    exit_code = 3

    def __init__(self, device: str, message: str, *, hint: str = "") -> None:
        super().__init__(f"{device}: {message}", hint=hint)
        self.device = device


class Unreachable(DeviceError):
    """No connection could be made."""


class HostKeyError(DeviceError):
    """The device's host key is unknown, or is not the one in known_hosts."""


class CredentialsRefused(DeviceError):
    """The device refused the credentials."""


class CredentialsNotTried(DeviceError):
    """Another device refused the same credentials, so they were not tried on this one."""


class DeviceTimeout(DeviceError):
    """The device stopped answering in the middle of an exchange."""


class SessionLost(DeviceError):
    """The connection ended in the middle of an exchange."""


class UnexpectedAnswer(DeviceError):
    """The answer does not have the shape that the platform folder promises."""


class NothingWaits(UnexpectedAnswer):
    """No change of ours waits on the device: it was confirmed, or undone. What the device has now tells which."""


class Unconfirmable(DeviceError):
    """A change waits, and this session can neither confirm nor take it back: the device goes back by its own timer."""


class Locked(DeviceError):
    """Somebody else holds the configuration; nothing was written."""


class NotAuthorised(DeviceError):
    """The login may not do what was asked: nothing more is tried on the device."""


class NotTaken(DeviceError):
    """The device took every line and does not have what they say."""

    exit_code = 5


class LineRejected(DeviceError):
    """The device refused a line of configuration; nothing after it was sent."""

    exit_code = 5

    def __init__(self, device: str, line: str, answer: str, accepted: tuple[str, ...]) -> None:
        super().__init__(device, f"refused the line {line!r}: {answer.strip()}")
        self.line = line
        self.answer = answer
        self.accepted = accepted

    def __reduce__(self) -> tuple[type["LineRejected"], tuple[str, str, str, tuple[str, ...]]]:
        return type(self), (self.device, self.line, self.answer, self.accepted)
