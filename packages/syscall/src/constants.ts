// Go: syscall/zerrors_linux_amd64.go. Written by scripts/generate.mjs from the list in
// native/constants.cc, which has the numbers from the system's headers: do not edit it here.

/** Address families. */
export const AF_UNSPEC = 0
/** Address families. */
export const AF_UNIX = 1
/** Address families. */
export const AF_INET = 2
/** Address families. */
export const AF_INET6 = 10
/** Address families. */
export const AF_VSOCK = 40
/** Socket types. */
export const SOCK_STREAM = 1
/** Socket types. */
export const SOCK_DGRAM = 2
/** Socket types. */
export const SOCK_RAW = 3
/** Socket types. */
export const SOCK_SEQPACKET = 5
/** Socket types. */
export const SOCK_NONBLOCK = 2048
/** Socket types. */
export const SOCK_CLOEXEC = 524288
/** Numbers of protocols. */
export const IPPROTO_IP = 0
/** Numbers of protocols. */
export const IPPROTO_ICMP = 1
/** Numbers of protocols. */
export const IPPROTO_TCP = 6
/** Numbers of protocols. */
export const IPPROTO_UDP = 17
/** Numbers of protocols. */
export const IPPROTO_IPV6 = 41
/** Numbers of protocols. */
export const IPPROTO_ICMPV6 = 58
/** Numbers of protocols. */
export const IPPROTO_SCTP = 132
/** Numbers of protocols. */
export const IPPROTO_MPTCP = 262
/** Option levels. */
export const SOL_SOCKET = 1
/** Option levels. */
export const SOL_IP = 0
/** Option levels. */
export const SOL_TCP = 6
/** Option levels. */
export const SOL_IPV6 = 41
/** Option levels. */
export const SOL_MPTCP = 284
/** Option levels. */
export const SOL_UDP = 17
/** Socket options. */
export const SO_ACCEPTCONN = 30
/** Socket options. */
export const SO_ATTACH_BPF = 50
/** Socket options. */
export const SO_ATTACH_FILTER = 26
/** Socket options. */
export const SO_ATTACH_REUSEPORT_CBPF = 51
/** Socket options. */
export const SO_ATTACH_REUSEPORT_EBPF = 52
/** Socket options. */
export const SO_BINDTODEVICE = 25
/** Socket options. */
export const SO_BINDTOIFINDEX = 62
/** Socket options. */
export const SO_BROADCAST = 6
/** Socket options. */
export const SO_BSDCOMPAT = 14
/** Socket options. */
export const SO_BUF_LOCK = 72
/** Socket options. */
export const SO_BUSY_POLL = 46
/** Socket options. */
export const SO_BUSY_POLL_BUDGET = 70
/** Socket options. */
export const SO_CNX_ADVICE = 53
/** Socket options. */
export const SO_COOKIE = 57
/** Socket options. */
export const SO_DEBUG = 1
/** Socket options. */
export const SO_DETACH_FILTER = 27
/** Socket options. */
export const SO_DOMAIN = 39
/** Socket options. */
export const SO_DONTROUTE = 5
/** Socket options. */
export const SO_ERROR = 4
/** Socket options. */
export const SO_INCOMING_CPU = 49
/** Socket options. */
export const SO_INCOMING_NAPI_ID = 56
/** Socket options. */
export const SO_KEEPALIVE = 9
/** Socket options. */
export const SO_LINGER = 13
/** Socket options. */
export const SO_LOCK_FILTER = 44
/** Socket options. */
export const SO_MARK = 36
/** Socket options. */
export const SO_MAX_PACING_RATE = 47
/** Socket options. */
export const SO_MEMINFO = 55
/** Socket options. */
export const SO_NETNS_COOKIE = 71
/** Socket options. */
export const SO_NOFCS = 43
/** Socket options. */
export const SO_NO_CHECK = 11
/** Socket options. */
export const SO_OOBINLINE = 10
/** Socket options. */
export const SO_ORIGINAL_DST = 80
/** Socket options. */
export const SO_PASSCRED = 16
/** Socket options. */
export const SO_PASSPIDFD = 76
/** Socket options. */
export const SO_PASSRIGHTS = 83
/** Socket options. */
export const SO_PASSSEC = 34
/** Socket options. */
export const SO_PEEK_OFF = 42
/** Socket options. */
export const SO_PEERCRED = 17
/** Socket options. */
export const SO_PEERGROUPS = 59
/** Socket options. */
export const SO_PEERNAME = 28
/** Socket options. */
export const SO_PEERPIDFD = 77
/** Socket options. */
export const SO_PEERSEC = 31
/** Socket options. */
export const SO_PREFER_BUSY_POLL = 69
/** Socket options. */
export const SO_PRIORITY = 12
/** Socket options. */
export const SO_PROTOCOL = 38
/** Socket options. */
export const SO_RCVBUF = 8
/** Socket options. */
export const SO_RCVBUFFORCE = 33
/** Socket options. */
export const SO_RCVLOWAT = 18
/** Socket options. */
export const SO_RCVMARK = 75
/** Socket options. */
export const SO_RCVTIMEO = 20
/** Socket options. */
export const SO_RESERVE_MEM = 73
/** Socket options. */
export const SO_REUSEADDR = 2
/** Socket options. */
export const SO_REUSEPORT = 15
/** Socket options. */
export const SO_RXQ_OVFL = 40
/** Socket options. */
export const SO_SELECT_ERR_QUEUE = 45
/** Socket options. */
export const SO_SNDBUF = 7
/** Socket options. */
export const SO_SNDBUFFORCE = 32
/** Socket options. */
export const SO_SNDLOWAT = 19
/** Socket options. */
export const SO_SNDTIMEO = 21
/** Socket options. */
export const SO_TIMESTAMP = 29
/** Socket options. */
export const SO_TIMESTAMPING = 37
/** Socket options. */
export const SO_TIMESTAMPNS = 35
/** Socket options. */
export const SO_TXREHASH = 74
/** Socket options. */
export const SO_TXTIME = 61
/** Socket options. */
export const SO_TYPE = 3
/** Socket options. */
export const SO_WIFI_STATUS = 41
/** Socket options. */
export const SO_ZEROCOPY = 60
/** Socket options. */
export const SOMAXCONN = 4096
/** TCP options. */
export const TCP_CC_INFO = 26
/** TCP options. */
export const TCP_CM_INQ = 36
/** TCP options. */
export const TCP_CONGESTION = 13
/** TCP options. */
export const TCP_CORK = 3
/** TCP options. */
export const TCP_DEFER_ACCEPT = 9
/** TCP options. */
export const TCP_DELACK_MAX_US = 46
/** TCP options. */
export const TCP_FASTOPEN = 23
/** TCP options. */
export const TCP_FASTOPEN_CONNECT = 30
/** TCP options. */
export const TCP_FASTOPEN_KEY = 33
/** TCP options. */
export const TCP_FASTOPEN_NO_COOKIE = 34
/** TCP options. */
export const TCP_INFO = 11
/** TCP options. */
export const TCP_INQ = 36
/** TCP options. */
export const TCP_IS_MPTCP = 43
/** TCP options. */
export const TCP_KEEPCNT = 6
/** TCP options. */
export const TCP_KEEPIDLE = 4
/** TCP options. */
export const TCP_KEEPINTVL = 5
/** TCP options. */
export const TCP_LINGER2 = 8
/** TCP options. */
export const TCP_MAXSEG = 2
/** TCP options. */
export const TCP_MD5SIG = 14
/** TCP options. */
export const TCP_NODELAY = 1
/** TCP options. */
export const TCP_NOTSENT_LOWAT = 25
/** TCP options. */
export const TCP_QUEUE_SEQ = 21
/** TCP options. */
export const TCP_QUICKACK = 12
/** TCP options. */
export const TCP_REPAIR = 19
/** TCP options. */
export const TCP_REPAIR_OPTIONS = 22
/** TCP options. */
export const TCP_REPAIR_QUEUE = 20
/** TCP options. */
export const TCP_REPAIR_WINDOW = 29
/** TCP options. */
export const TCP_RTO_MAX_MS = 44
/** TCP options. */
export const TCP_RTO_MIN_US = 45
/** TCP options. */
export const TCP_SAVED_SYN = 28
/** TCP options. */
export const TCP_SAVE_SYN = 27
/** TCP options. */
export const TCP_SYNCNT = 7
/** TCP options. */
export const TCP_THIN_DUPACK = 17
/** TCP options. */
export const TCP_THIN_LINEAR_TIMEOUTS = 16
/** TCP options. */
export const TCP_TIMESTAMP = 24
/** TCP options. */
export const TCP_TX_DELAY = 37
/** TCP options. */
export const TCP_ULP = 31
/** TCP options. */
export const TCP_USER_TIMEOUT = 18
/** TCP options. */
export const TCP_WINDOW_CLAMP = 10
/** TCP options. */
export const TCP_ZEROCOPY_RECEIVE = 35
/** TCP options. */
export const MPTCP_INFO = 1
/** TCP states. */
export const TCP_ESTABLISHED = 1
/** TCP states. */
export const TCP_SYN_SENT = 2
/** TCP states. */
export const TCP_SYN_RECV = 3
/** TCP states. */
export const TCP_FIN_WAIT1 = 4
/** TCP states. */
export const TCP_FIN_WAIT2 = 5
/** TCP states. */
export const TCP_TIME_WAIT = 6
/** TCP states. */
export const TCP_CLOSE = 7
/** TCP states. */
export const TCP_CLOSE_WAIT = 8
/** TCP states. */
export const TCP_LAST_ACK = 9
/** TCP states. */
export const TCP_LISTEN = 10
/** TCP states. */
export const TCP_CLOSING = 11
/** TCP states. */
export const TCP_NEW_SYN_RECV = 12
/** UDP options. */
export const UDP_CORK = 1
/** UDP options. */
export const UDP_ENCAP = 100
/** UDP options. */
export const UDP_GRO = 104
/** UDP options. */
export const UDP_NO_CHECK6_RX = 102
/** UDP options. */
export const UDP_NO_CHECK6_TX = 101
/** UDP options. */
export const UDP_SEGMENT = 103
/** Multicast options, of IPv4 and of IPv6. */
export const MCAST_BLOCK_SOURCE = 43
/** Multicast options, of IPv4 and of IPv6. */
export const MCAST_JOIN_GROUP = 42
/** Multicast options, of IPv4 and of IPv6. */
export const MCAST_JOIN_SOURCE_GROUP = 46
/** Multicast options, of IPv4 and of IPv6. */
export const MCAST_LEAVE_GROUP = 45
/** Multicast options, of IPv4 and of IPv6. */
export const MCAST_LEAVE_SOURCE_GROUP = 47
/** Multicast options, of IPv4 and of IPv6. */
export const MCAST_UNBLOCK_SOURCE = 44
/** IPv4 options. */
export const IP_ADD_MEMBERSHIP = 35
/** IPv4 options. */
export const IP_ADD_SOURCE_MEMBERSHIP = 39
/** IPv4 options. */
export const IP_BIND_ADDRESS_NO_PORT = 24
/** IPv4 options. */
export const IP_BLOCK_SOURCE = 38
/** IPv4 options. */
export const IP_CHECKSUM = 23
/** IPv4 options. */
export const IP_DROP_MEMBERSHIP = 36
/** IPv4 options. */
export const IP_DROP_SOURCE_MEMBERSHIP = 40
/** IPv4 options. */
export const IP_FREEBIND = 15
/** IPv4 options. */
export const IP_HDRINCL = 3
/** IPv4 options. */
export const IP_IPSEC_POLICY = 16
/** IPv4 options. */
export const IP_LOCAL_PORT_RANGE = 51
/** IPv4 options. */
export const IP_MINTTL = 21
/** IPv4 options. */
export const IP_MSFILTER = 41
/** IPv4 options. */
export const IP_MTU = 14
/** IPv4 options. */
export const IP_MTU_DISCOVER = 10
/** IPv4 options. */
export const IP_MULTICAST_ALL = 49
/** IPv4 options. */
export const IP_MULTICAST_IF = 32
/** IPv4 options. */
export const IP_MULTICAST_LOOP = 34
/** IPv4 options. */
export const IP_MULTICAST_TTL = 33
/** IPv4 options. */
export const IP_NODEFRAG = 22
/** IPv4 options. */
export const IP_OPTIONS = 4
/** IPv4 options. */
export const IP_PASSSEC = 18
/** IPv4 options. */
export const IP_PKTINFO = 8
/** IPv4 options. */
export const IP_PKTOPTIONS = 9
/** IPv4 options. */
export const IP_PMTUDISC_DO = 2
/** IPv4 options. */
export const IP_PMTUDISC_DONT = 0
/** IPv4 options. */
export const IP_PMTUDISC_INTERFACE = 4
/** IPv4 options. */
export const IP_PMTUDISC_OMIT = 5
/** IPv4 options. */
export const IP_PMTUDISC_PROBE = 3
/** IPv4 options. */
export const IP_PMTUDISC_WANT = 1
/** IPv4 options. */
export const IP_RECVERR = 11
/** IPv4 options. */
export const IP_RECVERR_RFC4884 = 26
/** IPv4 options. */
export const IP_RECVFRAGSIZE = 25
/** IPv4 options. */
export const IP_RECVOPTS = 6
/** IPv4 options. */
export const IP_RECVORIGDSTADDR = 20
/** IPv4 options. */
export const IP_RECVTOS = 13
/** IPv4 options. */
export const IP_RECVTTL = 12
/** IPv4 options. */
export const IP_RETOPTS = 7
/** IPv4 options. */
export const IP_ROUTER_ALERT = 5
/** IPv4 options. */
export const IP_TOS = 1
/** IPv4 options. */
export const IP_TRANSPARENT = 19
/** IPv4 options. */
export const IP_TTL = 2
/** IPv4 options. */
export const IP_UNBLOCK_SOURCE = 37
/** IPv4 options. */
export const IP_UNICAST_IF = 50
/** IPv4 options. */
export const IP_XFRM_POLICY = 17
/** IPv6 options. */
export const IPV6_ADDR_PREFERENCES = 72
/** IPv6 options. */
export const IPV6_ADDRFORM = 1
/** IPv6 options. */
export const IPV6_ADD_MEMBERSHIP = 20
/** IPv6 options. */
export const IPV6_AUTOFLOWLABEL = 70
/** IPv6 options. */
export const IPV6_CHECKSUM = 7
/** IPv6 options. */
export const IPV6_DONTFRAG = 62
/** IPv6 options. */
export const IPV6_DROP_MEMBERSHIP = 21
/** IPv6 options. */
export const IPV6_DSTOPTS = 59
/** IPv6 options. */
export const IPV6_FLOWINFO_SEND = 33
/** IPv6 options. */
export const IPV6_FREEBIND = 78
/** IPv6 options. */
export const IPV6_HDRINCL = 36
/** IPv6 options. */
export const IPV6_HOPLIMIT = 52
/** IPv6 options. */
export const IPV6_HOPOPTS = 54
/** IPv6 options. */
export const IPV6_IPSEC_POLICY = 34
/** IPv6 options. */
export const IPV6_JOIN_ANYCAST = 27
/** IPv6 options. */
export const IPV6_LEAVE_ANYCAST = 28
/** IPv6 options. */
export const IPV6_MINHOPCOUNT = 73
/** IPv6 options. */
export const IPV6_MTU = 24
/** IPv6 options. */
export const IPV6_MTU_DISCOVER = 23
/** IPv6 options. */
export const IPV6_MULTICAST_ALL = 29
/** IPv6 options. */
export const IPV6_MULTICAST_HOPS = 18
/** IPv6 options. */
export const IPV6_MULTICAST_IF = 17
/** IPv6 options. */
export const IPV6_MULTICAST_LOOP = 19
/** IPv6 options. */
export const IPV6_NEXTHOP = 9
/** IPv6 options. */
export const IPV6_PKTINFO = 50
/** IPv6 options. */
export const IPV6_RECVERR = 25
/** IPv6 options. */
export const IPV6_RECVDSTOPTS = 58
/** IPv6 options. */
export const IPV6_RECVERR_RFC4884 = 31
/** IPv6 options. */
export const IPV6_RECVFRAGSIZE = 77
/** IPv6 options. */
export const IPV6_RECVHOPLIMIT = 51
/** IPv6 options. */
export const IPV6_RECVHOPOPTS = 53
/** IPv6 options. */
export const IPV6_RECVORIGDSTADDR = 74
/** IPv6 options. */
export const IPV6_RECVPATHMTU = 60
/** IPv6 options. */
export const IPV6_RECVPKTINFO = 49
/** IPv6 options. */
export const IPV6_RECVRTHDR = 56
/** IPv6 options. */
export const IPV6_RECVTCLASS = 66
/** IPv6 options. */
export const IPV6_ROUTER_ALERT = 22
/** IPv6 options. */
export const IPV6_RTHDR = 57
/** IPv6 options. */
export const IPV6_RTHDRDSTOPTS = 55
/** IPv6 options. */
export const IPV6_TCLASS = 67
/** IPv6 options. */
export const IPV6_TRANSPARENT = 75
/** IPv6 options. */
export const IPV6_UNICAST_HOPS = 16
/** IPv6 options. */
export const IPV6_UNICAST_IF = 76
/** IPv6 options. */
export const IPV6_V6ONLY = 26
/** IPv6 options. */
export const IPV6_XFRM_POLICY = 35
/** IPv6 options. */
export const IP6T_SO_ORIGINAL_DST = 80
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLLIN = 1
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLLOUT = 4
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLLERR = 8
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLLHUP = 16
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLLRDHUP = 8192
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLLPRI = 2
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLLET = 2147483648
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLLONESHOT = 1073741824
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLLEXCLUSIVE = 268435456
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLLWAKEUP = 536870912
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLLMSG = 1024
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLLRDNORM = 64
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLLRDBAND = 128
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLLWRNORM = 256
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLLWRBAND = 512
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLL_CTL_ADD = 1
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLL_CTL_MOD = 3
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLL_CTL_DEL = 2
/** For epoll_create1(2), epoll_ctl(2) and epoll_wait(2). */
export const EPOLL_CLOEXEC = 524288
/** Message flags. */
export const MSG_BATCH = 262144
/** Message flags. */
export const MSG_CMSG_CLOEXEC = 1073741824
/** Message flags. */
export const MSG_CONFIRM = 2048
/** Message flags. */
export const MSG_CTRUNC = 8
/** Message flags. */
export const MSG_DONTROUTE = 4
/** Message flags. */
export const MSG_DONTWAIT = 64
/** Message flags. */
export const MSG_EOR = 128
/** Message flags. */
export const MSG_ERRQUEUE = 8192
/** Message flags. */
export const MSG_FASTOPEN = 536870912
/** Message flags. */
export const MSG_MORE = 32768
/** Message flags. */
export const MSG_NOSIGNAL = 16384
/** Message flags. */
export const MSG_OOB = 1
/** Message flags. */
export const MSG_PEEK = 2
/** Message flags. */
export const MSG_TRUNC = 32
/** Message flags. */
export const MSG_WAITALL = 256
/** Message flags. */
export const MSG_WAITFORONE = 65536
/** Message flags. */
export const MSG_ZEROCOPY = 67108864
/** Control messages. */
export const SCM_RIGHTS = 1
/** Control messages. */
export const SCM_CREDENTIALS = 2
/** Control messages. */
export const SCM_PIDFD = 4
/** Control messages. */
export const SCM_TIMESTAMP = 29
/** Control messages. */
export const SCM_TIMESTAMPING = 37
/** Control messages. */
export const SCM_TIMESTAMPNS = 35
/** Where an error of the error queue comes from. */
export const SO_EE_ORIGIN_ICMP = 2
/** Where an error of the error queue comes from. */
export const SO_EE_ORIGIN_ICMP6 = 3
/** Where an error of the error queue comes from. */
export const SO_EE_ORIGIN_LOCAL = 1
/** Where an error of the error queue comes from. */
export const SO_EE_ORIGIN_NONE = 0
/** Where an error of the error queue comes from. */
export const SO_EE_ORIGIN_TIMESTAMPING = 4
/** Where an error of the error queue comes from. */
export const SO_EE_ORIGIN_TXTIME = 6
/** Where an error of the error queue comes from. */
export const SO_EE_ORIGIN_ZEROCOPY = 5
/** For shutdown(2). */
export const SHUT_RD = 0
/** For shutdown(2). */
export const SHUT_WR = 1
/** For shutdown(2). */
export const SHUT_RDWR = 2
/** For open(2) and fcntl(2). */
export const O_RDONLY = 0
/** For open(2) and fcntl(2). */
export const O_WRONLY = 1
/** For open(2) and fcntl(2). */
export const O_RDWR = 2
/** For open(2) and fcntl(2). */
export const O_ACCMODE = 3
/** For open(2) and fcntl(2). */
export const O_NONBLOCK = 2048
/** For open(2) and fcntl(2). */
export const O_CLOEXEC = 524288
/** For open(2) and fcntl(2). */
export const O_APPEND = 1024
/** For open(2) and fcntl(2). */
export const O_DIRECT = process.arch === 'arm64' ? 0o200000 : 0o40000
/** For open(2) and fcntl(2). */
export const FD_CLOEXEC = 1
/** For open(2) and fcntl(2). */
export const F_GETFD = 1
/** For open(2) and fcntl(2). */
export const F_SETFD = 2
/** For open(2) and fcntl(2). */
export const F_GETFL = 3
/** For open(2) and fcntl(2). */
export const F_SETFL = 4
/** For open(2) and fcntl(2). */
export const F_DUPFD_CLOEXEC = 1030
/** For open(2) and fcntl(2). */
export const F_GETPIPE_SZ = 1032
/** For open(2) and fcntl(2). */
export const F_SETPIPE_SZ = 1031
/** Flags of eventfd(2). */
export const EFD_CLOEXEC = 524288
/** Flags of eventfd(2). */
export const EFD_NONBLOCK = 2048
/** Flags of eventfd(2). */
export const EFD_SEMAPHORE = 1
/** Flags of splice(2). */
export const SPLICE_F_MOVE = 1
/** Flags of splice(2). */
export const SPLICE_F_NONBLOCK = 2
/** Flags of splice(2). */
export const SPLICE_F_MORE = 4
/** Error number: operation not permitted. */
export const EPERM = 1
/** Error number: no such file or directory. */
export const ENOENT = 2
/** Error number: no such process. */
export const ESRCH = 3
/** Error number: interrupted system call. */
export const EINTR = 4
/** Error number: input/output error. */
export const EIO = 5
/** Error number: no such device or address. */
export const ENXIO = 6
/** Error number: argument list too long. */
export const E2BIG = 7
/** Error number: exec format error. */
export const ENOEXEC = 8
/** Error number: bad file descriptor. */
export const EBADF = 9
/** Error number: no child processes. */
export const ECHILD = 10
/** Error number: resource temporarily unavailable. */
export const EAGAIN = 11
/** Error number: cannot allocate memory. */
export const ENOMEM = 12
/** Error number: permission denied. */
export const EACCES = 13
/** Error number: bad address. */
export const EFAULT = 14
/** Error number: block device required. */
export const ENOTBLK = 15
/** Error number: device or resource busy. */
export const EBUSY = 16
/** Error number: file exists. */
export const EEXIST = 17
/** Error number: invalid cross-device link. */
export const EXDEV = 18
/** Error number: no such device. */
export const ENODEV = 19
/** Error number: not a directory. */
export const ENOTDIR = 20
/** Error number: is a directory. */
export const EISDIR = 21
/** Error number: invalid argument. */
export const EINVAL = 22
/** Error number: too many open files in system. */
export const ENFILE = 23
/** Error number: too many open files. */
export const EMFILE = 24
/** Error number: inappropriate ioctl for device. */
export const ENOTTY = 25
/** Error number: text file busy. */
export const ETXTBSY = 26
/** Error number: file too large. */
export const EFBIG = 27
/** Error number: no space left on device. */
export const ENOSPC = 28
/** Error number: illegal seek. */
export const ESPIPE = 29
/** Error number: read-only file system. */
export const EROFS = 30
/** Error number: too many links. */
export const EMLINK = 31
/** Error number: broken pipe. */
export const EPIPE = 32
/** Error number: numerical argument out of domain. */
export const EDOM = 33
/** Error number: numerical result out of range. */
export const ERANGE = 34
/** Error number: resource deadlock avoided. */
export const EDEADLK = 35
/** Error number: file name too long. */
export const ENAMETOOLONG = 36
/** Error number: no locks available. */
export const ENOLCK = 37
/** Error number: function not implemented. */
export const ENOSYS = 38
/** Error number: directory not empty. */
export const ENOTEMPTY = 39
/** Error number: too many levels of symbolic links. */
export const ELOOP = 40
/** Error number: no message of desired type. */
export const ENOMSG = 42
/** Error number: identifier removed. */
export const EIDRM = 43
/** Error number: channel number out of range. */
export const ECHRNG = 44
/** Error number: level 2 not synchronized. */
export const EL2NSYNC = 45
/** Error number: level 3 halted. */
export const EL3HLT = 46
/** Error number: level 3 reset. */
export const EL3RST = 47
/** Error number: link number out of range. */
export const ELNRNG = 48
/** Error number: protocol driver not attached. */
export const EUNATCH = 49
/** Error number: no CSI structure available. */
export const ENOCSI = 50
/** Error number: level 2 halted. */
export const EL2HLT = 51
/** Error number: invalid exchange. */
export const EBADE = 52
/** Error number: invalid request descriptor. */
export const EBADR = 53
/** Error number: exchange full. */
export const EXFULL = 54
/** Error number: no anode. */
export const ENOANO = 55
/** Error number: invalid request code. */
export const EBADRQC = 56
/** Error number: invalid slot. */
export const EBADSLT = 57
/** Error number: bad font file format. */
export const EBFONT = 59
/** Error number: device not a stream. */
export const ENOSTR = 60
/** Error number: no data available. */
export const ENODATA = 61
/** Error number: timer expired. */
export const ETIME = 62
/** Error number: out of streams resources. */
export const ENOSR = 63
/** Error number: machine is not on the network. */
export const ENONET = 64
/** Error number: package not installed. */
export const ENOPKG = 65
/** Error number: object is remote. */
export const EREMOTE = 66
/** Error number: link has been severed. */
export const ENOLINK = 67
/** Error number: advertise error. */
export const EADV = 68
/** Error number: srmount error. */
export const ESRMNT = 69
/** Error number: communication error on send. */
export const ECOMM = 70
/** Error number: protocol error. */
export const EPROTO = 71
/** Error number: multihop attempted. */
export const EMULTIHOP = 72
/** Error number: RFS specific error. */
export const EDOTDOT = 73
/** Error number: bad message. */
export const EBADMSG = 74
/** Error number: value too large for defined data type. */
export const EOVERFLOW = 75
/** Error number: name not unique on network. */
export const ENOTUNIQ = 76
/** Error number: file descriptor in bad state. */
export const EBADFD = 77
/** Error number: remote address changed. */
export const EREMCHG = 78
/** Error number: can not access a needed shared library. */
export const ELIBACC = 79
/** Error number: accessing a corrupted shared library. */
export const ELIBBAD = 80
/** Error number: .lib section in a.out corrupted. */
export const ELIBSCN = 81
/** Error number: attempting to link in too many shared libraries. */
export const ELIBMAX = 82
/** Error number: cannot exec a shared library directly. */
export const ELIBEXEC = 83
/** Error number: invalid or incomplete multibyte or wide character. */
export const EILSEQ = 84
/** Error number: interrupted system call should be restarted. */
export const ERESTART = 85
/** Error number: streams pipe error. */
export const ESTRPIPE = 86
/** Error number: too many users. */
export const EUSERS = 87
/** Error number: socket operation on non-socket. */
export const ENOTSOCK = 88
/** Error number: destination address required. */
export const EDESTADDRREQ = 89
/** Error number: message too long. */
export const EMSGSIZE = 90
/** Error number: protocol wrong type for socket. */
export const EPROTOTYPE = 91
/** Error number: protocol not available. */
export const ENOPROTOOPT = 92
/** Error number: protocol not supported. */
export const EPROTONOSUPPORT = 93
/** Error number: socket type not supported. */
export const ESOCKTNOSUPPORT = 94
/** Error number: operation not supported. */
export const EOPNOTSUPP = 95
/** Error number: protocol family not supported. */
export const EPFNOSUPPORT = 96
/** Error number: address family not supported by protocol. */
export const EAFNOSUPPORT = 97
/** Error number: address already in use. */
export const EADDRINUSE = 98
/** Error number: cannot assign requested address. */
export const EADDRNOTAVAIL = 99
/** Error number: network is down. */
export const ENETDOWN = 100
/** Error number: network is unreachable. */
export const ENETUNREACH = 101
/** Error number: network dropped connection on reset. */
export const ENETRESET = 102
/** Error number: software caused connection abort. */
export const ECONNABORTED = 103
/** Error number: connection reset by peer. */
export const ECONNRESET = 104
/** Error number: no buffer space available. */
export const ENOBUFS = 105
/** Error number: transport endpoint is already connected. */
export const EISCONN = 106
/** Error number: transport endpoint is not connected. */
export const ENOTCONN = 107
/** Error number: cannot send after transport endpoint shutdown. */
export const ESHUTDOWN = 108
/** Error number: too many references: cannot splice. */
export const ETOOMANYREFS = 109
/** Error number: connection timed out. */
export const ETIMEDOUT = 110
/** Error number: connection refused. */
export const ECONNREFUSED = 111
/** Error number: host is down. */
export const EHOSTDOWN = 112
/** Error number: no route to host. */
export const EHOSTUNREACH = 113
/** Error number: operation already in progress. */
export const EALREADY = 114
/** Error number: operation now in progress. */
export const EINPROGRESS = 115
/** Error number: stale file handle. */
export const ESTALE = 116
/** Error number: structure needs cleaning. */
export const EUCLEAN = 117
/** Error number: not a XENIX named type file. */
export const ENOTNAM = 118
/** Error number: no XENIX semaphores available. */
export const ENAVAIL = 119
/** Error number: is a named type file. */
export const EISNAM = 120
/** Error number: remote I/O error. */
export const EREMOTEIO = 121
/** Error number: disk quota exceeded. */
export const EDQUOT = 122
/** Error number: no medium found. */
export const ENOMEDIUM = 123
/** Error number: wrong medium type. */
export const EMEDIUMTYPE = 124
/** Error number: operation canceled. */
export const ECANCELED = 125
/** Error number: required key not available. */
export const ENOKEY = 126
/** Error number: key has expired. */
export const EKEYEXPIRED = 127
/** Error number: key has been revoked. */
export const EKEYREVOKED = 128
/** Error number: key was rejected by service. */
export const EKEYREJECTED = 129
/** Error number: owner died. */
export const EOWNERDEAD = 130
/** Error number: state not recoverable. */
export const ENOTRECOVERABLE = 131
/** Error number: operation not possible due to RF-kill. */
export const ERFKILL = 132
/** Error number: memory page has hardware error. */
export const EHWPOISON = 133

/** The C names of the numbers in `constants`. */
// biome-ignore format: a list of names reads better packed.
export type ConstantName =
  | 'AF_UNSPEC' | 'AF_UNIX' | 'AF_INET' | 'AF_INET6' | 'AF_VSOCK' | 'SOCK_STREAM' | 'SOCK_DGRAM'
  | 'SOCK_RAW' | 'SOCK_SEQPACKET' | 'SOCK_NONBLOCK' | 'SOCK_CLOEXEC' | 'IPPROTO_IP'
  | 'IPPROTO_ICMP' | 'IPPROTO_TCP' | 'IPPROTO_UDP' | 'IPPROTO_IPV6' | 'IPPROTO_ICMPV6'
  | 'IPPROTO_SCTP' | 'IPPROTO_MPTCP' | 'SOL_SOCKET' | 'SOL_IP' | 'SOL_TCP' | 'SOL_IPV6'
  | 'SOL_MPTCP' | 'SOL_UDP' | 'SO_ACCEPTCONN' | 'SO_ATTACH_BPF' | 'SO_ATTACH_FILTER'
  | 'SO_ATTACH_REUSEPORT_CBPF' | 'SO_ATTACH_REUSEPORT_EBPF' | 'SO_BINDTODEVICE'
  | 'SO_BINDTOIFINDEX' | 'SO_BROADCAST' | 'SO_BSDCOMPAT' | 'SO_BUF_LOCK' | 'SO_BUSY_POLL'
  | 'SO_BUSY_POLL_BUDGET' | 'SO_CNX_ADVICE' | 'SO_COOKIE' | 'SO_DEBUG' | 'SO_DETACH_FILTER'
  | 'SO_DOMAIN' | 'SO_DONTROUTE' | 'SO_ERROR' | 'SO_INCOMING_CPU' | 'SO_INCOMING_NAPI_ID'
  | 'SO_KEEPALIVE' | 'SO_LINGER' | 'SO_LOCK_FILTER' | 'SO_MARK' | 'SO_MAX_PACING_RATE'
  | 'SO_MEMINFO' | 'SO_NETNS_COOKIE' | 'SO_NOFCS' | 'SO_NO_CHECK' | 'SO_OOBINLINE'
  | 'SO_ORIGINAL_DST' | 'SO_PASSCRED' | 'SO_PASSPIDFD' | 'SO_PASSRIGHTS' | 'SO_PASSSEC'
  | 'SO_PEEK_OFF' | 'SO_PEERCRED' | 'SO_PEERGROUPS' | 'SO_PEERNAME' | 'SO_PEERPIDFD' | 'SO_PEERSEC'
  | 'SO_PREFER_BUSY_POLL' | 'SO_PRIORITY' | 'SO_PROTOCOL' | 'SO_RCVBUF' | 'SO_RCVBUFFORCE'
  | 'SO_RCVLOWAT' | 'SO_RCVMARK' | 'SO_RCVTIMEO' | 'SO_RESERVE_MEM' | 'SO_REUSEADDR'
  | 'SO_REUSEPORT' | 'SO_RXQ_OVFL' | 'SO_SELECT_ERR_QUEUE' | 'SO_SNDBUF' | 'SO_SNDBUFFORCE'
  | 'SO_SNDLOWAT' | 'SO_SNDTIMEO' | 'SO_TIMESTAMP' | 'SO_TIMESTAMPING' | 'SO_TIMESTAMPNS'
  | 'SO_TXREHASH' | 'SO_TXTIME' | 'SO_TYPE' | 'SO_WIFI_STATUS' | 'SO_ZEROCOPY' | 'SOMAXCONN'
  | 'TCP_CC_INFO' | 'TCP_CM_INQ' | 'TCP_CONGESTION' | 'TCP_CORK' | 'TCP_DEFER_ACCEPT'
  | 'TCP_DELACK_MAX_US' | 'TCP_FASTOPEN' | 'TCP_FASTOPEN_CONNECT' | 'TCP_FASTOPEN_KEY'
  | 'TCP_FASTOPEN_NO_COOKIE' | 'TCP_INFO' | 'TCP_INQ' | 'TCP_IS_MPTCP' | 'TCP_KEEPCNT'
  | 'TCP_KEEPIDLE' | 'TCP_KEEPINTVL' | 'TCP_LINGER2' | 'TCP_MAXSEG' | 'TCP_MD5SIG' | 'TCP_NODELAY'
  | 'TCP_NOTSENT_LOWAT' | 'TCP_QUEUE_SEQ' | 'TCP_QUICKACK' | 'TCP_REPAIR' | 'TCP_REPAIR_OPTIONS'
  | 'TCP_REPAIR_QUEUE' | 'TCP_REPAIR_WINDOW' | 'TCP_RTO_MAX_MS' | 'TCP_RTO_MIN_US'
  | 'TCP_SAVED_SYN' | 'TCP_SAVE_SYN' | 'TCP_SYNCNT' | 'TCP_THIN_DUPACK'
  | 'TCP_THIN_LINEAR_TIMEOUTS' | 'TCP_TIMESTAMP' | 'TCP_TX_DELAY' | 'TCP_ULP' | 'TCP_USER_TIMEOUT'
  | 'TCP_WINDOW_CLAMP' | 'TCP_ZEROCOPY_RECEIVE' | 'MPTCP_INFO' | 'TCP_ESTABLISHED' | 'TCP_SYN_SENT'
  | 'TCP_SYN_RECV' | 'TCP_FIN_WAIT1' | 'TCP_FIN_WAIT2' | 'TCP_TIME_WAIT' | 'TCP_CLOSE'
  | 'TCP_CLOSE_WAIT' | 'TCP_LAST_ACK' | 'TCP_LISTEN' | 'TCP_CLOSING' | 'TCP_NEW_SYN_RECV'
  | 'UDP_CORK' | 'UDP_ENCAP' | 'UDP_GRO' | 'UDP_NO_CHECK6_RX' | 'UDP_NO_CHECK6_TX' | 'UDP_SEGMENT'
  | 'MCAST_BLOCK_SOURCE' | 'MCAST_JOIN_GROUP' | 'MCAST_JOIN_SOURCE_GROUP' | 'MCAST_LEAVE_GROUP'
  | 'MCAST_LEAVE_SOURCE_GROUP' | 'MCAST_UNBLOCK_SOURCE' | 'IP_ADD_MEMBERSHIP'
  | 'IP_ADD_SOURCE_MEMBERSHIP' | 'IP_BIND_ADDRESS_NO_PORT' | 'IP_BLOCK_SOURCE' | 'IP_CHECKSUM'
  | 'IP_DROP_MEMBERSHIP' | 'IP_DROP_SOURCE_MEMBERSHIP' | 'IP_FREEBIND' | 'IP_HDRINCL'
  | 'IP_IPSEC_POLICY' | 'IP_LOCAL_PORT_RANGE' | 'IP_MINTTL' | 'IP_MSFILTER' | 'IP_MTU'
  | 'IP_MTU_DISCOVER' | 'IP_MULTICAST_ALL' | 'IP_MULTICAST_IF' | 'IP_MULTICAST_LOOP'
  | 'IP_MULTICAST_TTL' | 'IP_NODEFRAG' | 'IP_OPTIONS' | 'IP_PASSSEC' | 'IP_PKTINFO'
  | 'IP_PKTOPTIONS' | 'IP_PMTUDISC_DO' | 'IP_PMTUDISC_DONT' | 'IP_PMTUDISC_INTERFACE'
  | 'IP_PMTUDISC_OMIT' | 'IP_PMTUDISC_PROBE' | 'IP_PMTUDISC_WANT' | 'IP_RECVERR'
  | 'IP_RECVERR_RFC4884' | 'IP_RECVFRAGSIZE' | 'IP_RECVOPTS' | 'IP_RECVORIGDSTADDR' | 'IP_RECVTOS'
  | 'IP_RECVTTL' | 'IP_RETOPTS' | 'IP_ROUTER_ALERT' | 'IP_TOS' | 'IP_TRANSPARENT' | 'IP_TTL'
  | 'IP_UNBLOCK_SOURCE' | 'IP_UNICAST_IF' | 'IP_XFRM_POLICY' | 'IPV6_ADDR_PREFERENCES'
  | 'IPV6_ADDRFORM' | 'IPV6_ADD_MEMBERSHIP' | 'IPV6_AUTOFLOWLABEL' | 'IPV6_CHECKSUM'
  | 'IPV6_DONTFRAG' | 'IPV6_DROP_MEMBERSHIP' | 'IPV6_DSTOPTS' | 'IPV6_FLOWINFO_SEND'
  | 'IPV6_FREEBIND' | 'IPV6_HDRINCL' | 'IPV6_HOPLIMIT' | 'IPV6_HOPOPTS' | 'IPV6_IPSEC_POLICY'
  | 'IPV6_JOIN_ANYCAST' | 'IPV6_LEAVE_ANYCAST' | 'IPV6_MINHOPCOUNT' | 'IPV6_MTU'
  | 'IPV6_MTU_DISCOVER' | 'IPV6_MULTICAST_ALL' | 'IPV6_MULTICAST_HOPS' | 'IPV6_MULTICAST_IF'
  | 'IPV6_MULTICAST_LOOP' | 'IPV6_NEXTHOP' | 'IPV6_PKTINFO' | 'IPV6_RECVERR' | 'IPV6_RECVDSTOPTS'
  | 'IPV6_RECVERR_RFC4884' | 'IPV6_RECVFRAGSIZE' | 'IPV6_RECVHOPLIMIT' | 'IPV6_RECVHOPOPTS'
  | 'IPV6_RECVORIGDSTADDR' | 'IPV6_RECVPATHMTU' | 'IPV6_RECVPKTINFO' | 'IPV6_RECVRTHDR'
  | 'IPV6_RECVTCLASS' | 'IPV6_ROUTER_ALERT' | 'IPV6_RTHDR' | 'IPV6_RTHDRDSTOPTS' | 'IPV6_TCLASS'
  | 'IPV6_TRANSPARENT' | 'IPV6_UNICAST_HOPS' | 'IPV6_UNICAST_IF' | 'IPV6_V6ONLY'
  | 'IPV6_XFRM_POLICY' | 'IP6T_SO_ORIGINAL_DST' | 'EPOLLIN' | 'EPOLLOUT' | 'EPOLLERR' | 'EPOLLHUP'
  | 'EPOLLRDHUP' | 'EPOLLPRI' | 'EPOLLET' | 'EPOLLONESHOT' | 'EPOLLEXCLUSIVE' | 'EPOLLWAKEUP'
  | 'EPOLLMSG' | 'EPOLLRDNORM' | 'EPOLLRDBAND' | 'EPOLLWRNORM' | 'EPOLLWRBAND' | 'EPOLL_CTL_ADD'
  | 'EPOLL_CTL_MOD' | 'EPOLL_CTL_DEL' | 'EPOLL_CLOEXEC' | 'MSG_BATCH' | 'MSG_CMSG_CLOEXEC'
  | 'MSG_CONFIRM' | 'MSG_CTRUNC' | 'MSG_DONTROUTE' | 'MSG_DONTWAIT' | 'MSG_EOR' | 'MSG_ERRQUEUE'
  | 'MSG_FASTOPEN' | 'MSG_MORE' | 'MSG_NOSIGNAL' | 'MSG_OOB' | 'MSG_PEEK' | 'MSG_TRUNC'
  | 'MSG_WAITALL' | 'MSG_WAITFORONE' | 'MSG_ZEROCOPY' | 'SCM_RIGHTS' | 'SCM_CREDENTIALS'
  | 'SCM_PIDFD' | 'SCM_TIMESTAMP' | 'SCM_TIMESTAMPING' | 'SCM_TIMESTAMPNS' | 'SO_EE_ORIGIN_ICMP'
  | 'SO_EE_ORIGIN_ICMP6' | 'SO_EE_ORIGIN_LOCAL' | 'SO_EE_ORIGIN_NONE' | 'SO_EE_ORIGIN_TIMESTAMPING'
  | 'SO_EE_ORIGIN_TXTIME' | 'SO_EE_ORIGIN_ZEROCOPY' | 'SHUT_RD' | 'SHUT_WR' | 'SHUT_RDWR'
  | 'O_RDONLY' | 'O_WRONLY' | 'O_RDWR' | 'O_ACCMODE' | 'O_NONBLOCK' | 'O_CLOEXEC' | 'O_APPEND'
  | 'O_DIRECT' | 'FD_CLOEXEC' | 'F_GETFD' | 'F_SETFD' | 'F_GETFL' | 'F_SETFL' | 'F_DUPFD_CLOEXEC'
  | 'F_GETPIPE_SZ' | 'F_SETPIPE_SZ' | 'EFD_CLOEXEC' | 'EFD_NONBLOCK' | 'EFD_SEMAPHORE'
  | 'SPLICE_F_MOVE' | 'SPLICE_F_NONBLOCK' | 'SPLICE_F_MORE' | 'EPERM' | 'ENOENT' | 'ESRCH'
  | 'EINTR' | 'EIO' | 'ENXIO' | 'E2BIG' | 'ENOEXEC' | 'EBADF' | 'ECHILD' | 'EAGAIN' | 'ENOMEM'
  | 'EACCES' | 'EFAULT' | 'ENOTBLK' | 'EBUSY' | 'EEXIST' | 'EXDEV' | 'ENODEV' | 'ENOTDIR'
  | 'EISDIR' | 'EINVAL' | 'ENFILE' | 'EMFILE' | 'ENOTTY' | 'ETXTBSY' | 'EFBIG' | 'ENOSPC'
  | 'ESPIPE' | 'EROFS' | 'EMLINK' | 'EPIPE' | 'EDOM' | 'ERANGE' | 'EDEADLK' | 'ENAMETOOLONG'
  | 'ENOLCK' | 'ENOSYS' | 'ENOTEMPTY' | 'ELOOP' | 'ENOMSG' | 'EIDRM' | 'ECHRNG' | 'EL2NSYNC'
  | 'EL3HLT' | 'EL3RST' | 'ELNRNG' | 'EUNATCH' | 'ENOCSI' | 'EL2HLT' | 'EBADE' | 'EBADR' | 'EXFULL'
  | 'ENOANO' | 'EBADRQC' | 'EBADSLT' | 'EBFONT' | 'ENOSTR' | 'ENODATA' | 'ETIME' | 'ENOSR'
  | 'ENONET' | 'ENOPKG' | 'EREMOTE' | 'ENOLINK' | 'EADV' | 'ESRMNT' | 'ECOMM' | 'EPROTO'
  | 'EMULTIHOP' | 'EDOTDOT' | 'EBADMSG' | 'EOVERFLOW' | 'ENOTUNIQ' | 'EBADFD' | 'EREMCHG'
  | 'ELIBACC' | 'ELIBBAD' | 'ELIBSCN' | 'ELIBMAX' | 'ELIBEXEC' | 'EILSEQ' | 'ERESTART' | 'ESTRPIPE'
  | 'EUSERS' | 'ENOTSOCK' | 'EDESTADDRREQ' | 'EMSGSIZE' | 'EPROTOTYPE' | 'ENOPROTOOPT'
  | 'EPROTONOSUPPORT' | 'ESOCKTNOSUPPORT' | 'EOPNOTSUPP' | 'EPFNOSUPPORT' | 'EAFNOSUPPORT'
  | 'EADDRINUSE' | 'EADDRNOTAVAIL' | 'ENETDOWN' | 'ENETUNREACH' | 'ENETRESET' | 'ECONNABORTED'
  | 'ECONNRESET' | 'ENOBUFS' | 'EISCONN' | 'ENOTCONN' | 'ESHUTDOWN' | 'ETOOMANYREFS' | 'ETIMEDOUT'
  | 'ECONNREFUSED' | 'EHOSTDOWN' | 'EHOSTUNREACH' | 'EALREADY' | 'EINPROGRESS' | 'ESTALE'
  | 'EUCLEAN' | 'ENOTNAM' | 'ENAVAIL' | 'EISNAM' | 'EREMOTEIO' | 'EDQUOT' | 'ENOMEDIUM'
  | 'EMEDIUMTYPE' | 'ECANCELED' | 'ENOKEY' | 'EKEYEXPIRED' | 'EKEYREVOKED' | 'EKEYREJECTED'
  | 'EOWNERDEAD' | 'ENOTRECOVERABLE' | 'ERFKILL' | 'EHWPOISON'

/**
 * Every constant by its C name (`AF_INET`, `EPOLLET`, `ECONNREFUSED` and so on), as the system's headers
 * have it. Each is exported under its own name too. Error numbers are positive.
 *
 * ```ts
 * import { constants, SOCK_STREAM } from '@netfd/syscall'
 * console.assert(constants.SOCK_STREAM === SOCK_STREAM)
 * ```
 */
// biome-ignore format: a list of names reads better packed.
export const constants: Readonly<Record<ConstantName, number>> = /* @__PURE__ */ Object.freeze({
  AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6, AF_VSOCK, SOCK_STREAM, SOCK_DGRAM, SOCK_RAW,
  SOCK_SEQPACKET, SOCK_NONBLOCK, SOCK_CLOEXEC, IPPROTO_IP, IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP,
  IPPROTO_IPV6, IPPROTO_ICMPV6, IPPROTO_SCTP, IPPROTO_MPTCP, SOL_SOCKET, SOL_IP, SOL_TCP, SOL_IPV6,
  SOL_MPTCP, SOL_UDP, SO_ACCEPTCONN, SO_ATTACH_BPF, SO_ATTACH_FILTER, SO_ATTACH_REUSEPORT_CBPF,
  SO_ATTACH_REUSEPORT_EBPF, SO_BINDTODEVICE, SO_BINDTOIFINDEX, SO_BROADCAST, SO_BSDCOMPAT,
  SO_BUF_LOCK, SO_BUSY_POLL, SO_BUSY_POLL_BUDGET, SO_CNX_ADVICE, SO_COOKIE, SO_DEBUG,
  SO_DETACH_FILTER, SO_DOMAIN, SO_DONTROUTE, SO_ERROR, SO_INCOMING_CPU, SO_INCOMING_NAPI_ID,
  SO_KEEPALIVE, SO_LINGER, SO_LOCK_FILTER, SO_MARK, SO_MAX_PACING_RATE, SO_MEMINFO,
  SO_NETNS_COOKIE, SO_NOFCS, SO_NO_CHECK, SO_OOBINLINE, SO_ORIGINAL_DST, SO_PASSCRED, SO_PASSPIDFD,
  SO_PASSRIGHTS, SO_PASSSEC, SO_PEEK_OFF, SO_PEERCRED, SO_PEERGROUPS, SO_PEERNAME, SO_PEERPIDFD,
  SO_PEERSEC, SO_PREFER_BUSY_POLL, SO_PRIORITY, SO_PROTOCOL, SO_RCVBUF, SO_RCVBUFFORCE,
  SO_RCVLOWAT, SO_RCVMARK, SO_RCVTIMEO, SO_RESERVE_MEM, SO_REUSEADDR, SO_REUSEPORT, SO_RXQ_OVFL,
  SO_SELECT_ERR_QUEUE, SO_SNDBUF, SO_SNDBUFFORCE, SO_SNDLOWAT, SO_SNDTIMEO, SO_TIMESTAMP,
  SO_TIMESTAMPING, SO_TIMESTAMPNS, SO_TXREHASH, SO_TXTIME, SO_TYPE, SO_WIFI_STATUS, SO_ZEROCOPY,
  SOMAXCONN, TCP_CC_INFO, TCP_CM_INQ, TCP_CONGESTION, TCP_CORK, TCP_DEFER_ACCEPT,
  TCP_DELACK_MAX_US, TCP_FASTOPEN, TCP_FASTOPEN_CONNECT, TCP_FASTOPEN_KEY, TCP_FASTOPEN_NO_COOKIE,
  TCP_INFO, TCP_INQ, TCP_IS_MPTCP, TCP_KEEPCNT, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_LINGER2,
  TCP_MAXSEG, TCP_MD5SIG, TCP_NODELAY, TCP_NOTSENT_LOWAT, TCP_QUEUE_SEQ, TCP_QUICKACK, TCP_REPAIR,
  TCP_REPAIR_OPTIONS, TCP_REPAIR_QUEUE, TCP_REPAIR_WINDOW, TCP_RTO_MAX_MS, TCP_RTO_MIN_US,
  TCP_SAVED_SYN, TCP_SAVE_SYN, TCP_SYNCNT, TCP_THIN_DUPACK, TCP_THIN_LINEAR_TIMEOUTS,
  TCP_TIMESTAMP, TCP_TX_DELAY, TCP_ULP, TCP_USER_TIMEOUT, TCP_WINDOW_CLAMP, TCP_ZEROCOPY_RECEIVE,
  MPTCP_INFO, TCP_ESTABLISHED, TCP_SYN_SENT, TCP_SYN_RECV, TCP_FIN_WAIT1, TCP_FIN_WAIT2,
  TCP_TIME_WAIT, TCP_CLOSE, TCP_CLOSE_WAIT, TCP_LAST_ACK, TCP_LISTEN, TCP_CLOSING,
  TCP_NEW_SYN_RECV, UDP_CORK, UDP_ENCAP, UDP_GRO, UDP_NO_CHECK6_RX, UDP_NO_CHECK6_TX, UDP_SEGMENT,
  MCAST_BLOCK_SOURCE, MCAST_JOIN_GROUP, MCAST_JOIN_SOURCE_GROUP, MCAST_LEAVE_GROUP,
  MCAST_LEAVE_SOURCE_GROUP, MCAST_UNBLOCK_SOURCE, IP_ADD_MEMBERSHIP, IP_ADD_SOURCE_MEMBERSHIP,
  IP_BIND_ADDRESS_NO_PORT, IP_BLOCK_SOURCE, IP_CHECKSUM, IP_DROP_MEMBERSHIP,
  IP_DROP_SOURCE_MEMBERSHIP, IP_FREEBIND, IP_HDRINCL, IP_IPSEC_POLICY, IP_LOCAL_PORT_RANGE,
  IP_MINTTL, IP_MSFILTER, IP_MTU, IP_MTU_DISCOVER, IP_MULTICAST_ALL, IP_MULTICAST_IF,
  IP_MULTICAST_LOOP, IP_MULTICAST_TTL, IP_NODEFRAG, IP_OPTIONS, IP_PASSSEC, IP_PKTINFO,
  IP_PKTOPTIONS, IP_PMTUDISC_DO, IP_PMTUDISC_DONT, IP_PMTUDISC_INTERFACE, IP_PMTUDISC_OMIT,
  IP_PMTUDISC_PROBE, IP_PMTUDISC_WANT, IP_RECVERR, IP_RECVERR_RFC4884, IP_RECVFRAGSIZE,
  IP_RECVOPTS, IP_RECVORIGDSTADDR, IP_RECVTOS, IP_RECVTTL, IP_RETOPTS, IP_ROUTER_ALERT, IP_TOS,
  IP_TRANSPARENT, IP_TTL, IP_UNBLOCK_SOURCE, IP_UNICAST_IF, IP_XFRM_POLICY, IPV6_ADDR_PREFERENCES,
  IPV6_ADDRFORM, IPV6_ADD_MEMBERSHIP, IPV6_AUTOFLOWLABEL, IPV6_CHECKSUM, IPV6_DONTFRAG,
  IPV6_DROP_MEMBERSHIP, IPV6_DSTOPTS, IPV6_FLOWINFO_SEND, IPV6_FREEBIND, IPV6_HDRINCL,
  IPV6_HOPLIMIT, IPV6_HOPOPTS, IPV6_IPSEC_POLICY, IPV6_JOIN_ANYCAST, IPV6_LEAVE_ANYCAST,
  IPV6_MINHOPCOUNT, IPV6_MTU, IPV6_MTU_DISCOVER, IPV6_MULTICAST_ALL, IPV6_MULTICAST_HOPS,
  IPV6_MULTICAST_IF, IPV6_MULTICAST_LOOP, IPV6_NEXTHOP, IPV6_PKTINFO, IPV6_RECVERR,
  IPV6_RECVDSTOPTS, IPV6_RECVERR_RFC4884, IPV6_RECVFRAGSIZE, IPV6_RECVHOPLIMIT, IPV6_RECVHOPOPTS,
  IPV6_RECVORIGDSTADDR, IPV6_RECVPATHMTU, IPV6_RECVPKTINFO, IPV6_RECVRTHDR, IPV6_RECVTCLASS,
  IPV6_ROUTER_ALERT, IPV6_RTHDR, IPV6_RTHDRDSTOPTS, IPV6_TCLASS, IPV6_TRANSPARENT,
  IPV6_UNICAST_HOPS, IPV6_UNICAST_IF, IPV6_V6ONLY, IPV6_XFRM_POLICY, IP6T_SO_ORIGINAL_DST, EPOLLIN,
  EPOLLOUT, EPOLLERR, EPOLLHUP, EPOLLRDHUP, EPOLLPRI, EPOLLET, EPOLLONESHOT, EPOLLEXCLUSIVE,
  EPOLLWAKEUP, EPOLLMSG, EPOLLRDNORM, EPOLLRDBAND, EPOLLWRNORM, EPOLLWRBAND, EPOLL_CTL_ADD,
  EPOLL_CTL_MOD, EPOLL_CTL_DEL, EPOLL_CLOEXEC, MSG_BATCH, MSG_CMSG_CLOEXEC, MSG_CONFIRM,
  MSG_CTRUNC, MSG_DONTROUTE, MSG_DONTWAIT, MSG_EOR, MSG_ERRQUEUE, MSG_FASTOPEN, MSG_MORE,
  MSG_NOSIGNAL, MSG_OOB, MSG_PEEK, MSG_TRUNC, MSG_WAITALL, MSG_WAITFORONE, MSG_ZEROCOPY,
  SCM_RIGHTS, SCM_CREDENTIALS, SCM_PIDFD, SCM_TIMESTAMP, SCM_TIMESTAMPING, SCM_TIMESTAMPNS,
  SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_ICMP6, SO_EE_ORIGIN_LOCAL, SO_EE_ORIGIN_NONE,
  SO_EE_ORIGIN_TIMESTAMPING, SO_EE_ORIGIN_TXTIME, SO_EE_ORIGIN_ZEROCOPY, SHUT_RD, SHUT_WR,
  SHUT_RDWR, O_RDONLY, O_WRONLY, O_RDWR, O_ACCMODE, O_NONBLOCK, O_CLOEXEC, O_APPEND, O_DIRECT,
  FD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC, F_GETPIPE_SZ, F_SETPIPE_SZ,
  EFD_CLOEXEC, EFD_NONBLOCK, EFD_SEMAPHORE, SPLICE_F_MOVE, SPLICE_F_NONBLOCK, SPLICE_F_MORE, EPERM,
  ENOENT, ESRCH, EINTR, EIO, ENXIO, E2BIG, ENOEXEC, EBADF, ECHILD, EAGAIN, ENOMEM, EACCES, EFAULT,
  ENOTBLK, EBUSY, EEXIST, EXDEV, ENODEV, ENOTDIR, EISDIR, EINVAL, ENFILE, EMFILE, ENOTTY, ETXTBSY,
  EFBIG, ENOSPC, ESPIPE, EROFS, EMLINK, EPIPE, EDOM, ERANGE, EDEADLK, ENAMETOOLONG, ENOLCK, ENOSYS,
  ENOTEMPTY, ELOOP, ENOMSG, EIDRM, ECHRNG, EL2NSYNC, EL3HLT, EL3RST, ELNRNG, EUNATCH, ENOCSI,
  EL2HLT, EBADE, EBADR, EXFULL, ENOANO, EBADRQC, EBADSLT, EBFONT, ENOSTR, ENODATA, ETIME, ENOSR,
  ENONET, ENOPKG, EREMOTE, ENOLINK, EADV, ESRMNT, ECOMM, EPROTO, EMULTIHOP, EDOTDOT, EBADMSG,
  EOVERFLOW, ENOTUNIQ, EBADFD, EREMCHG, ELIBACC, ELIBBAD, ELIBSCN, ELIBMAX, ELIBEXEC, EILSEQ,
  ERESTART, ESTRPIPE, EUSERS, ENOTSOCK, EDESTADDRREQ, EMSGSIZE, EPROTOTYPE, ENOPROTOOPT,
  EPROTONOSUPPORT, ESOCKTNOSUPPORT, EOPNOTSUPP, EPFNOSUPPORT, EAFNOSUPPORT, EADDRINUSE,
  EADDRNOTAVAIL, ENETDOWN, ENETUNREACH, ENETRESET, ECONNABORTED, ECONNRESET, ENOBUFS, EISCONN,
  ENOTCONN, ESHUTDOWN, ETOOMANYREFS, ETIMEDOUT, ECONNREFUSED, EHOSTDOWN, EHOSTUNREACH, EALREADY,
  EINPROGRESS, ESTALE, EUCLEAN, ENOTNAM, ENAVAIL, EISNAM, EREMOTEIO, EDQUOT, ENOMEDIUM,
  EMEDIUMTYPE, ECANCELED, ENOKEY, EKEYEXPIRED, EKEYREVOKED, EKEYREJECTED, EOWNERDEAD,
  ENOTRECOVERABLE, ERFKILL, EHWPOISON,
})

/** Name, number and Go's text of every error. */
export const errorRows = (): readonly (readonly [name: string, number: number, text: string])[] => [
  ['EPERM', EPERM, 'operation not permitted'],
  ['ENOENT', ENOENT, 'no such file or directory'],
  ['ESRCH', ESRCH, 'no such process'],
  ['EINTR', EINTR, 'interrupted system call'],
  ['EIO', EIO, 'input/output error'],
  ['ENXIO', ENXIO, 'no such device or address'],
  ['E2BIG', E2BIG, 'argument list too long'],
  ['ENOEXEC', ENOEXEC, 'exec format error'],
  ['EBADF', EBADF, 'bad file descriptor'],
  ['ECHILD', ECHILD, 'no child processes'],
  ['EAGAIN', EAGAIN, 'resource temporarily unavailable'],
  ['ENOMEM', ENOMEM, 'cannot allocate memory'],
  ['EACCES', EACCES, 'permission denied'],
  ['EFAULT', EFAULT, 'bad address'],
  ['ENOTBLK', ENOTBLK, 'block device required'],
  ['EBUSY', EBUSY, 'device or resource busy'],
  ['EEXIST', EEXIST, 'file exists'],
  ['EXDEV', EXDEV, 'invalid cross-device link'],
  ['ENODEV', ENODEV, 'no such device'],
  ['ENOTDIR', ENOTDIR, 'not a directory'],
  ['EISDIR', EISDIR, 'is a directory'],
  ['EINVAL', EINVAL, 'invalid argument'],
  ['ENFILE', ENFILE, 'too many open files in system'],
  ['EMFILE', EMFILE, 'too many open files'],
  ['ENOTTY', ENOTTY, 'inappropriate ioctl for device'],
  ['ETXTBSY', ETXTBSY, 'text file busy'],
  ['EFBIG', EFBIG, 'file too large'],
  ['ENOSPC', ENOSPC, 'no space left on device'],
  ['ESPIPE', ESPIPE, 'illegal seek'],
  ['EROFS', EROFS, 'read-only file system'],
  ['EMLINK', EMLINK, 'too many links'],
  ['EPIPE', EPIPE, 'broken pipe'],
  ['EDOM', EDOM, 'numerical argument out of domain'],
  ['ERANGE', ERANGE, 'numerical result out of range'],
  ['EDEADLK', EDEADLK, 'resource deadlock avoided'],
  ['ENAMETOOLONG', ENAMETOOLONG, 'file name too long'],
  ['ENOLCK', ENOLCK, 'no locks available'],
  ['ENOSYS', ENOSYS, 'function not implemented'],
  ['ENOTEMPTY', ENOTEMPTY, 'directory not empty'],
  ['ELOOP', ELOOP, 'too many levels of symbolic links'],
  ['ENOMSG', ENOMSG, 'no message of desired type'],
  ['EIDRM', EIDRM, 'identifier removed'],
  ['ECHRNG', ECHRNG, 'channel number out of range'],
  ['EL2NSYNC', EL2NSYNC, 'level 2 not synchronized'],
  ['EL3HLT', EL3HLT, 'level 3 halted'],
  ['EL3RST', EL3RST, 'level 3 reset'],
  ['ELNRNG', ELNRNG, 'link number out of range'],
  ['EUNATCH', EUNATCH, 'protocol driver not attached'],
  ['ENOCSI', ENOCSI, 'no CSI structure available'],
  ['EL2HLT', EL2HLT, 'level 2 halted'],
  ['EBADE', EBADE, 'invalid exchange'],
  ['EBADR', EBADR, 'invalid request descriptor'],
  ['EXFULL', EXFULL, 'exchange full'],
  ['ENOANO', ENOANO, 'no anode'],
  ['EBADRQC', EBADRQC, 'invalid request code'],
  ['EBADSLT', EBADSLT, 'invalid slot'],
  ['EBFONT', EBFONT, 'bad font file format'],
  ['ENOSTR', ENOSTR, 'device not a stream'],
  ['ENODATA', ENODATA, 'no data available'],
  ['ETIME', ETIME, 'timer expired'],
  ['ENOSR', ENOSR, 'out of streams resources'],
  ['ENONET', ENONET, 'machine is not on the network'],
  ['ENOPKG', ENOPKG, 'package not installed'],
  ['EREMOTE', EREMOTE, 'object is remote'],
  ['ENOLINK', ENOLINK, 'link has been severed'],
  ['EADV', EADV, 'advertise error'],
  ['ESRMNT', ESRMNT, 'srmount error'],
  ['ECOMM', ECOMM, 'communication error on send'],
  ['EPROTO', EPROTO, 'protocol error'],
  ['EMULTIHOP', EMULTIHOP, 'multihop attempted'],
  ['EDOTDOT', EDOTDOT, 'RFS specific error'],
  ['EBADMSG', EBADMSG, 'bad message'],
  ['EOVERFLOW', EOVERFLOW, 'value too large for defined data type'],
  ['ENOTUNIQ', ENOTUNIQ, 'name not unique on network'],
  ['EBADFD', EBADFD, 'file descriptor in bad state'],
  ['EREMCHG', EREMCHG, 'remote address changed'],
  ['ELIBACC', ELIBACC, 'can not access a needed shared library'],
  ['ELIBBAD', ELIBBAD, 'accessing a corrupted shared library'],
  ['ELIBSCN', ELIBSCN, '.lib section in a.out corrupted'],
  ['ELIBMAX', ELIBMAX, 'attempting to link in too many shared libraries'],
  ['ELIBEXEC', ELIBEXEC, 'cannot exec a shared library directly'],
  ['EILSEQ', EILSEQ, 'invalid or incomplete multibyte or wide character'],
  ['ERESTART', ERESTART, 'interrupted system call should be restarted'],
  ['ESTRPIPE', ESTRPIPE, 'streams pipe error'],
  ['EUSERS', EUSERS, 'too many users'],
  ['ENOTSOCK', ENOTSOCK, 'socket operation on non-socket'],
  ['EDESTADDRREQ', EDESTADDRREQ, 'destination address required'],
  ['EMSGSIZE', EMSGSIZE, 'message too long'],
  ['EPROTOTYPE', EPROTOTYPE, 'protocol wrong type for socket'],
  ['ENOPROTOOPT', ENOPROTOOPT, 'protocol not available'],
  ['EPROTONOSUPPORT', EPROTONOSUPPORT, 'protocol not supported'],
  ['ESOCKTNOSUPPORT', ESOCKTNOSUPPORT, 'socket type not supported'],
  ['EOPNOTSUPP', EOPNOTSUPP, 'operation not supported'],
  ['EPFNOSUPPORT', EPFNOSUPPORT, 'protocol family not supported'],
  ['EAFNOSUPPORT', EAFNOSUPPORT, 'address family not supported by protocol'],
  ['EADDRINUSE', EADDRINUSE, 'address already in use'],
  ['EADDRNOTAVAIL', EADDRNOTAVAIL, 'cannot assign requested address'],
  ['ENETDOWN', ENETDOWN, 'network is down'],
  ['ENETUNREACH', ENETUNREACH, 'network is unreachable'],
  ['ENETRESET', ENETRESET, 'network dropped connection on reset'],
  ['ECONNABORTED', ECONNABORTED, 'software caused connection abort'],
  ['ECONNRESET', ECONNRESET, 'connection reset by peer'],
  ['ENOBUFS', ENOBUFS, 'no buffer space available'],
  ['EISCONN', EISCONN, 'transport endpoint is already connected'],
  ['ENOTCONN', ENOTCONN, 'transport endpoint is not connected'],
  ['ESHUTDOWN', ESHUTDOWN, 'cannot send after transport endpoint shutdown'],
  ['ETOOMANYREFS', ETOOMANYREFS, 'too many references: cannot splice'],
  ['ETIMEDOUT', ETIMEDOUT, 'connection timed out'],
  ['ECONNREFUSED', ECONNREFUSED, 'connection refused'],
  ['EHOSTDOWN', EHOSTDOWN, 'host is down'],
  ['EHOSTUNREACH', EHOSTUNREACH, 'no route to host'],
  ['EALREADY', EALREADY, 'operation already in progress'],
  ['EINPROGRESS', EINPROGRESS, 'operation now in progress'],
  ['ESTALE', ESTALE, 'stale file handle'],
  ['EUCLEAN', EUCLEAN, 'structure needs cleaning'],
  ['ENOTNAM', ENOTNAM, 'not a XENIX named type file'],
  ['ENAVAIL', ENAVAIL, 'no XENIX semaphores available'],
  ['EISNAM', EISNAM, 'is a named type file'],
  ['EREMOTEIO', EREMOTEIO, 'remote I/O error'],
  ['EDQUOT', EDQUOT, 'disk quota exceeded'],
  ['ENOMEDIUM', ENOMEDIUM, 'no medium found'],
  ['EMEDIUMTYPE', EMEDIUMTYPE, 'wrong medium type'],
  ['ECANCELED', ECANCELED, 'operation canceled'],
  ['ENOKEY', ENOKEY, 'required key not available'],
  ['EKEYEXPIRED', EKEYEXPIRED, 'key has expired'],
  ['EKEYREVOKED', EKEYREVOKED, 'key has been revoked'],
  ['EKEYREJECTED', EKEYREJECTED, 'key was rejected by service'],
  ['EOWNERDEAD', EOWNERDEAD, 'owner died'],
  ['ENOTRECOVERABLE', ENOTRECOVERABLE, 'state not recoverable'],
  ['ERFKILL', ERFKILL, 'operation not possible due to RF-kill'],
  ['EHWPOISON', EHWPOISON, 'memory page has hardware error'],
]
