// The options of IPv4, of IPv6 and of UDP, as rows of the table.
import { constants } from './constants.js'
import { level, readOnly, root, unsigned, writeOnly } from './sockopt-row.js'

export function udpRows() {
  const udp = level(constants.IPPROTO_UDP)
  return {
    udpCork: udp('UDP_CORK', 'bool', 'flag'),
    udpEncap: udp('UDP_ENCAP', 'int', 'value'),
    udpGRO: udp('UDP_GRO', 'bool', 'flag'),
    udpNoCheck6Rx: udp('UDP_NO_CHECK6_RX', 'bool', 'flag'),
    udpNoCheck6Tx: udp('UDP_NO_CHECK6_TX', 'bool', 'flag'),
    udpSegment: udp('UDP_SEGMENT', 'int', 'bytes'),
  }
}

/** Those of multicast, which have the same numbers and structs at both levels. */
export function mcastRows() {
  const ip = level(constants.IPPROTO_IP)
  const ipv6 = level(constants.IPPROTO_IPV6)
  return {
    ipMcastBlockSource: ip('MCAST_BLOCK_SOURCE', 'bytes', 'struct', writeOnly),
    ipMcastJoinGroup: ip('MCAST_JOIN_GROUP', 'bytes', 'struct', writeOnly),
    ipMcastJoinSourceGroup: ip('MCAST_JOIN_SOURCE_GROUP', 'bytes', 'struct', writeOnly),
    ipMcastLeaveGroup: ip('MCAST_LEAVE_GROUP', 'bytes', 'struct', writeOnly),
    ipMcastLeaveSourceGroup: ip('MCAST_LEAVE_SOURCE_GROUP', 'bytes', 'struct', writeOnly),
    ipMcastUnblockSource: ip('MCAST_UNBLOCK_SOURCE', 'bytes', 'struct', writeOnly),
    ipv6McastBlockSource: ipv6('MCAST_BLOCK_SOURCE', 'bytes', 'struct', writeOnly),
    ipv6McastJoinGroup: ipv6('MCAST_JOIN_GROUP', 'bytes', 'struct', writeOnly),
    ipv6McastJoinSourceGroup: ipv6('MCAST_JOIN_SOURCE_GROUP', 'bytes', 'struct', writeOnly),
    ipv6McastLeaveGroup: ipv6('MCAST_LEAVE_GROUP', 'bytes', 'struct', writeOnly),
    ipv6McastLeaveSourceGroup: ipv6('MCAST_LEAVE_SOURCE_GROUP', 'bytes', 'struct', writeOnly),
    ipv6McastUnblockSource: ipv6('MCAST_UNBLOCK_SOURCE', 'bytes', 'struct', writeOnly),
  }
}

export function ipRows() {
  const ip = level(constants.IPPROTO_IP)
  return {
    ipAddMembership: ip('IP_ADD_MEMBERSHIP', 'bytes', 'struct', writeOnly),
    ipAddSourceMembership: ip('IP_ADD_SOURCE_MEMBERSHIP', 'bytes', 'struct', writeOnly),
    ipBindAddressNoPort: ip('IP_BIND_ADDRESS_NO_PORT', 'bool', 'flag'),
    ipBlockSource: ip('IP_BLOCK_SOURCE', 'bytes', 'struct', writeOnly),
    ipChecksum: ip('IP_CHECKSUM', 'bool', 'flag'),
    ipDropMembership: ip('IP_DROP_MEMBERSHIP', 'bytes', 'struct', writeOnly),
    ipDropSourceMembership: ip('IP_DROP_SOURCE_MEMBERSHIP', 'bytes', 'struct', writeOnly),
    ipFreeBind: ip('IP_FREEBIND', 'bool', 'flag'),
    ipHeaderIncluded: ip('IP_HDRINCL', 'bool', 'flag'),
    ipIPsecPolicy: ip('IP_IPSEC_POLICY', 'bytes', 'struct', { ...root, ...writeOnly }),
    ipLocalPortRange: ip('IP_LOCAL_PORT_RANGE', 'int', 'value', unsigned),
    ipMinTTL: ip('IP_MINTTL', 'int', 'hops'),
    ipMSFilter: ip('IP_MSFILTER', 'bytes', 'struct', writeOnly),
    ipMTU: ip('IP_MTU', 'int', 'bytes', readOnly),
    ipMTUDiscover: ip('IP_MTU_DISCOVER', 'int', 'value'),
    ipMulticastAll: ip('IP_MULTICAST_ALL', 'bool', 'flag'),
    ipMulticastIf: ip('IP_MULTICAST_IF', 'bytes', 'struct'),
    ipMulticastLoop: ip('IP_MULTICAST_LOOP', 'bool', 'flag'),
    ipMulticastTTL: ip('IP_MULTICAST_TTL', 'int', 'hops'),
    ipNoDefrag: ip('IP_NODEFRAG', 'bool', 'flag'),
    ipOptions: ip('IP_OPTIONS', 'bytes', 'struct'),
    ipOriginalDst: ip('SO_ORIGINAL_DST', 'bytes', 'struct', { ...readOnly, length: 16 }),
    ipPassSec: ip('IP_PASSSEC', 'bool', 'flag'),
    ipPktInfo: ip('IP_PKTINFO', 'bool', 'flag'),
    ipPktOptions: ip('IP_PKTOPTIONS', 'bytes', 'struct', readOnly),
    ipRecvErr: ip('IP_RECVERR', 'bool', 'flag'),
    ipRecvErrRFC4884: ip('IP_RECVERR_RFC4884', 'bool', 'flag'),
    ipRecvFragSize: ip('IP_RECVFRAGSIZE', 'bool', 'flag'),
    ipRecvOpts: ip('IP_RECVOPTS', 'bool', 'flag'),
    ipRecvOrigDstAddr: ip('IP_RECVORIGDSTADDR', 'bool', 'flag'),
    ipRecvTOS: ip('IP_RECVTOS', 'bool', 'flag'),
    ipRecvTTL: ip('IP_RECVTTL', 'bool', 'flag'),
    ipRetOpts: ip('IP_RETOPTS', 'bool', 'flag'),
    ipRouterAlert: ip('IP_ROUTER_ALERT', 'int', 'value'),
    ipTOS: ip('IP_TOS', 'int', 'bits'),
    ipTransparent: ip('IP_TRANSPARENT', 'bool', 'flag', root),
    ipTTL: ip('IP_TTL', 'int', 'hops'),
    ipUnblockSource: ip('IP_UNBLOCK_SOURCE', 'bytes', 'struct', writeOnly),
    ipUnicastIf: ip('IP_UNICAST_IF', 'bytes', 'index', { length: 4 }),
    ipXfrmPolicy: ip('IP_XFRM_POLICY', 'bytes', 'struct', { ...root, ...writeOnly }),
  }
}

export function ipv6Rows() {
  const ipv6 = level(constants.IPPROTO_IPV6)
  return {
    ipv6AddMembership: ipv6('IPV6_ADD_MEMBERSHIP', 'bytes', 'struct', writeOnly),
    ipv6AddrForm: ipv6('IPV6_ADDRFORM', 'int', 'value'),
    ipv6AddrPreferences: ipv6('IPV6_ADDR_PREFERENCES', 'int', 'bits'),
    ipv6AutoFlowLabel: ipv6('IPV6_AUTOFLOWLABEL', 'bool', 'flag'),
    ipv6Checksum: ipv6('IPV6_CHECKSUM', 'int', 'bytes'),
    ipv6DontFrag: ipv6('IPV6_DONTFRAG', 'bool', 'flag'),
    ipv6DropMembership: ipv6('IPV6_DROP_MEMBERSHIP', 'bytes', 'struct', writeOnly),
    ipv6DstOpts: ipv6('IPV6_DSTOPTS', 'bytes', 'struct', root),
    ipv6FlowInfoSend: ipv6('IPV6_FLOWINFO_SEND', 'bool', 'flag'),
    ipv6FreeBind: ipv6('IPV6_FREEBIND', 'bool', 'flag'),
    ipv6HeaderIncluded: ipv6('IPV6_HDRINCL', 'bool', 'flag'),
    ipv6HopOpts: ipv6('IPV6_HOPOPTS', 'bytes', 'struct', root),
    ipv6IPsecPolicy: ipv6('IPV6_IPSEC_POLICY', 'bytes', 'struct', { ...root, ...writeOnly }),
    ipv6JoinAnycast: ipv6('IPV6_JOIN_ANYCAST', 'bytes', 'struct', { ...root, ...writeOnly }),
    ipv6LeaveAnycast: ipv6('IPV6_LEAVE_ANYCAST', 'bytes', 'struct', writeOnly),
    ipv6MinHopCount: ipv6('IPV6_MINHOPCOUNT', 'int', 'hops'),
    ipv6MTU: ipv6('IPV6_MTU', 'int', 'bytes'),
    ipv6MTUDiscover: ipv6('IPV6_MTU_DISCOVER', 'int', 'value'),
    ipv6MulticastAll: ipv6('IPV6_MULTICAST_ALL', 'bool', 'flag'),
    ipv6MulticastHops: ipv6('IPV6_MULTICAST_HOPS', 'int', 'hops'),
    ipv6MulticastIf: ipv6('IPV6_MULTICAST_IF', 'int', 'index'),
    ipv6MulticastLoop: ipv6('IPV6_MULTICAST_LOOP', 'bool', 'flag'),
    ipv6Only: ipv6('IPV6_V6ONLY', 'bool', 'flag'),
    ipv6OriginalDst: ipv6('IP6T_SO_ORIGINAL_DST', 'bytes', 'struct', { ...readOnly, length: 28 }),
    ipv6PktInfo: ipv6('IPV6_PKTINFO', 'bytes', 'struct', writeOnly),
    ipv6RecvDstOpts: ipv6('IPV6_RECVDSTOPTS', 'bool', 'flag'),
    ipv6RecvErr: ipv6('IPV6_RECVERR', 'bool', 'flag'),
    ipv6RecvErrRFC4884: ipv6('IPV6_RECVERR_RFC4884', 'bool', 'flag'),
    ipv6RecvFragSize: ipv6('IPV6_RECVFRAGSIZE', 'bool', 'flag'),
    ipv6RecvHopLimit: ipv6('IPV6_RECVHOPLIMIT', 'bool', 'flag'),
    ipv6RecvHopOpts: ipv6('IPV6_RECVHOPOPTS', 'bool', 'flag'),
    ipv6RecvOrigDstAddr: ipv6('IPV6_RECVORIGDSTADDR', 'bool', 'flag'),
    ipv6RecvPathMTU: ipv6('IPV6_RECVPATHMTU', 'bool', 'flag'),
    ipv6RecvPktInfo: ipv6('IPV6_RECVPKTINFO', 'bool', 'flag'),
    ipv6RecvRtHdr: ipv6('IPV6_RECVRTHDR', 'bool', 'flag'),
    ipv6RecvTClass: ipv6('IPV6_RECVTCLASS', 'bool', 'flag'),
    ipv6RouterAlert: ipv6('IPV6_ROUTER_ALERT', 'int', 'value'),
    ipv6RtHdr: ipv6('IPV6_RTHDR', 'bytes', 'struct'),
    ipv6RtHdrDstOpts: ipv6('IPV6_RTHDRDSTOPTS', 'bytes', 'struct', root),
    ipv6TClass: ipv6('IPV6_TCLASS', 'int', 'bits'),
    ipv6Transparent: ipv6('IPV6_TRANSPARENT', 'bool', 'flag', root),
    ipv6UnicastHops: ipv6('IPV6_UNICAST_HOPS', 'int', 'hops'),
    ipv6UnicastIf: ipv6('IPV6_UNICAST_IF', 'bytes', 'index', { length: 4 }),
    ipv6XfrmPolicy: ipv6('IPV6_XFRM_POLICY', 'bytes', 'struct', { ...root, ...writeOnly }),
  }
}
