"""Taking away what a start made, however far it came."""

import shutil

from lab import control, namespaces
from lab.errors import LabError
from lab.folder import Folder


def clear(folder: Folder) -> bool:
    """Remove processes, namespaces and folder of a network; tell whether there was anything."""
    if not folder.path.exists():
        return False
    control.stop(folder)
    namespaces.remove(folder)
    shutil.rmtree(folder.path)
    return True


def refuse_strangers(folder: Folder) -> None:
    """Raise when namespaces of this name exist that were not made from this folder."""
    if names := namespaces.existing(folder.name):
        raise LabError(
            f"namespaces {', '.join(names[:3])} exist, but {folder.path} does not: somebody else's network "
            f"{folder.name} is up; take it down where it was started, or use another name"
        )
