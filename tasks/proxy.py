"""A connection that is made by a program, such as `ssh -W` through a jump host, and looks like any other socket.

Paramiko's ProxyCommand does not see the end of its program, and turns in circles from then on; a socket pair does.
"""

import contextlib
import socket
import subprocess
from collections.abc import Sequence

_ENDING = 5.0


class ProxySocket(socket.socket):
    """Our end of a socket pair; a program has the other end as its input and output, and ends with it."""

    process: "subprocess.Popen[bytes]"
    complaint = ""  # the last line that the program said about itself

    def close(self) -> None:
        """Close our end, which ends the program, and collect it."""
        super().close()
        if self.process.returncode is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(_ENDING)
        if self.process.stderr is not None and not self.process.stderr.closed:
            with self.process.stderr as stream:
                lines = stream.read().decode(errors="replace").splitlines()
            self.complaint = lines[-1].strip() if lines else ""


def through(program: Sequence[str]) -> ProxySocket:
    """Start a program and return the connection that it makes."""
    ours, theirs = socket.socketpair()
    sock = ProxySocket(fileno=ours.detach())
    with theirs:
        # No shell reads these words: they come from the user's SSH configuration, with an address put in.
        sock.process = subprocess.Popen(  # noqa: S603
            list(program), stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=subprocess.PIPE, start_new_session=True
        )
    return sock
