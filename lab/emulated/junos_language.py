"""The configuration language of the emulated Junos: what it knows of it, as an indented table.

One statement per row, children below: `word` is a container (a flag where nothing is below), `word!` a container that
stays when it is empty, `word <type>` or `<type>` a list by name, `word = type` a leaf with one value, `word + type` a
leaf with many, `word ...` anything up to the end of the line. `~` marks lists that the system sorts.
"""

from lab.emulated.junos_schema import language

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
