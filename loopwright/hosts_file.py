"""Writes chosen addresses into hosts.yaml, so that a diff shows the changed lines only."""

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from loopwright.allocate import Allocation, Assignment
from loopwright.errors import Refused, UsageError
from loopwright.inventory import HOSTS_FILE, SourceFile
from loopwright.yaml_marks import Block, read_yaml


def write(allocation: Allocation) -> Path | None:
    """Write the addresses into hosts.yaml at once; raises Refused where the file changed or cannot be edited safely."""
    if not allocation.assignments:
        return None
    source = next((file for file in allocation.files if file.path.name == HOSTS_FILE), None)
    if source is None:
        raise UsageError(f"this inventory has no {HOSTS_FILE} to write into")
    content = _unchanged(source)
    _replace(source.path, edited(content, allocation.assignments), source)
    return source.path


def edited(content: bytes, assignments: Sequence[Assignment]) -> bytes:
    """Return the text of hosts.yaml with the addresses in it; raises Refused where that cannot be done safely."""
    text = content.decode("utf-8")
    by_device: dict[str, list[Assignment]] = defaultdict(list)
    for assignment in assignments:
        by_device[assignment.device].append(assignment)
    ending = "\r\n" if "\r\n" in text else "\n"
    pieces = []
    for piece in _pieces(text):
        here = {name: by_device[name] for name in piece.devices if name in by_device}
        pieces.append(_edit(piece.text, here, ending) if here else piece.text)
    new = "".join(pieces).encode("utf-8")
    _verify(content, new, by_device)
    return new


class _Piece:
    """A run of lines of the file, and the devices that it describes."""

    def __init__(self, text: str, devices: Sequence[str]) -> None:
        self.text = text
        self.devices = devices


def _pieces(text: str) -> Iterator[_Piece]:
    """Cut the file at its devices: only what is edited has to pass through a reader and a writer of YAML."""
    value, _ = read_yaml(HOSTS_FILE, text.encode("utf-8"))
    hosts = value if isinstance(value, Block) else Block()
    starts = [(place[1], place[2]) for place in hosts.places.values()]
    lines = text.splitlines(keepends=True)
    # What is joined by anchors, or does not begin on a line of its own, is edited as one piece.
    whole = "&" in text or any(column for _, column in starts) or len({line for line, _ in starts}) < len(starts)
    if whole or not starts:
        yield _Piece(text, tuple(hosts))
        return
    yield _Piece("".join(lines[: starts[0][0]]), ())
    ends = [line for line, _ in starts[1:]] + [len(lines)]
    for name, (line, _), end in zip(hosts, starts, ends, strict=True):
        yield from _entry(name, lines[line:end])


def _entry(name: str, lines: list[str]) -> Iterator[_Piece]:
    """Part an entry from the comments and empty lines after it, which belong to what follows."""
    end = len(lines)
    while end > 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith(("#", "---", "..."))):
        end -= 1
    yield _Piece("".join(lines[:end]), (name,))
    yield _Piece("".join(lines[end:]), ())


def _edit(text: str, devices: Mapping[str, Sequence[Assignment]], ending: str) -> str:
    """Edit a piece, and take from the edited text nothing but the lines that the edit changed."""
    yaml = _round_trip(text)
    try:
        document = yaml.load(text)
        same = _dumped(yaml, document)
        for name, assignments in devices.items():
            _assign(document, name, assignments)
        changed = _dumped(yaml, document)
    except YAMLError as error:
        raise _refusal(devices) from error
    old = text.splitlines(keepends=True)
    if len(same) != len(old):
        raise _refusal(devices)
    new: list[str] = []
    for tag, low, high, start, stop in SequenceMatcher(None, same, changed, autojunk=False).get_opcodes():
        new.extend(old[low:high] if tag == "equal" else [line.rstrip("\r\n") + ending for line in changed[start:stop]])
    if old and not old[-1].endswith("\n"):
        new[-1] = new[-1].rstrip("\r\n")
    return "".join(new)


def _round_trip(text: str) -> YAML:
    """A reader and writer that keeps what it does not change, indented as the text is."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 1 << 20
    indents = [len(line) - len(line.lstrip(" ")) for line in text.splitlines() if line.strip()]
    step = next((indent for indent in indents if indent), 2)
    yaml.indent(mapping=step, sequence=step + 2, offset=step)
    return yaml


def _dumped(yaml: YAML, document: Any) -> list[str]:
    stream = StringIO()
    yaml.dump(document, stream)
    return stream.getvalue().splitlines(keepends=True)


def _assign(document: CommentedMap, name: str, assignments: Sequence[Assignment]) -> None:
    for assignment in assignments:
        data = _inner(document, name, "data")
        loopbacks = _inner_of(data, "loopbacks")
        loopback = _numbered(loopbacks, assignment.number)
        family = assignment.family
        if family in loopback:
            loopback[family] = assignment.address
        else:
            loopback.insert(1 if family == "ipv6" and "ipv4" in loopback else 0, family, assignment.address)


def _inner(document: CommentedMap, name: str, key: str) -> CommentedMap:
    if document[name] is None:
        document[name] = CommentedMap()
    return _inner_of(document[name], key)


def _inner_of(parent: CommentedMap, key: str) -> CommentedMap:
    if parent.get(key) is None:
        parent[key] = CommentedMap()
    return cast("CommentedMap", parent[key])


def _numbered(loopbacks: CommentedMap, number: int) -> CommentedMap:
    """The loopback of a number, entered in the order of numbers where the host does not mention it yet."""
    if loopbacks.get(number) is None:
        new = CommentedMap()
        new.fa.set_flow_style()
        if number in loopbacks:
            loopbacks[number] = new
        else:
            loopbacks.insert(sum(1 for other in loopbacks if other < number), number, new)
    return cast("CommentedMap", loopbacks[number])


def _verify(content: bytes, new: bytes, by_device: Mapping[str, Sequence[Assignment]]) -> None:
    """Read the edited text again: it has to say what was meant, and nothing else may be different."""
    meant, _ = read_yaml(HOSTS_FILE, content)
    said, faults = read_yaml(HOSTS_FILE, new)
    if not isinstance(meant, dict) or faults:
        raise _refusal(by_device)
    for name, assignments in by_device.items():
        host = dict(meant.get(name) or {})
        data = dict(host.get("data") or {})
        loopbacks = dict(data.get("loopbacks") or {})
        for each in assignments:
            loopbacks[each.number] = {**(loopbacks.get(each.number) or {}), each.family: each.address}
        meant[name] = {**host, "data": {**data, "loopbacks": loopbacks}}
    if said != meant:
        raise _refusal(by_device)


def _refusal(by_device: Mapping[str, Sequence[Assignment]]) -> Refused:
    lines = [
        f"{name}: data: loopbacks: {each.number}: {each.family}: {each.address}"
        for name, assignments in by_device.items()
        for each in assignments
    ]
    hint = "\n  ".join(("write them yourself:", *lines))
    return Refused(f"{HOSTS_FILE} cannot be edited without changing more of it than addresses", hint=hint)


def _unchanged(source: SourceFile) -> bytes:
    content = source.path.read_bytes()
    if sha256(content).hexdigest() != source.digest:
        raise Refused(f"{source.path} changed since it was read", hint="run it again")
    return content


def _replace(path: Path, content: bytes, source: SourceFile) -> None:
    """Put the new text in the place of the old in one step, with the same mode; a link stays a link."""
    target = path.resolve()
    mode = target.stat().st_mode & 0o7777
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        _unchanged(source)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
