"""The command line of IOS."""

import re
from typing import ClassVar

from lab.emulated import ios_archive, ios_files
from lab.emulated.cli import Cli, Show, command
from lab.emulated.device import Device
from lab.emulated.ios_ping import ping
from lab.emulated.ios_show import SHOWS
from lab.emulated.ios_show_text import short
from lab.emulated.ios_values import port_name
from lab.emulated.scp import file_name

VERSION = """Cisco IOS XE Software, Version 17.03.04a
Cisco IOS Software [Amsterdam], Virtual XE Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 17.3.4a, RELEASE (fc3)
Technical Support: http://www.cisco.com/techsupport

ROM: IOS-XE ROMMON

{name} uptime is {uptime}
System returned to ROM by reload
System image file is "bootflash:packages.conf"

cisco CSR1000V (VXE) processor (revision VXE) with 2071897K/3075K bytes of memory.
Processor board ID {serial}
{ports} Gigabit Ethernet interfaces
32768K bytes of non-volatile configuration memory.
Emulated: {title}

Configuration register is 0x2102
"""
ENTERING = "Enter configuration commands, one per line.  End with CNTL/Z."
OPEN = re.compile(r"(?:show\s+(?!run|start|archive)|terminal|ping|exit|quit|logout|enable|disable)", re.IGNORECASE)
FULL = 15


def uptime(seconds: float) -> str:
    """Return a time since the start in words."""
    minutes = int(seconds) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    return f"{days} days, {hours} hours, {minutes % 60} minutes"


class IosCli(Cli):
    """One session of IOS."""

    modes: ClassVar = {
        "": "config",
        "interface": "config-if",
        "ospf": "config-router",
        "ospf3": "config-router",
        "ospf3-family": "config-router-af",
        "isis": "config-router",
        "isis-family": "config-router-af",
        "bgp": "config-router",
        "bgp4": "config-router-af",
        "bgp6": "config-router-af",
        "bgp-other": "config-router-af",
        "vrf": "config-vrf",
        "vrf-family": "config-vrf-af",
        "archive": "config-archive",
        "block": "config-block",
    }
    shows: ClassVar[tuple[Show, ...]] = SHOWS

    @property
    def scp_refusal(self) -> str:
        """Why no file is taken by SCP, "" where one is."""
        if not self.store.root.one("scp"):
            return "Administratively disabled."
        return "" if self.login.authorized and self.privilege == FULL else "Privilege denied."

    def dispatch(self, words: str) -> str | None:
        """Answer a command that the privilege level has."""
        if self.privilege < FULL and not OPEN.match(words):
            return None
        return super().dispatch(words)

    def quiet(self) -> bool:
        """Whether files are copied without being asked back."""
        return self.store.root.one("quiet") is not None

    # --- modes

    def enable(self, _: re.Match[str]) -> str:
        """Ask for the password of full rights, where there is one."""
        if self.privilege == FULL:
            return ""
        if not self.device.enable_password:
            return self._promoted()
        return self.ask("Password: ", self._enabled, hidden=True)

    def _enabled(self, password: str) -> str:
        return self._promoted() if password == self.device.enable_password else "% Access denied\n"

    def _promoted(self) -> str:
        self.privilege = FULL
        return ""

    def disable(self, _: re.Match[str]) -> str:
        """Give the rights back."""
        self.privilege = 1
        return ""

    def leave_session(self, _: re.Match[str]) -> str:
        """End the session."""
        self.closed = True
        return ""

    def nothing(self, _: re.Match[str]) -> str:
        """Take a setting of the terminal."""
        return ""

    def configure_terminal(self, found: re.Match[str]) -> str:
        """Enter configuration mode, with a timer where one is asked for."""
        held = self.device.faults.bites("locked")
        if held:
            who = f"user '{held.text or 'somebody'}' process '88' from terminal '1'"
            return f"Configuration mode locked exclusively by {who}. Please try later."
        said = ""
        if found["minutes"]:
            said = ios_archive.arm(self.device, int(found["minutes"]), self.login.username)
            if said.startswith("%"):
                return said
            said += "\n"
        self.enter_configuration()
        return said + ENTERING

    # --- configurations and files

    def running(self, found: re.Match[str]) -> str:
        """Show the running configuration, or one interface of it."""
        if not found["port"]:
            return str(self.device.running.text())
        try:
            name = port_name(found["port"])
        except ValueError:
            name = ""
        entry = self.store.root.children.get(f"interface {name}")
        if not entry:
            return "% Invalid input detected at '^' marker."
        body = "\n".join(["!", *self.store.block(entry, 0), "end"])
        return f"Building configuration...\n\nCurrent configuration : {len(body)} bytes\n{body}"

    def startup(self, _: re.Match[str]) -> str:
        """Show the startup configuration."""
        body = self.device.startup.partition("bytes\n")[2] or self.device.startup
        return f"Using {len(body)} out of 33554432 bytes\n{body}"

    def write(self, _: re.Match[str]) -> str:
        """Save the running configuration."""
        if self.device.faults.bites("full-flash", "nvram:"):
            return "%Error opening nvram:/startup-config (No space left on device)"
        self.device.saved()
        return "Building configuration...\n[OK]"

    def copy(self, found: re.Match[str]) -> str:
        """Copy a file, after asking under which name unless that is switched off."""
        source, target = found["source"], found["target"]
        if self.quiet():
            return ios_files.copy(self.device, source, target)
        offered = target.rpartition(":")[2].lstrip("/")
        return self.ask(f"Destination filename [{offered}]? ", lambda _: ios_files.copy(self.device, source, target))

    def reload(self, _: re.Match[str]) -> str:
        """Restart, after asking."""
        return self.ask("Proceed with reload? [confirm]", self._reloaded)

    def _reloaded(self, answer: str) -> str:
        if answer and not answer.casefold().startswith("y"):
            return ""
        self.device.reload()
        self.closed = True
        return ""

    def delete(self, found: re.Match[str]) -> str:
        """Delete a file."""
        name = file_name(found["name"])
        return "" if self.device.files.content.pop(name, None) is not None else ios_files.missing(found["name"])

    def more(self, found: re.Match[str]) -> str:
        """Show a file."""
        text = ios_files.contents(self.device, found["name"])
        return ios_files.missing(found["name"]) if text is None else text

    def incremental(self, found: re.Match[str]) -> str:
        """Show what a file would add."""
        text = ios_files.contents(self.device, found["name"])
        if text is None:
            return ios_files.missing(found["name"])
        if not any(line.strip() == "end" for line in text.splitlines()):
            return "%Error: cfgdiff returned error 5"
        return ios_archive.incremental(self.store, text.splitlines())

    def differences(self, found: re.Match[str]) -> str:
        """Show what a replacement would change."""
        texts = [ios_files.contents(self.device, found[name]) for name in ("before", "after")]
        if None in texts:
            return ios_files.missing(found["after"])
        before, after = (type(self.store)(text or "") for text in texts)
        return ios_files.differences(before, after)

    def version(self, _: re.Match[str]) -> str:
        """Show what it claims to be."""
        device = self.device
        return VERSION.format(
            name=device.hostname,
            uptime=uptime(device.clock.now() - device.started),
            serial=serial(device),
            ports=len(device.node.links),
            title=device.routing.title,
        )

    def hosts(self, _: re.Match[str]) -> str:
        """Show the domain name."""
        return "Default domain is example.net\nName/address lookup uses static mappings\n"

    def vrfs(self, _: re.Match[str]) -> str:
        """Show the VRFs and what is in them."""
        lines = ["  Name                             Default RD            Protocols   Interfaces"]
        for vrf in self.store.root.each("vrf"):
            name, families = vrf.values["vrf"], ",".join(one.values["family"] for one in vrf.each("family"))
            inside = [
                one.values["name"] for one in self.store.root.each("interface") if one.value("vrf", "vrf") == name
            ]
            first, *others = [short(one) for one in inside] or [""]
            lines.append(f"  {name:<32} {vrf.value('rd', 'rd', '<not set>'):<21} {families:<11} {first}".rstrip())
            lines += [" " * 69 + one for one in others]
        return "\n".join(lines)

    def clock(self, _: re.Match[str]) -> str:
        """Show the device's time."""
        return self.device.clock.date().strftime("%H:%M:%S.000 UTC %a %b %d %Y")

    commands: ClassVar = (
        (command("enable(?: 15)?"), enable),
        (command("disable"), disable),
        (command("exit|quit|logout"), leave_session),
        (command(r"terminal (?:width|length|no monitor|monitor).*"), nothing),
        (command(r"conf(?:igure)? t(?:erminal)?(?: revert timer (?P<minutes>\d+))?"), configure_terminal),
        (command("configure confirm"), lambda self, _: ios_archive.confirm(self.device)),
        (command("configure revert now"), lambda self, _: ios_archive.revert(self.device)),
        (command(r"configure revert timer (\d+)"), lambda self, it: ios_archive.extend(self.device, int(it[1]))),
        (command(r"configure replace (\S+)(?: .*)?"), lambda self, it: ios_files.replace(self.device, it[1])),
        (command(r"show run(?:ning-config)?(?: all)?(?: interface (?P<port>\S+(?: \d+)?))?"), running),
        (command(r"show start(?:up-config)?"), startup),
        (command(r"show archive config rollback timer"), lambda self, _: ios_archive.waiting(self.device)),
        (command(r"show archive config incremental-diffs (?P<name>\S+)(?: ignorecase)?"), incremental),
        (command(r"show archive config differences (?P<before>\S+) (?P<after>\S+)"), differences),
        (command("show archive"), lambda self, _: ios_archive.archived(self.device)),
        (command("show version"), version),
        (command("show hosts"), hosts),
        (command("show clock"), clock),
        (command("show vrf"), vrfs),
        (command("wr(?:ite)?(?: mem(?:ory)?)?"), write),
        (command(r"copy (?P<source>\S+) (?P<target>\S+)"), copy),
        (command(r"dir(?: (\S+))?"), lambda self, it: ios_files.directory(self.device, it[1] or "")),
        (command(r"verify /md5 (\S+)(?: (\S+))?"), lambda self, it: ios_files.digest(self.device, it[1], it[2] or "")),
        (command(r"more (?P<name>\S+)"), more),
        (command(r"delete (?:/force )?(?P<name>\S+)"), delete),
        (command("reload(?: .*)?"), reload),
        (command(r"ping(?: vrf (?P<vrf>\S+))?(?: (?:ip|ipv6))? (?P<to>\S+)(?P<more>(?: \S+)*)"), ping),
    )


def serial(device: Device) -> str:
    """Return a serial number that stays the same for a name."""
    return "9" + "".join(str(ord(letter) % 10) for letter in device.name)[:10].rjust(10, "0")
