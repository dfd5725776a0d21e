"""A set of credentials is tried on one device first: a mistyped password must not lock an account everywhere."""

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from loopwright.errors import CredentialsNotTried, CredentialsRefused


@dataclass(slots=True)
class _State:
    probing: str = ""  # the device that the credentials are being tried on
    accepted: bool = False
    refused_by: str = ""


class CredentialGate:
    """What is known in this run about each set of credentials.

    Threads that wait hold their workers, but never all of them: the device that is being tried is one of the threads,
    it waits for nobody, and its attempt ends by its own time limits.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._states: dict[bytes, _State] = {}
        self._salt = os.urandom(16)

    @contextmanager
    def trying(self, device: str, *credentials: object) -> Iterator[None]:
        """Let the first device of a set of credentials through, and the others once it was accepted.

        Only an accepted login or CredentialsRefused decides; after any other error the next device is tried.
        """
        state = self._enter(device, self._key(credentials))
        try:
            yield
        except CredentialsRefused:
            self._settle(state, device, refused=True)
            raise
        except BaseException:
            self._settle(state, device)
            raise
        self._settle(state, device, accepted=True)

    def _enter(self, device: str, key: bytes) -> _State:
        with self._changed:
            state = self._states.setdefault(key, _State())
            self._changed.wait_for(lambda: state.accepted or state.refused_by or not state.probing)
            if state.refused_by:
                raise CredentialsNotTried(
                    device,
                    f"was not tried: {state.refused_by} refused the same credentials",
                    hint="Correct the credentials, then run again.",
                )
            if not state.accepted:
                state.probing = device
            return state

    def _settle(self, state: _State, device: str, *, accepted: bool = False, refused: bool = False) -> None:
        with self._changed:
            if state.probing == device:
                state.probing = ""
            # Once accepted, a refusal is a matter of the device that refuses.
            if refused and not state.accepted:
                state.refused_by = device
            state.accepted = state.accepted or accepted
            self._changed.notify_all()

    def _key(self, credentials: tuple[object, ...]) -> bytes:
        """Tell sets of credentials apart without keeping them."""
        return hashlib.sha256(self._salt + repr(credentials).encode()).digest()
