"""What the emulated Junos knows of its configuration language, as an indented table, and how a statement takes words.

One statement per row, children below: `word` is a container (a flag where nothing is below), `word!` a container that
stays when it is empty, `word <type>` or `<type>` a list by name, `word = type` a leaf with one value, `word + type` a
leaf with many, `word ...` anything up to the end of the line. `~` marks lists that the system sorts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from lab.emulated.junos_values import value
from lab.emulated.system import Refusal

Kind = Literal["container", "presence", "list", "leaf", "leaf-list", "free"]


@dataclass(slots=True)
class Statement:
    """One statement of the language: its word ("" for a list named by its key alone) and what may stand below."""

    word: str
    kind: Kind
    type: str = ""
    sorted: bool = False
    order: int = 0
    below: dict[str, "Statement"] = field(default_factory=dict)

    @property
    def opens(self) -> bool:
        """Whether words after it are about what stands below it."""
        return bool(self.below)

    def child(self, word: str) -> "Statement":
        """The statement that a word opens; raises Refusal where there is none."""
        found = self.below.get(word) or self.below.get("")
        if found is None:
            raise Refusal("syntax error", word)
        return found

    def take(self, words: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """The words of this statement at the start of a line: one tuple, or one per value of a bracketed list."""
        rest = tuple(words) if self.word == "" else tuple(words[1:])
        head = () if self.word == "" else (words[0],)
        if self.kind == "free":
            yield tuple(words)
        elif not self.type:
            yield head
        elif not rest:
            raise Refusal("missing argument.", words[-1])
        elif rest[0] == "[":
            yield from ((*head, *value(self.type, (item,))) for item in rest[1 : rest.index("]")])
        else:
            yield (*head, *value(self.type, rest))


def _statement(row: str, order: int) -> Statement:
    words = row.split()
    in_order = "~" in words
    words = [word for word in words if word != "~"]
    if words[-1] == "...":
        return Statement(words[0], "free", order=order)
    if words[-1].startswith("<"):
        return Statement(words[0] if len(words) == 2 else "", "list", words[-1].strip("<>"), in_order, order)
    if len(words) == 3:
        return Statement(words[0], "leaf" if words[1] == "=" else "leaf-list", words[2], order=order)
    return Statement(words[0].rstrip("!"), "presence" if words[0].endswith("!") else "container", order=order)


def language(table: str, grafts: Mapping[str, str]) -> Statement:
    """Read the table; `grafts` are (path, path of what it has below too) pairs."""
    top = Statement("", "container")
    stack = [(-1, top)]
    for order, row in enumerate(line for line in table.splitlines() if line.strip()):
        depth = len(row) - len(row.lstrip())
        while stack[-1][0] >= depth:
            stack.pop()
        statement = _statement(row, order)
        stack[-1][1].below[statement.word] = statement
        stack.append((depth, statement))
    for target, source in grafts.items():
        _at(top, target).below.update(_at(top, source).below)
    return top


def _at(top: Statement, path: str) -> Statement:
    for word in path.split():
        top = top.below["" if word == "*" else word]
    return top


_TABLE = """
version = word
groups ...
apply-groups + word
system
  host-name = word
  domain-name = word
  login ...
  services ...
  root-authentication ...
  syslog ...
  ntp ...
  name-server ...
  archival ...
  commit ...
  ports ...
  processes ...
  time-zone = word
  management-instance
chassis ...
security ...
interfaces
  <port> ~
    description = text
    disable
    mtu = number:256:16000
    speed = word
    encapsulation = word
    gigether-options ...
    vlan-tagging
    flexible-vlan-tagging
    unit <number:0:16385> ~
      description = text
      disable
      vlan-id = number:1:4094
      family
        inet!
          mtu = number:256:16000
          no-redirects
          filter ...
          address <ipv4-address>
            primary
            preferred
        inet6!
          mtu = number:256:16000
          filter ...
          address <ipv6-address>
            primary
            preferred
        iso!
          address <net>
        mpls!
snmp ...
forwarding-options ...
event-options ...
policy-options
  prefix-list <word>
    <prefix> ~
  policy-statement <word>
    term <word>
      from
        family = word
        protocol + word
        interface + unit
        prefix-list <word>
        route-filter <match>
        instance = word
        neighbor + word
        community + word
        tag = number
      to ...
      then
        metric = number
        local-preference = number
        next-hop = word
        origin = word
        tag = number
        community ...
        as-path-prepend = text
        next = word
        accept
        reject
    from
      family = word
      protocol + word
      interface + unit
      prefix-list <word>
      route-filter <match>
    then
      metric = number
      next = word
      accept
      reject
  community ...
  as-path ...
class-of-service ...
firewall ...
routing-instances
  <word>
    description = text
    instance-type = word
    interface <unit>
    route-distinguisher = word
    vrf-target ...
    vrf-import + word
    vrf-export + word
    vrf-table-label
    routing-options
    protocols
routing-options
  router-id = ipv4
  autonomous-system = word
  static
    route <prefix>
      next-hop + word
      discard
      reject
      preference = number
  rib ...
  forwarding-table ...
  graceful-restart
protocols
  bgp
    export + word
    import + word
    group <word>
      description = text
      type = word
      local-address = word
      export + word
      import + word
      peer-as = word
      local-as ...
      multihop ...
      passive
      cluster = ipv4
      authentication-key = text
      family
        inet
          unicast!
        inet6
          unicast!
        inet-vpn
          unicast!
        inet6-vpn
          unicast!
      neighbor <peer>
        description = text
        export + word
        import + word
        peer-as = word
        local-address = word
        authentication-key = text
        family
          inet
            unicast!
          inet6
            unicast!
  isis
    interface <unit>
      hello-padding = word
      point-to-point
      passive
      disable
      no-ipv4-multicast
      bfd-liveness-detection ...
      family ...
      level <number:1:2> ~
        disable
        metric = number:1:16777215
        ipv6-unicast-metric = number:1:16777215
        hello-interval = number:1:20000
        hold-time = number:3:65535
        passive
        priority = number:0:127
    level <number:1:2> ~
      disable
      wide-metrics-only
      authentication-key = text
      authentication-type = word
    export + word
    reference-bandwidth = word
    topologies ...
    spf-options ...
    lsp-lifetime = number:350:65535
    no-ipv4-routing
    no-ipv6-routing
    overload ...
    traffic-engineering ...
  ospf
    area <area>
      stub ...
      nssa ...
      area-range <ipv4-prefix>
        restrict
        exact
        override-metric = number:1:16777215
      interface <unit>
        interface-type = word
        metric = number:1:65535
        priority = number:0:255
        hello-interval = number:1:65535
        dead-interval = number:1:65535
        disable
        passive
        authentication ...
        bfd-liveness-detection ...
    export + word
    reference-bandwidth = word
    traffic-engineering ...
    spf-options ...
    overload ...
  ospf3
    area <area>
      stub ...
      nssa ...
      area-range <ipv6-prefix>
        restrict
        exact
        override-metric = number:1:16777215
      interface <unit>
        interface-type = word
        metric = number:1:65535
        priority = number:0:255
        hello-interval = number:1:65535
        dead-interval = number:1:65535
        disable
        passive
    export + word
    spf-options ...
    overload ...
  lldp ...
  mpls ...
  ldp ...
"""

LANGUAGE = language(
    _TABLE,
    {
        "routing-instances * protocols": "protocols",
        "routing-instances * routing-options": "routing-options",
    },
)
