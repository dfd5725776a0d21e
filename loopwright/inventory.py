"""The inventory as it is written: hosts, groups and defaults in the shape of Nornir's SimpleInventory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from loopwright.attributes import DATA, DEFAULTS, GROUP, HOST, NETWORK_WIDE
from loopwright.clear_text import clear_text_secrets
from loopwright.errors import InventoryError, UsageError
from loopwright.finding import Finding
from loopwright.group_order import check_groups
from loopwright.kinds import At, Fault, Faults, Table, nearest, shown
from loopwright.models import Mark
from loopwright.scalars import NAME
from loopwright.sweeping import unswept
from loopwright.yaml_marks import Block, read_yaml

HOSTS_FILE, GROUPS_FILE, DEFAULTS_FILE = "hosts.yaml", "groups.yaml", "defaults.yaml"


@dataclass(frozen=True, slots=True)
class Element:
    """A host, a group, or the defaults; `said` holds the attributes of ours in canonical form, `data` as written."""

    name: str
    hostname: str | None = None
    port: int | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    platform: str | None = None
    groups: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    connection_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    said: Mapping[str, Any] = field(default_factory=dict, repr=False)
    mark: Mark | None = field(default=None, compare=False)

    def loopback_mark(self, number: int) -> Mark | None:
        """Where the element speaks of a loopback."""
        loopbacks = self.data.get("loopbacks")
        return loopbacks.key_mark(number) if isinstance(loopbacks, Block) else self.mark


@dataclass(frozen=True, slots=True)
class Pool:
    """Prefixes that addresses are taken from; `reserved` are first and last addresses of ranges never handed out."""

    name: str
    prefixes: tuple[str, ...]
    reserved: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was read."""

    path: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """The whole inventory; `findings` are what is no fault but should be known."""

    hosts: Mapping[str, Element]
    groups: Mapping[str, Element] = field(default_factory=dict)
    defaults: Element = Element("defaults")
    pools: Mapping[str, Pool] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    files: tuple[SourceFile, ...] = ()


def read_inventory(folder: Path) -> Inventory:
    """Read the three files of a folder; raises InventoryError with every fault, each with file, line and column."""
    if not (folder / HOSTS_FILE).is_file():
        raise UsageError(f"there is no inventory in {folder}: no {HOSTS_FILE}", hint="`loopwright init` makes one")
    faults = Faults()
    files: list[SourceFile] = []
    with unswept():
        raw = [_read_file(folder / name, faults, files) for name in (HOSTS_FILE, GROUPS_FILE, DEFAULTS_FILE)]
        hosts, groups, defaults = raw
        if hosts is not None and not hosts:
            faults.append(Fault(Mark(str(folder / HOSTS_FILE), 1, 1), "", "is empty: it names no host"))
        # A file that cannot be read leaves out what the others refer to: their own faults are told, no wrong ones.
        whole = all(part is not None for part in raw)
        return _build(hosts or {}, groups or {}, defaults or {}, faults, tuple(files), whole=whole)


def make_inventory(
    hosts: Mapping[str, Any], groups: Mapping[str, Any] | None = None, defaults: Mapping[str, Any] | None = None
) -> Inventory:
    """Make an inventory of plain values, wherever they come from; raises InventoryError with every fault."""
    with unswept():
        return _build(hosts, groups or {}, defaults or {}, Faults(), (), whole=True)


def _read_file(path: Path, faults: Faults, files: list[SourceFile]) -> Mapping[str, Any] | None:
    """Return the mapping of a file, empty where the file is missing or empty, None where it cannot be read."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        faults.append(Fault(None, str(path), f"cannot be read: {error.strerror}"))
        return None
    files.append(SourceFile(path, sha256(content).hexdigest()))
    value, found = read_yaml(str(path), content)
    faults.extend(Fault(mark, "", text) for mark, text in found)
    if value is None:
        return None if found else {}
    if not isinstance(value, Mapping):
        expected = "a mapping of attributes" if path.name == DEFAULTS_FILE else "a mapping with one key for each name"
        faults.append(Fault(Mark(str(path), 1, 1), "", f"expected {expected}, got {shown(value)}"))
        return None
    return value


def _build(
    hosts: Mapping[str, Any],
    groups: Mapping[str, Any],
    defaults: Mapping[str, Any],
    faults: Faults,
    files: tuple[SourceFile, ...],
    *,
    whole: bool,
) -> Inventory:
    read_hosts = dict(_elements(hosts, HOST, faults))
    read_groups = dict(_elements(groups, GROUP, faults, above="group"))
    read_defaults = _element("defaults", defaults, DEFAULTS, At({}, "defaults"), faults)
    if whole:
        check_groups(read_hosts, read_groups, faults)
    if faults:
        ordered = sorted(faults, key=lambda fault: (fault.mark.file, fault.mark.line) if fault.mark else ("", 0))
        raise InventoryError(tuple(str(fault) for fault in ordered))
    everything = [(read_defaults, defaults)]
    everything += [(element, groups[name] or {}) for name, element in read_groups.items()]
    everything += [(element, hosts[name] or {}) for name, element in read_hosts.items()]
    return Inventory(
        hosts=read_hosts,
        groups=read_groups,
        defaults=read_defaults,
        pools=_pools(read_defaults),
        findings=tuple(finding for element, raw in everything for finding in _findings(element, raw)),
        files=files,
    )


def _elements(raw: Mapping[str, Any], table: Table, faults: Faults, above: str = "") -> Iterator[tuple[str, Element]]:
    parent = At({}, above) if above else None
    for name, value in raw.items():
        at = At(raw, name, parent)
        before = len(faults)
        NAME.read(name, At(raw, name, parent, is_key=True), faults)
        if len(faults) == before:
            yield name, _element(name, {} if value is None else value, table, at, faults)


def _element(name: str, raw: Any, table: Table, at: At, faults: Faults) -> Element:
    read = table.read(raw, at, faults)
    if read is None:
        return Element(name)
    said = read.pop("data", None) or {}
    data = raw.get("data") or {}
    if table is not DEFAULTS and isinstance(data, Mapping):
        for key in (attribute.name for attribute in NETWORK_WIDE if attribute.name in data):
            faults.at(
                At(data, key, at), f"is said once for the whole network: it belongs in {DEFAULTS_FILE}", of_key=True
            )
    mark = at.mark(of_key=True)
    options = read.pop("connection_options", None) or {}
    groups = read.pop("groups", None) or ()
    return Element(name, **read, groups=groups, data=data, connection_options=options, said=said, mark=mark)


def _pools(defaults: Element) -> dict[str, Pool]:
    return {
        name: Pool(name, pool["prefixes"], pool.get("reserved") or ())
        for name, pool in (defaults.said.get("pools") or {}).items()
        if pool
    }


def _findings(element: Element, raw: Mapping[str, Any]) -> Iterator[Finding]:
    yield from clear_text_secrets(element.name, raw, element.mark)
    ours, elsewhere = tuple(DATA.attributes), tuple(attribute.name for attribute in NETWORK_WIDE)
    for key in element.data:
        near = nearest(key, ours) if isinstance(key, str) and key not in (*ours, *elsewhere) else ""
        if near and abs(len(key) - len(near.split("'")[1])) <= 2:
            mark = element.data.key_mark(key) if isinstance(element.data, Block) else element.mark
            yield Finding(
                "unread-data",
                element.name,
                f"data {key}",
                f"a key that is read{near}",
                "it is ignored",
                "warning",
                mark,
            )
