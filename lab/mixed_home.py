"""Where a mixed network that outlives its command keeps everything of its own, for root and for anybody else."""

import os
import tempfile
from pathlib import Path

from lab.errors import LabError
from lab.folder import Folder, base


def home(name: str) -> Path:
    """Return the folder of the mixed network of a name, whether it is there or not. Raises LabError."""
    Folder.of(name)  # the same names are allowed
    return _base() / f"{name}-mixed"


def _base() -> Path:
    """Return the folder of all networks of this user; one that somebody else has made is not ours to use."""
    if os.geteuid() == 0 or os.environ.get("XDG_RUNTIME_DIR"):
        return base()
    path = Path(tempfile.gettempdir()) / f"loopwright-lab-{os.geteuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != os.geteuid():
        raise LabError(f"{path} belongs to somebody else")
    return path
