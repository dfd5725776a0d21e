"""What a playbook works on: an inventory, what it means, and the devices that were asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nornir import InitNornir
from nornir.core import Nornir
from nornir.core.plugins.inventory import InventoryPluginRegister

from loopwright.check import check_inventory
from loopwright.errors import PlatformError, UsageError
from loopwright.finding import Finding
from loopwright.intent import intents as intents_of
from loopwright.intent import subjects as subjects_of
from loopwright.inventory import Inventory
from loopwright.models import Intent, Observed
from loopwright.platform import Platform, load_platforms
from loopwright.select import Selector, Subject, select
from tasks.connect import Access
from tasks.host_keys import KnownHosts
from tasks.inventory import LoopwrightInventory, inventory_of
from tasks.network import Network, Progress


@dataclass(frozen=True)
class Workspace:
    """An inventory as it was read: every device's intent, and which devices may be changed or are asked about."""

    nornir: Nornir
    inventory: Inventory
    platforms: Mapping[str, Platform]
    limit: tuple[str, ...] = ()
    wanted: tuple[Intent, ...] | None = None
    """The intents in the place of those of the inventory, where something else is wanted than it says."""

    @cached_property
    def intents(self) -> tuple[Intent, ...]:
        """The intent of every device."""
        return intents_of(self.inventory) if self.wanted is None else self.wanted

    @cached_property
    def intent_of(self) -> Mapping[str, Intent]:
        """The intent of each device."""
        return {intent.device: intent for intent in self.intents}

    @cached_property
    def subjects(self) -> tuple[Subject, ...]:
        """What filters select from."""
        return subjects_of(self.inventory)

    @cached_property
    def selector(self) -> Selector:
        """Answers the filters of the inventory."""
        return Selector(self.subjects)

    @cached_property
    def chosen(self) -> tuple[Intent, ...]:
        """The intents of the devices that `--limit` leaves."""
        if not self.limit:
            return self.intents
        names = set(select(self.subjects, self.limit))
        return tuple(intent for intent in self.intents if intent.device in names)

    @cached_property
    def of_devices(self) -> Mapping[str, Platform]:
        """The platform of every device; raises PlatformError for the first that has no folder."""
        missing = [(i.platform, i.device) for i in self.intents if i.platform not in self.platforms]
        if missing:
            raise _no_folder(*max(missing), ", ".join(self.platforms))  # a name that is wrong before none at all
        return {intent.device: self.platforms[intent.platform] for intent in self.intents}

    def transport(self, device: str) -> str:
        """How a device is driven: as the inventory says, else as its platform folder does."""
        return self.nornir.inventory.hosts[device].get("transport") or self.of_devices[device].transport

    def check(self, observed: Mapping[str, Observed] | None = None) -> tuple[Finding, ...]:
        """What the rules find in the inventory, with routing as observed where it is given."""
        return check_inventory(self.inventory, self.platforms, observed, intents=self.intents)

    def network(self, workers: int, progress: Progress, *, accept_new_host_keys: bool = False) -> Network:
        """The devices, not yet connected."""
        access = Access(hosts=KnownHosts(accept_new=accept_new_host_keys))
        return Network(self.nornir, self.of_devices, access, workers, progress)


def _no_folder(platform: str, device: str, known: str) -> PlatformError:
    if not platform:
        return PlatformError(f"{device} names no platform; there is {known}", hint="say `platform:` in hosts.yaml")
    return PlatformError(
        f"there is no platform folder for {platform!r} ({device}); there is {known}",
        hint=f"write templates/{platform}/ as docs/add-a-platform.md says, or mend `platform:` in hosts.yaml",
    )


def open_workspace(folder: Path, limit: tuple[str, ...] = ()) -> Workspace:
    """Read an inventory folder; raises InventoryError with every fault, UsageError where there is no such folder."""
    if not folder.is_dir():
        raise UsageError(
            f"there is no inventory folder {folder}",
            hint="name one with --inventory, or make one with `loopwright init DIR`",
        )
    InventoryPluginRegister.register("LoopwrightInventory", LoopwrightInventory)
    nornir = InitNornir(
        inventory={"plugin": "LoopwrightInventory", "options": {"folder": str(folder)}},
        logging={"enabled": False},
        runner={"plugin": "serial"},
    )
    platforms = load_platforms(folder.parent / "templates")
    return Workspace(nornir, inventory_of(nornir.inventory), platforms, limit)
