"""One device for a whole run, asked through a NAPALM driver."""

import ast
import json
import logging
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any, TypeVar
from weakref import WeakSet

from napalm.base.base import NetworkDriver
from napalm.base.exceptions import (
    CommandErrorException,
    CommandTimeoutException,
    CommitError,
    ConnectionClosedException,
    ConnectionException,
    LockError,
    MergeConfigException,
    SessionLockedException,
)

from loopwright.device import Counts, Ping, PingRequest
from loopwright.driver_words import DriverWords
from loopwright.errors import (
    CredentialsRefused,
    DeviceError,
    DeviceTimeout,
    HostKeyError,
    LineRejected,
    Locked,
    NotAuthorised,
    SessionLost,
    UnexpectedAnswer,
    Unreachable,
)
from tasks.pings import ping_command, read_ping

_REFUSED = re.compile(
    r"\b401\b|[Uu]nauthorized|[Pp]ermission denied|ConnectAuthError|AuthenticationException"
    r"|[Aa]uth(?:entication)? ?(?:failed|failure|error)"
)
_PRIVILEGE = re.compile(r"enable mode|privileged? mode|'enable' failed")
_UNTRUSTED = re.compile(r"CERTIFICATE_VERIFY_FAILED|certificate verify failed")
_LATE = re.compile(r"[Tt]imed? ?out|Timeout")
_LOCKED = re.compile(r"[Ll]ock|already in (?:use|progress|process)|configuration database modified")
# Python 3.11 counts the depth of what it parses once for all threads, and fails where several parse at a time.
_parsing = threading.Lock()
CONNECTING = "connecting"
_BROKEN: WeakSet[NetworkDriver] = WeakSet()
Value = TypeVar("Value")

# Libraries log what they raise as well, with tracebacks; without any handler Python would print that to the terminal.
logging.getLogger().addHandler(logging.NullHandler())
# One of them warns of a connection that it finds closed; that is told in our words.
warnings.filterwarnings("ignore", "An unknown exception occurred", RuntimeWarning)


class DriverSession:
    """A device that is asked through its driver (a `loopwright.device.Reader`)."""

    privileged = True

    def __init__(self, name: str, driver: NetworkDriver, words: DriverWords, encodings: Mapping[str, str]) -> None:
        self.name = name
        self.driver = driver
        self.words = words
        self.encodings = encodings
        self.counts = Counts()

    def show(self, commands: Sequence[str]) -> tuple[str, ...]:
        """Run show commands, each in the format that its reader wants; JSON comes back as text."""
        return tuple(self._shown(command) for command in commands)

    def ping(self, requests: Sequence[PingRequest]) -> tuple[Ping, ...]:
        """Run pings one after the other."""
        return tuple(self._pinged(request) for request in requests)

    def _pinged(self, request: PingRequest) -> Ping:
        words = self.words.ping
        command = ping_command(words, request) if words is not None else None
        if words is None or command is None:
            return Ping(request, 0, "the platform cannot run this ping")
        return read_ping(words, request, self._shown(command))

    def _shown(self, command: str) -> str:
        encoding = self.encodings.get(command, "text")
        self.counts.exchanges += 1
        self.counts.commands += 1
        answers = self.calling(f"{command!r}", self.driver.cli, [command], encoding=encoding)
        answer = answers[command]
        if encoding == "json" and isinstance(answer, str):
            answer = self._literal(command, answer)
        text = answer if isinstance(answer, str) else json.dumps(answer)
        if self.words.fatal is not None and self.words.fatal.search(text):
            raise NotAuthorised(self.name, f"does not let this login use {command!r}: {text.strip()}")
        return text

    def _literal(self, command: str, answer: str) -> Any:
        """Some drivers hand over what they have decoded already as Python writes it."""
        try:
            with _parsing:
                return ast.literal_eval(answer) if answer.startswith(("{", "[")) else answer
        except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
            raise UnexpectedAnswer(self.name, f"the answer to {command!r} cannot be read") from error

    def calling(self, what: str, call: Callable[..., Value], *args: Any, **options: Any) -> Value:
        """Call the driver, with whatever it raises told in our words; drivers let errors of every library through."""
        try:
            with translated(self.name, what):
                return call(*args, **options)
        except (SessionLost, DeviceTimeout):
            _BROKEN.add(self.driver)
            raise


def broken(driver: NetworkDriver) -> bool:
    """Whether the connection of a driver was lost, or an answer of it may still be under way."""
    return driver in _BROKEN


@contextmanager
def translated(device: str, what: str) -> Iterator[None]:
    """Turn what a driver raises into a DeviceError that says on which call."""
    try:
        yield
    except DeviceError:
        raise
    except MergeConfigException as error:
        raise _of_configuration(device, str(error)) from error
    except (LockError, SessionLockedException) as error:
        raise Locked(device, f"its configuration is held by somebody else: {_text(error)}") from error
    except CommitError as error:
        raise _of_commit(device, what, _text(error)) from error
    except CommandErrorException as error:
        raise _of_command(device, what, error) from error
    except (ConnectionClosedException, EOFError) as error:
        raise SessionLost(device, f"the connection broke in {what}") from error
    except CommandTimeoutException as error:
        raise DeviceTimeout(device, f"stopped answering in {what}") from error
    except ConnectionException as error:
        raise _of_connection(device, error) from error
    except Exception as error:
        raise _of_library(device, what, error) from error


def _text(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _of_command(device: str, what: str, error: CommandErrorException) -> DeviceError:
    """A refused command, or what a driver made one of while the connection broke."""
    text = _text(error)
    if isinstance(error.__cause__ or error.__context__, OSError | HTTPException):
        return SessionLost(device, f"the connection broke in {what}: {text}")
    if _LOCKED.search(text):
        return Locked(device, f"its configuration is held by somebody else: {text}")
    return UnexpectedAnswer(device, f"refused {what}: {text}")


def _of_commit(device: str, what: str, text: str) -> DeviceError:
    if _LOCKED.search(text):
        return Locked(device, f"somebody else's commit waits there: {text}")
    return LineRejected(device, what, text, ())


def _of_configuration(device: str, text: str) -> DeviceError:
    if _LOCKED.search(text):
        return Locked(device, f"its configuration is held by somebody else: {text}")
    return LineRejected(device, "the candidate", text, ())


def _of_connection(device: str, error: BaseException) -> DeviceError:
    return _of_login(device, error) or Unreachable(device, f"cannot be reached: {_text(error)}")


def _of_login(device: str, error: BaseException) -> DeviceError | None:
    """What an error says of the login, or of who the device is; None where it says something else."""
    said = f"{type(error).__name__} {error}"
    if _UNTRUSTED.search(said):
        return HostKeyError(
            device,
            f"its certificate is not one that is known: {_text(error)}",
            hint="Name the certificate, or who signs it, as connection_options.napalm.extras.tls_ca;"
            " tls_verify: false trusts any.",
        )
    if _PRIVILEGE.search(said):
        return NotAuthorised(
            device,
            "did not let this login into its privileged mode",
            hint="The enable secret is connection_options.netmiko.extras.secret;"
            " a driver without SSH has its own option for it in connection_options.napalm.extras.optional_args.",
        )
    if _REFUSED.search(said):
        told = _text(error)
        # An error without words of its own shows as its name.
        words = "" if told.startswith(f"{type(error).__name__}(") else f": {told}"
        return CredentialsRefused(device, f"refused the login{words}")
    return None


def _of_library(device: str, what: str, error: Exception) -> DeviceError:
    login = _of_login(device, error)
    if login is not None:
        return login
    said = f"{type(error).__name__} {error}"
    if _LATE.search(said):
        return DeviceTimeout(device, f"stopped answering in {what}")
    if "Lock" in type(error).__name__:
        return Locked(device, f"its configuration is held by somebody else: {_text(error)}")
    if what == CONNECTING and (isinstance(error, OSError) or "Connect" in type(error).__name__):
        return Unreachable(device, f"cannot be reached: {_text(error)}")
    if isinstance(error, OSError) or "Connect" in type(error).__name__ or "Session" in type(error).__name__:
        return SessionLost(device, f"the connection broke in {what}: {_text(error)}")
    if "Commit" in type(error).__name__ or "Load" in type(error).__name__ or "Rpc" in type(error).__name__:
        return _of_configuration(device, _text(error))
    return UnexpectedAnswer(device, f"{what} ended in {type(error).__name__}: {_text(error)}")
