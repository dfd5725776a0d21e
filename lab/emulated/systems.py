"""The emulated systems by name; each is imported when it is first asked for."""

from importlib import import_module

from lab.emulated.system import System

SYSTEMS = {
    "ios": ("lab.emulated.ios", "Ios"),
    "junos": ("lab.emulated.junos", "Junos"),
    "eos": ("lab.emulated.eos", "Eos"),
    "nxos": ("lab.emulated.nxos", "Nxos"),
    "iosxr": ("lab.emulated.iosxr", "IosXr"),
}


def system(name: str) -> System:
    """Return a system. Raises ValueError for one that is not emulated."""
    if name not in SYSTEMS:
        raise ValueError(f"no emulated system is called {name}; there are {', '.join(SYSTEMS)}")
    module, found = SYSTEMS[name]
    made: System = getattr(import_module(module), found)()
    return made
