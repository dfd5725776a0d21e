"""Rules over what a platform can carry: its folder, numbers, names, texts and protocols."""

from collections.abc import Iterator

from loopwright.facts import Facts, PlatformWords, loopback_finding
from loopwright.finding import Finding
from loopwright.kinds import nearest
from loopwright.models import Intent, Wanted
from loopwright.scalars import unprintable


def platforms(facts: Facts) -> Iterator[Finding]:
    """Every device names a platform that has a folder."""
    known = tuple(facts.platforms)
    for intent in facts.intents:
        if not intent.platform:
            expected = f"`platform:`, one of {', '.join(known)}"
            yield Finding("platform-known", intent.device, "platform", expected, "none", "error", intent.mark)
        elif intent.platform not in facts.platforms:
            hint = nearest(intent.platform, known)
            expected = (
                f"one of {', '.join(known)}, or a folder templates/{intent.platform}/ that describes it: "
                "docs/add-a-platform.md says how to write it"
            )
            actual = f"{intent.platform!r}{hint}"
            yield Finding("platform-known", intent.device, "platform", expected, actual, "error", intent.mark)


def numbers(facts: Facts) -> Iterator[Finding]:
    """The platform can have a loopback of the number."""
    for intent, wanted, platform in _on_known_platforms(facts):
        reason = platform.refuses_number(wanted.number) if wanted.interface is None else None
        if reason:
            expected = "a number that the platform has"
            yield loopback_finding("number", intent, wanted, "", expected, reason)


def texts(facts: Facts) -> Iterator[Finding]:
    """Whatever is rendered stays on its line, and the platform can store it."""
    verdicts: dict[tuple[str, str], str | None] = {}
    for intent, wanted, platform in _on_known_platforms(facts):
        for what, text in _rendered(wanted):
            key = intent.platform, text
            if key not in verdicts:
                verdicts[key] = unprintable(text) or platform.refuses_text(text)
            reason = verdicts[key]
            if reason:
                yield loopback_finding("text", intent, wanted, what, "text that the platform can carry", reason)


def _rendered(wanted: Wanted) -> Iterator[tuple[str, str]]:
    """The texts of a loopback that end up in a configuration."""
    for what, text in (
        ("description", wanted.description),
        ("vrf", wanted.vrf),
        ("interface", wanted.interface),
        *((f"advertise.{advert.protocol}", advert.process) for advert in wanted.advertise),
    ):
        if text is not None:
            yield what, text


def protocols(facts: Facts) -> Iterator[Finding]:
    """The platform can advertise a loopback by the protocol."""
    for intent, wanted, platform in _on_known_platforms(facts):
        for advert in wanted.advertise:
            if advert.protocol not in platform.protocols:
                expected = f"one of {', '.join(sorted(platform.protocols))}"
                actual = f"the platform {intent.platform} is not described to advertise by it"
                yield loopback_finding("protocol", intent, wanted, f"advertise.{advert.protocol}", expected, actual)


def interfaces(facts: Facts) -> Iterator[Finding]:
    """No two loopbacks of a device are the same interface, and none is a link."""
    for intent in facts.intents:
        platform = facts.platforms.get(intent.platform)
        if platform is None:
            continue
        links = {link.interface for link in intent.routing.links} if intent.routing else set()
        taken: dict[str, Wanted] = {}
        for wanted in intent.loopbacks:
            name = wanted.interface or platform.interface_name(wanted.number)
            number = platform.number_of(name)
            # One interface has several spellings, but one number.
            other = taken.setdefault(str(number) if number is not None else name.lower(), wanted)
            if other is not wanted:
                actual = f"{name} is also loopback {other.number}"
                yield loopback_finding("interface", intent, wanted, "interface", "an interface of its own", actual)
            elif name in links:
                actual = f"{name} is a link of the device"
                yield loopback_finding("interface", intent, wanted, "interface", "a loopback interface", actual)


def _on_known_platforms(facts: Facts) -> Iterator[tuple[Intent, Wanted, PlatformWords]]:
    for intent in facts.intents:
        platform = facts.platforms.get(intent.platform)
        if platform is not None:
            for wanted in intent.loopbacks:
                yield intent, wanted, platform
