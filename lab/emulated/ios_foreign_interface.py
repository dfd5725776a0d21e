"""Lines of IOS under interfaces that mean nothing to emulated routing; see `lab.emulated.ios_foreign`."""

INTERFACE = """
bandwidth <n:num>
delay <n:num>
mtu <n:num>
load-interval <n:num>
ip mtu <n:num>
ip tcp adjust-mss <n:num>
ip access-group <name:word> <way:in|out>
ip helper-address <a:ipv4>
ip flow monitor <name:word> <way:input|output>
ip nat <way:inside|outside>
ip pim <mode:text>
ip verify unicast <t:text>
ip policy route-map <name:word>
ip ospf network <type:point-to-point|broadcast|non-broadcast|point-to-multipoint>
ip ospf hello-interval <n:num>
ip ospf dead-interval <n:text>
ip ospf retransmit-interval <n:num>
ip ospf priority <n:num>
ip ospf authentication [<t:text>]
ip ospf authentication-key <t:text>
ip ospf message-digest-key <t:text>
ip ospf mtu-ignore
ip ospf bfd
ip ospf shutdown
ip ospf prefix-suppression
ip ospf database-filter all out
ipv6 enable
ipv6 mtu <n:num>
ipv6 nd <t:text>
ipv6 traffic-filter <name:word> <way:in|out>
ipv6 address <a:ipv6> link-local
ipv6 address <a:prefix6> <kind:anycast|eui-64>
ipv6 ospf network <type:point-to-point|broadcast|non-broadcast|point-to-multipoint>
ipv6 ospf hello-interval <n:num>
ipv6 ospf dead-interval <n:num>
ipv6 ospf mtu-ignore
ipv6 verify unicast <t:text>
ospfv3 network <type:point-to-point|broadcast|non-broadcast|point-to-multipoint>
ospfv3 <p:num> [ipv6] network <type:point-to-point|broadcast|non-broadcast|point-to-multipoint>
ospfv3 <p:num> [ipv6] hello-interval <n:num>
ospfv3 <p:num> [ipv6] dead-interval <n:num>
ospfv3 hello-interval <n:num>
ospfv3 dead-interval <n:num>
isis network point-to-point
isis tag <n:num>
isis hello-interval <t:text>
isis hello padding
isis hello-multiplier <t:text>
isis priority <t:text>
isis authentication <t:text>
isis password <t:text>
isis bfd
bfd interval <t:text>
bfd template <name:word>
carrier-delay <t:text>
arp timeout <n:num>
negotiation auto
speed <n:word>
duplex <n:word>
encapsulation dot1Q <t:text>
channel-group <t:text>
service-policy <way:input|output> <name:word>
logging event <t:text>
standby <t:text>
vrrp <t:text>
mpls ip
mpls <t:text>
keepalive <n:num>
tunnel <t:text>
ntp <t:text>
cdp enable
crypto map <name:word>
hold-queue <t:text>
!ip redirects
!ip unreachables
!ip proxy-arp
!ip route-cache
!ip split-horizon
!ipv6 redirects
!ipv6 unreachables
!snmp trap link-status
!keepalive
!logging event link-status
"""
