"""How one logs in to emulated devices: a key for SSH, a certificate for what is spoken to over HTTPS."""

import ssl
from collections.abc import Iterable
from pathlib import Path

import asyncssh

from lab.emulated.device import Login
from lab.ssh import LOCALHOST

KEY, CERTIFICATE = "client_key", "certificate.pem"
SPEAKS_HTTPS = ("eos",)
ANSWER_S = 10


def login(folder: Path) -> Login:
    """Return the login of emulated devices, with the key in a folder that opens all of them, made where it lacks."""
    private = folder / KEY
    if not private.exists():
        private.touch(mode=0o600)
        private.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_private_key())
    public: bytes = asyncssh.read_private_key(private).export_public_key()
    return Login(keys=(public.decode().strip(),))


def keep_certificates(folder: Path, ports: Iterable[int]) -> None:
    """Write the certificates that are shown on ports, so that they need not be taken on trust."""
    pems = {ssl.get_server_certificate((LOCALHOST, port), timeout=ANSWER_S) for port in ports}
    (folder / CERTIFICATE).write_text("".join(sorted(pems)))


def certificate(folder: Path) -> Path | None:
    """Return the file that `keep_certificates` wrote, None where there is nothing in it."""
    path = folder / CERTIFICATE
    return path if path.exists() and path.stat().st_size else None
