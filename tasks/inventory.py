"""Between Nornir's inventory and ours: a plugin that reads the files with places, and the way back from any other.

The plugin's hosts hold the data as written. What loopwright makes of it comes from `inventory_of`, which knows the
inventory that the plugin read, and makes one of any other plugin's hosts, without places in files.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nornir.core.inventory import ConnectionOptions, Defaults, Group, Groups, Host, Hosts, ParentGroups
from nornir.core.inventory import Inventory as NornirInventory

from loopwright.inventory import Element, Inventory, make_inventory, read_inventory

_CONNECTION = ("hostname", "port", "username", "password", "platform")


class ReadInventory(NornirInventory):
    """A Nornir inventory that remembers what it was read from."""

    def __init__(self, source: Inventory, hosts: Hosts, groups: Groups, defaults: Defaults) -> None:
        super().__init__(hosts=hosts, groups=groups, defaults=defaults)
        self.source = source


class LoopwrightInventory:
    """Nornir inventory plugin for a folder of hosts.yaml, groups.yaml and defaults.yaml."""

    def __init__(self, folder: str = "inventory") -> None:
        self.folder = Path(folder).expanduser()

    def load(self) -> NornirInventory:
        """Read the folder; raises InventoryError with every fault."""
        return to_nornir(read_inventory(self.folder))


def to_nornir(inventory: Inventory) -> ReadInventory:
    """Make the Nornir inventory of one of ours."""
    defaults = Defaults(**_fields(inventory.defaults))
    groups = Groups({n: Group(name=n, defaults=defaults, **_fields(e)) for n, e in inventory.groups.items()})
    hosts = Hosts({n: Host(name=n, defaults=defaults, **_fields(e)) for n, e in inventory.hosts.items()})
    for name, group in groups.items():
        group.groups = ParentGroups(groups[parent] for parent in inventory.groups[name].groups)
    for name, host in hosts.items():
        host.groups = ParentGroups(groups[parent] for parent in inventory.hosts[name].groups)
    return ReadInventory(inventory, hosts, groups, defaults)


def _fields(element: Element) -> dict[str, Any]:
    options = {
        name: ConnectionOptions(**{key: option.get(key) for key in (*_CONNECTION, "extras")})
        for name, option in element.connection_options.items()
        if option is not None
    }
    fields = {key: getattr(element, key) for key in _CONNECTION}
    return {**fields, "data": dict(element.data), "connection_options": options}


def inventory_of(nornir_inventory: NornirInventory) -> Inventory:
    """Return the inventory behind a Nornir inventory; raises InventoryError with every fault of what it holds."""
    if isinstance(nornir_inventory, ReadInventory):
        return nornir_inventory.source
    return make_inventory(
        {name: _written(host) for name, host in nornir_inventory.hosts.items()},
        {name: _written(group) for name, group in nornir_inventory.groups.items()},
        _written(nornir_inventory.defaults),
    )


def _written(element: Host | Group | Defaults) -> dict[str, Any]:
    """The element as it would stand in a file: its own values, without those that it inherits."""
    own = element.dict()
    written = {key: own[key] for key in _CONNECTION if own.get(key) is not None}
    written["data"] = _with_numbers(own.get("data") or {})
    written["connection_options"] = {
        name: {key: value for key, value in option.items() if value is not None}
        for name, option in (own.get("connection_options") or {}).items()
    }
    if own.get("groups"):
        written["groups"] = list(own["groups"])
    return written


def _with_numbers(data: Mapping[str, Any]) -> dict[str, Any]:
    """Plugins that come by JSON have text for the numbers of loopbacks."""
    loopbacks = data.get("loopbacks")
    if not isinstance(loopbacks, Mapping):
        return dict(data)
    numbered = {int(k) if isinstance(k, str) and k.isdecimal() else k: v for k, v in loopbacks.items()}
    return {**data, "loopbacks": numbered}
