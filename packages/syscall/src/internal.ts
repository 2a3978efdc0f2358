// @netfd/syscall/internal: what @netfd/poll and @netfd/net load, in one file: of the rest of the package they
// use constants only, which are numbers and are built into them. The other entries, as Node loads them, take
// these modules from here (see tools/tsup.ts), so each exists once. It is no promise: any version may change it.
export { backend, ENOTSUP } from './backend.js'
export { native } from './binding.js'
export {
  cmsgAlign,
  cmsgLen,
  cmsgSpace,
  joinControl,
  parseSocketControlMessage,
  socketControlMessage,
} from './cmsg.js'
export {
  parsePktInfo,
  parseSegmentSize,
  parseTOS,
  parseTTL,
  pktInfo,
  segmentSize,
  tos,
  ttl,
} from './cmsg-ip.js'
export { parseDrops, parseExtendedErr, parseTimestamp } from './cmsg-socket.js'
export { parseUnixCredentials, parseUnixRights, unixCredentials, unixRights } from './cmsg-unix.js'
export { formatIP, parseIP } from './ip.js'
export type { HostCalls } from './kernel.js'
export { hostCalls, kernel } from './kernel.js'
export { decodeSockaddr, encodeSockaddr, SOCKADDR_STORAGE_SIZE, sockaddrOf } from './sockaddr.js'
export { sockopts } from './sockopt-table.js'
export { getOption, getOptionOf, setOption, setOptionOf } from './sockopt-typed.js'
export { must, SyscallError } from './syscall-error.js'
export { Watcher, watch } from './watch.js'
