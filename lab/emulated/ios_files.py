"""Files of IOS: flash, and the configurations that can be copied as if they were files."""

import hashlib

from lab.emulated.device import Device
from lab.emulated.scp import file_name
from lab.emulated.store import ConfigStore, Position, UnknownLine
from lab.emulated.system import Refusal

RUNNING = frozenset({"running-config", "system:running-config"})
STARTUP = frozenset({"startup-config", "nvram:startup-config"})


def contents(device: Device, name: str) -> str | None:
    """Return a file, or the configuration of that name; None for one that is not there."""
    if name in RUNNING:
        return str(device.running.plain())
    if name in STARTUP:
        return device.startup
    if name.casefold() == "null:":
        return ""
    found = device.files.content.get(file_name(name))
    return found.decode(errors="replace") if found is not None else None


def missing(name: str) -> str:
    """Return what is said of a file that is not there."""
    return f"%Error opening {name} (No such file or directory)"


def copy(device: Device, source: str, target: str) -> str:
    """Copy a file to flash, or a configuration over another. What the running one refuses is said and passed over."""
    text = contents(device, source)
    if text is None:
        return missing(source)
    if target in RUNNING:
        said = merge(device, text)
        return f"{said}{len(text)} bytes copied in 0.103 secs ({len(text) * 10} bytes/sec)"
    if target in STARTUP:
        device.startup = text if source not in RUNNING else device.running.text()
        return "Building configuration...\n[OK]"
    if not device.write(file_name(target), text.encode()):
        return f"%Error writing {target} (No space left on device)"
    return f"{len(text)} bytes copied in 0.103 secs ({len(text) * 10} bytes/sec)"


def merge(device: Device, text: str) -> str:
    """Take the lines of a file into the running configuration; a refused line does not stop the others."""
    said: list[str] = []
    position: Position = ()
    for line in text.splitlines():
        if line.strip().casefold() == "end":
            break
        try:
            position = device.enter(device.running, position, line)
        except Refusal as refusal:
            caret = [" " * refusal.column + "^"] if isinstance(refusal, UnknownLine) else []
            said += [line.strip(), *caret, refusal.answer] if caret else [refusal.answer]
        said += device.running.messages()
    return "".join(f"{line}\n" for line in said)


def replace(device: Device, name: str) -> str:
    """Put a file in the place of the running configuration, whole."""
    text = contents(device, name)
    if text is None:
        return missing(name)
    try:
        device.replace(device.system.store(text))
    except Refusal as refusal:
        return f"%Rollback failed: {refusal.answer}"
    return "Total number of passes: 1\nRollback Done"


def directory(device: Device, name: str) -> str:
    """Return the listing of flash, or of one file on it."""
    wanted = file_name(name)
    if wanted and wanted not in device.files.content:
        return missing(name)
    date = device.clock.date().strftime("%b %d %Y %H:%M:%S +00:00")
    listed = [
        f"{number:>5}  -rw-  {len(content):>12}  {date}  {file}"
        for number, (file, content) in enumerate(sorted(device.files.content.items()), start=11)
        if wanted in {"", file}
    ]
    where = name if wanted else f"{name}/" if name else "flash:/"
    total = f"{device.files.size} bytes total ({device.files.free} bytes free)"
    return "\n".join([f"Directory of {where}", "", *(listed or ["No files in directory"]), "", total])


def digest(device: Device, name: str, expected: str) -> str:
    """Return the MD5 of a file, compared with one that is given."""
    content = device.files.content.get(file_name(name))
    if content is None:
        return missing(name)
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if expected and expected.casefold() != found:
        return f"%Error verifying {name}\nComputed signature  = {found}\nSubmitted signature = {expected}"
    verdict = f"Verified ({name}) = {found}" if expected else f"verify /md5 ({name}) = {found}"
    return f"{'.' * 10}Done!\n{verdict}"


def differences(before: ConfigStore, after: ConfigStore) -> str:
    """Return the lines that two configurations do not share, the way a replacement would go."""
    old, new = list(before.lines()), list(after.lines())
    lines = [f"+{line}" for line in new if line not in old] + [f"-{line}" for line in old if line not in new]
    return "\n".join(["!Contextual Config Diffs:", *(lines or ["!No changes were found"])])
