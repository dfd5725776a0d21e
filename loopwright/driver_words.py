"""How a platform is driven through a NAPALM driver: its name, its options, what its candidate is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loopwright.change_words import TimerWords, timer
from loopwright.errors import PlatformError
from loopwright.section import Section
from loopwright.session_words import PingWords, ping_words

OVER = ("ssh", "https")
LIBRARIES = ("", "netmiko")


@dataclass(frozen=True, slots=True)
class DriverWords:
    """What is particular to one driver; `over` says how it reaches the device, and so how the device is known.

    `candidate_format` is the format in which the driver tells the candidate, "" where it cannot. `session` is the
    driver's attribute that names its configuration session, where dropping the driver object would drop the session.
    `library` is what the driver opens SSH with, "" where it looks at no host key. `timer` may name commands that
    confirm and revert without saving, `save` the one that saves then: without them the driver does that all in one.
    `lock` and `unlock` are the driver's calls, as dotted names, that take and give back the configuration lock: it is
    then held from the load until the change is confirmed or taken back. Without them the driver locks as it likes.
    """

    name: str
    over: str
    options: Mapping[str, Any]
    candidate_format: str = ""
    session: str = ""
    lock: str = ""
    unlock: str = ""
    key_option: str = ""
    library: str = ""
    port: int = 22
    end: str = ""
    save: str = ""
    saved: re.Pattern[str] | None = None
    fatal: re.Pattern[str] | None = None
    ping: PingWords | None = None
    timer: TimerWords | None = None


def driver_words(section: object, where: str) -> DriverWords | None:
    """Read a `driver` section, None where there is none; raises PlatformError."""
    if section is None:
        return None
    keys = Section(section, where)
    options = keys.section("options")
    words = DriverWords(
        name=keys.text("name"),
        over=keys.text("over"),
        options=options if isinstance(options, Mapping) else {},
        candidate_format=keys.text("candidate_format", ""),
        session=keys.text("session", ""),
        lock=keys.text("lock", ""),
        unlock=keys.text("unlock", ""),
        key_option=keys.text("key_option", ""),
        library=keys.text("library", ""),
        port=int(keys.number("port", 22)),
        end=keys.text("end", ""),
        save=keys.text("save", ""),
        saved=keys.pattern("saved") if keys.section("saved") else None,
        fatal=keys.pattern("fatal") if keys.section("fatal") else None,
        ping=ping_words(keys.section("ping"), f"{where}.ping"),
        timer=timer(keys.section("timer"), f"{where}.timer"),
    )
    keys.refuse_the_rest()
    if words.over not in OVER:
        raise PlatformError(f"{where}.over: is {words.over!r}, expected one of {', '.join(OVER)}")
    if bool(words.lock) != bool(words.unlock):
        raise PlatformError(f"{where}: lock and unlock go together")
    if words.library not in LIBRARIES:
        raise PlatformError(f"{where}.library: is {words.library!r}, expected netmiko or nothing")
    return words
