"""Lines of IOS that mean nothing to emulated routing: they are taken where the system takes them, and kept.

Each text is a context and its templates, one per line; `!` before a template makes a switch of it, whose `no` form is
what is shown, and the line itself is the default that is not.
"""

import re
from collections.abc import Iterator

from lab.emulated.rules import Rule

SINGLE = re.compile(r"(\S.*) <\w+:(?:num|[^<>]*\|[^<>]*)>")

PROCESS = """
redistribute <source:text>
default-information originate [<t:text>]
distance <t:text>
timers <t:text>
maximum-paths <t:text>
log-adjacency-changes [detail]
auto-cost reference-bandwidth <n:num>
bfd all-interfaces
summary-address <t:text>
summary-prefix <t:text>
distribute-list <t:text>
max-metric <t:text>
nsf [<t:text>]
nsr
ispf
capability <t:text>
area <area:area> <what:text>
default-metric <n:num>
prefix-suppression
mpls <t:text>
domain-id <t:text>
discard-route <t:text>
shutdown
"""

ISIS = """
is-type <type:level-1|level-1-2|level-2-only>
metric-style <t:text>
metric <t:text>
advertise passive-only
hello padding
lsp-gen-interval <t:text>
lsp-refresh-interval <t:text>
max-lsp-lifetime <t:text>
spf-interval <t:text>
prc-interval <t:text>
set-overload-bit [<t:text>]
authentication <t:text>
area-password <t:text>
domain-password <t:text>
fast-flood [<t:text>]
multi-topology [<t:text>]
ignore-lsp-errors
"""

BGP = """
bgp <t:text>
neighbor <peer:word> <t:text>
aggregate-address <t:text>
network <t:prefix6> <more:text>
network <n:network> <more:text>
redistribute <t:text>
timers <t:text>
maximum-paths <t:text>
distance <t:text>
default-information originate
default-metric <n:num>
import <t:text>
export <t:text>
advertise <t:text>
!bgp default ipv4-unicast
!auto-summary
!bgp enforce-first-as
"""

HEAD = """
version <v:word>
service <t:text>
!service pad
!service config
"""

TOP = """
platform <t:text>
boot-start-marker
boot-end-marker
boot <t:text>
aaa <t:text>
username <t:text>
enable <t:text>
banner <t:text>
ip domain <t:text>
ip domain-name <t:text>
ip name-server <t:text>
ip host <t:text>
ip cef [<t:text>]
ip routing
ip multicast-routing [<t:text>]
ip forward-protocol <t:text>
ip http <t:text>
ip ssh <t:text>
ip ftp <t:text>
ip tftp <t:text>
ip tacacs <t:text>
ip radius <t:text>
ip route <t:text>
ip nat <t:text>
ip prefix-list <t:text>
ip as-path <t:text>
ip community-list <t:text>
ip sla <t:text>
ipv6 unicast-routing
ipv6 cef [<t:text>]
ipv6 route <t:text>
ipv6 prefix-list <t:text>
ipv6 nd <t:text>
access-list <t:text>
logging <t:text>
ntp <t:text>
snmp-server <t:text>
clock <t:text>
cdp <t:text>
lldp run
errdisable <t:text>
spanning-tree <t:text>
vtp <t:text>
license <t:text>
memory <t:text>
diagnostic <t:text>
crypto <t:text>
alias <t:text>
tacacs-server <t:text>
radius-server <t:text>
login <t:text>
mpls <t:text>
track <t:text>
bfd <t:text>
call-home
subscriber templating
!ip domain lookup
!ip http server
!ip http secure-server
!ip source-route
!ip bootp server
!ip gratuitous-arps
!aaa new-model
!cdp run
!logging console
"""

# Contexts at the top whose lines mean nothing here either.
BLOCKS = (
    "ip access-list <kind:standard|extended> <name:word>",
    "ipv6 access-list <name:word>",
    "route-map <name:word> [<way:permit|deny>] [<n:num>]",
    "key chain <t:text>",
    "class-map <t:text>",
    "policy-map <t:text>",
    "line <t:text>",
    "redundancy",
    "control-plane",
    "flow <t:text>",
    "tacacs server <name:word>",
    "radius server <name:word>",
    "bfd-template <t:text>",
)
BLOCK = """
<n:num> <t:text>
permit <t:text>
deny <t:text>
remark <t:text>
sequence <t:text>
match <t:text>
set <t:text>
continue [<n:num>]
description <t:text>
key <t:text>
key-string <t:text>
class <t:text>
police <t:text>
login [<t:text>]
transport <t:text>
exec-timeout <t:text>
session-timeout <t:text>
password <t:text>
privilege <t:text>
length <n:num>
width <n:num>
stopbits <n:num>
access-class <t:text>
mode <t:text>
address <t:text>
server-private <t:text>
interval <t:text>
"""


def foreign(context: str, templates: str) -> Iterator[Rule]:
    """Yield the rules of a text, switches first: others would take their lines too."""
    lines = [line for line in templates.split("\n") if line]
    for line in lines:
        if line.startswith("!"):
            yield Rule(context, f"no {line[1:]}", slot=line[1:])
            yield Rule(context, line[1:], slot=line[1:], shown=False)
    yield from (Rule(context, line, slot=_slot(line)) for line in lines if not line.startswith("!"))


def _slot(template: str) -> str:
    """Return what a line with a single number or choice at its end shares with those that it replaces, else ""."""
    found = SINGLE.fullmatch(template)
    return found[1] if found and "<name:" not in template else ""


def blocks() -> Iterator[Rule]:
    """Yield the rules of the contexts and of their lines."""
    yield from (Rule("", line, opens="block") for line in BLOCKS)
    yield from foreign("block", BLOCK)
