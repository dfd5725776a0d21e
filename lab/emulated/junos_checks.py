"""What the emulated Junos refuses at commit, in the words of the real one."""

from collections import defaultdict
from collections.abc import Iterator
from ipaddress import ip_interface

from lab.emulated.junos_tree import Statements
from lab.emulated.system import Refusal
from lab.emulated.views import DEFAULT_VRF

MASTER = "master"
FAILED = "configuration check-out failed"


class CheckOut(Refusal):
    """A commit check that failed: (path, statement, message) of each error."""

    def __init__(self, errors: tuple[tuple[str, str, str], ...]) -> None:
        said = [
            f"{path}\n  '{statement}'\n     {message}" if path else f"error: {message}"
            for path, statement, message in errors
        ]
        super().__init__("\n".join((*said, f"error: {FAILED}")), errors[0][1])
        self.errors = errors


def instances(root: Statements) -> dict[str, str]:
    """The routing instance of each logical interface that is in one."""
    return {
        interface.name: instance.name
        for instance in root.get("routing-instances").active()
        for interface in instance.all("interface")
    }


def units(root: Statements) -> Iterator[tuple[str, Statements, Statements]]:
    """Each logical interface with its name, its port and its unit."""
    for port in root.get("interfaces").active():
        for unit in port.all("unit"):
            yield f"{port.name}.{unit.name}", port, unit


def addresses(unit: Statements, family: str) -> list[str]:
    """The addresses of a family, the primary one first: by its flag, else the lowest."""
    found = list(unit.get("family", family).all("address"))
    found.sort(key=lambda address: (not address.has("primary"), ip_interface(address.name)))
    return [address.name for address in found]


def check(root: Statements) -> None:
    """Raise Refusal for the first thing that a commit check finds."""
    for refusal in _faults(root):
        raise refusal


def _faults(root: Statements) -> Iterator[Refusal]:
    yield from _instance_twice(root)
    yield from _loopbacks(root)
    yield from _same_address(root)
    yield from _policies(root)


def _refusal(path: str, statement: str, message: str) -> "CheckOut":
    return CheckOut(((f"[edit {path}]", statement, message),))


def _instance_twice(root: Statements) -> Iterator[Refusal]:
    seen: dict[str, str] = {}
    for instance in root.get("routing-instances").active():
        if any(instance.all("interface")) and not instance.leaf("instance-type"):
            # The default type has no tables of its own, so that no interface can be in it.
            yield _refusal(f"routing-instances {instance.name}", "interface", "instance-type must be configured")
        for interface in instance.all("interface"):
            if interface.name in seen:
                message = (
                    f"RT Instance: Interface {interface.name} already configured under instance {seen[interface.name]}"
                )
                yield _refusal(f"routing-instances {instance.name}", f"interface {interface.name}", message)
            seen[interface.name] = instance.name


def _loopbacks(root: Statements) -> Iterator[Refusal]:
    of, seen = instances(root), set[str]()
    for name, port, _ in units(root):
        if port.name != "lo0":
            continue
        instance = of.get(name, MASTER)
        if instance in seen:
            message = f"if_lo0: multiple loopback interfaces not permitted in {instance} routing-instance"
            yield _refusal("interfaces lo0", f"unit {name.partition('.')[2]}", message)
        seen.add(instance)


def _same_address(root: Statements) -> Iterator[Refusal]:
    of = instances(root)
    holders: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name, port, unit in units(root):
        instance = of.get(name, DEFAULT_VRF)
        for family in ("inet", "inet6"):
            for address in addresses(unit, family):
                others = holders[instance, address.partition("/")[0]]
                others.append(name)
                if len(others) > 1:
                    both = f"{others[0]} and {name}"
                    message = (
                        f"identical local address found on rt_inst [{instance}], intfs [{both}], family [{family}]."
                    )
                    path = f"interfaces {port.name} unit {unit.name} family {family}"
                    yield _refusal(path, f"address {address}", message)


def _policies(root: Statements) -> Iterator[Refusal]:
    options = root.get("policy-options")
    defined = {policy.name for policy in options.all("policy-statement")}
    lists = {prefixes.name for prefixes in options.all("prefix-list")}
    for used, by in _used(root):
        if used not in defined:
            message = f"Policy error: Policy {used} referenced but not defined"
            yield CheckOut((("", used, message), ("", used, f"{by}: export list not applied")))
    for policy in options.all("policy-statement"):
        for term in (policy, *policy.all("term")):
            for wanted in term.get("from").all("prefix-list"):
                if wanted.name not in lists:
                    message = f"Policy error: prefix-list {wanted.name} not defined"
                    yield _refusal(f"policy-options policy-statement {policy.name}", term.name, message)


def _used(root: Statements) -> Iterator[tuple[str, str]]:
    for routing in (root, *root.get("routing-instances").active()):
        for protocol in routing.get("protocols").active():
            groups = list(protocol.all("group"))
            holders = [protocol, *groups, *(peer for group in groups for peer in group.all("neighbor"))]
            for holder in holders:
                for word in ("export", "import"):
                    yield from ((name, protocol.name.upper()) for name in holder.values(word))
