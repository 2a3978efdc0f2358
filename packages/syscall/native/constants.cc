// The numbers of this system, by their C names: read from its headers when the addon is built.
#include <fcntl.h>
#include <linux/mptcp.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
// The kernel's own headers come last: they know options that are newer than the C library.
#include <asm/socket.h>
#include <linux/bpf.h>
#include <linux/errqueue.h>
#include <linux/in6.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "args.h"

// <netinet/tcp.h>, which has these, cannot be included beside <linux/tcp.h>; <linux/bpf.h> repeats them. So
// it is with <netinet/udp.h>.
#ifndef SOL_TCP
#define SOL_TCP IPPROTO_TCP
#endif
#ifndef SOL_UDP
#define SOL_UDP IPPROTO_UDP
#endif

// Newer than the headers of most build machines. The kernel never gives a number a second meaning.
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif
#ifndef TCP_IS_MPTCP
#define TCP_IS_MPTCP 43
#endif
#ifndef TCP_RTO_MAX_MS
#define TCP_RTO_MAX_MS 44
#endif
#ifndef TCP_RTO_MIN_US
#define TCP_RTO_MIN_US 45
#endif
#ifndef TCP_DELACK_MAX_US
#define TCP_DELACK_MAX_US 46
#endif

#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#endif
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif
#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif
#ifndef SCM_PIDFD
#define SCM_PIDFD 4
#endif

// Older kernel headers hide this one beside those of the C library, which lacks it.
#ifndef IPV6_FLOWINFO_SEND
#define IPV6_FLOWINFO_SEND 33
#endif

namespace netfd {
namespace {

struct Constant {
  const char* name;
  double value;
};

#define C(name) {#name, static_cast<double>(name)}

constexpr Constant kConstants[] = {
    // Address families.
    C(AF_UNSPEC), C(AF_UNIX), C(AF_INET), C(AF_INET6), C(AF_VSOCK),
    // Socket types.
    C(SOCK_STREAM), C(SOCK_DGRAM), C(SOCK_RAW), C(SOCK_SEQPACKET), C(SOCK_NONBLOCK),
    C(SOCK_CLOEXEC),
    // Numbers of protocols.
    C(IPPROTO_IP), C(IPPROTO_ICMP), C(IPPROTO_TCP), C(IPPROTO_UDP), C(IPPROTO_IPV6),
    C(IPPROTO_ICMPV6), C(IPPROTO_SCTP), C(IPPROTO_MPTCP),
    // Option levels.
    C(SOL_SOCKET), C(SOL_IP), C(SOL_TCP), C(SOL_IPV6), C(SOL_MPTCP), C(SOL_UDP),
    // Socket options.
    C(SO_ACCEPTCONN), C(SO_ATTACH_BPF), C(SO_ATTACH_FILTER), C(SO_ATTACH_REUSEPORT_CBPF),
    C(SO_ATTACH_REUSEPORT_EBPF), C(SO_BINDTODEVICE), C(SO_BINDTOIFINDEX), C(SO_BROADCAST),
    C(SO_BSDCOMPAT), C(SO_BUF_LOCK), C(SO_BUSY_POLL), C(SO_BUSY_POLL_BUDGET), C(SO_CNX_ADVICE),
    C(SO_COOKIE), C(SO_DEBUG), C(SO_DETACH_FILTER), C(SO_DOMAIN), C(SO_DONTROUTE), C(SO_ERROR),
    C(SO_INCOMING_CPU), C(SO_INCOMING_NAPI_ID), C(SO_KEEPALIVE), C(SO_LINGER), C(SO_LOCK_FILTER),
    C(SO_MARK), C(SO_MAX_PACING_RATE), C(SO_MEMINFO), C(SO_NETNS_COOKIE), C(SO_NOFCS),
    C(SO_NO_CHECK), C(SO_OOBINLINE), C(SO_ORIGINAL_DST), C(SO_PASSCRED), C(SO_PASSPIDFD),
    C(SO_PASSRIGHTS), C(SO_PASSSEC), C(SO_PEEK_OFF), C(SO_PEERCRED), C(SO_PEERGROUPS),
    C(SO_PEERNAME), C(SO_PEERPIDFD), C(SO_PEERSEC), C(SO_PREFER_BUSY_POLL), C(SO_PRIORITY),
    C(SO_PROTOCOL), C(SO_RCVBUF), C(SO_RCVBUFFORCE),
    C(SO_RCVLOWAT), C(SO_RCVMARK), C(SO_RCVTIMEO), C(SO_RESERVE_MEM), C(SO_REUSEADDR),
    C(SO_REUSEPORT), C(SO_RXQ_OVFL), C(SO_SELECT_ERR_QUEUE), C(SO_SNDBUF), C(SO_SNDBUFFORCE),
    C(SO_SNDLOWAT), C(SO_SNDTIMEO), C(SO_TIMESTAMP), C(SO_TIMESTAMPING), C(SO_TIMESTAMPNS),
    C(SO_TXREHASH), C(SO_TXTIME), C(SO_TYPE), C(SO_WIFI_STATUS), C(SO_ZEROCOPY), C(SOMAXCONN),
    // TCP options.
    C(TCP_CC_INFO), C(TCP_CM_INQ), C(TCP_CONGESTION), C(TCP_CORK), C(TCP_DEFER_ACCEPT),
    C(TCP_DELACK_MAX_US), C(TCP_FASTOPEN), C(TCP_FASTOPEN_CONNECT), C(TCP_FASTOPEN_KEY),
    C(TCP_FASTOPEN_NO_COOKIE), C(TCP_INFO), C(TCP_INQ), C(TCP_IS_MPTCP), C(TCP_KEEPCNT),
    C(TCP_KEEPIDLE), C(TCP_KEEPINTVL), C(TCP_LINGER2), C(TCP_MAXSEG), C(TCP_MD5SIG), C(TCP_NODELAY),
    C(TCP_NOTSENT_LOWAT), C(TCP_QUEUE_SEQ), C(TCP_QUICKACK), C(TCP_REPAIR), C(TCP_REPAIR_OPTIONS),
    C(TCP_REPAIR_QUEUE), C(TCP_REPAIR_WINDOW), C(TCP_RTO_MAX_MS), C(TCP_RTO_MIN_US),
    C(TCP_SAVED_SYN), C(TCP_SAVE_SYN), C(TCP_SYNCNT), C(TCP_THIN_DUPACK),
    C(TCP_THIN_LINEAR_TIMEOUTS), C(TCP_TIMESTAMP), C(TCP_TX_DELAY), C(TCP_ULP), C(TCP_USER_TIMEOUT),
    C(TCP_WINDOW_CLAMP), C(TCP_ZEROCOPY_RECEIVE), C(MPTCP_INFO),
    // TCP states.
    {"TCP_ESTABLISHED", BPF_TCP_ESTABLISHED}, {"TCP_SYN_SENT", BPF_TCP_SYN_SENT},
    {"TCP_SYN_RECV", BPF_TCP_SYN_RECV}, {"TCP_FIN_WAIT1", BPF_TCP_FIN_WAIT1},
    {"TCP_FIN_WAIT2", BPF_TCP_FIN_WAIT2}, {"TCP_TIME_WAIT", BPF_TCP_TIME_WAIT},
    {"TCP_CLOSE", BPF_TCP_CLOSE}, {"TCP_CLOSE_WAIT", BPF_TCP_CLOSE_WAIT},
    {"TCP_LAST_ACK", BPF_TCP_LAST_ACK}, {"TCP_LISTEN", BPF_TCP_LISTEN},
    {"TCP_CLOSING", BPF_TCP_CLOSING}, {"TCP_NEW_SYN_RECV", BPF_TCP_NEW_SYN_RECV},
    // UDP options.
    C(UDP_CORK), C(UDP_ENCAP), C(UDP_GRO), C(UDP_NO_CHECK6_RX), C(UDP_NO_CHECK6_TX), C(UDP_SEGMENT),
    // Multicast options, of IPv4 and of IPv6.
    C(MCAST_BLOCK_SOURCE), C(MCAST_JOIN_GROUP), C(MCAST_JOIN_SOURCE_GROUP), C(MCAST_LEAVE_GROUP),
    C(MCAST_LEAVE_SOURCE_GROUP), C(MCAST_UNBLOCK_SOURCE),
    // IPv4 options.
    C(IP_ADD_MEMBERSHIP), C(IP_ADD_SOURCE_MEMBERSHIP), C(IP_BIND_ADDRESS_NO_PORT),
    C(IP_BLOCK_SOURCE), C(IP_CHECKSUM), C(IP_DROP_MEMBERSHIP), C(IP_DROP_SOURCE_MEMBERSHIP),
    C(IP_FREEBIND), C(IP_HDRINCL), C(IP_IPSEC_POLICY), C(IP_LOCAL_PORT_RANGE), C(IP_MINTTL),
    C(IP_MSFILTER), C(IP_MTU), C(IP_MTU_DISCOVER), C(IP_MULTICAST_ALL), C(IP_MULTICAST_IF),
    C(IP_MULTICAST_LOOP), C(IP_MULTICAST_TTL), C(IP_NODEFRAG), C(IP_OPTIONS), C(IP_PASSSEC),
    C(IP_PKTINFO), C(IP_PKTOPTIONS), C(IP_PMTUDISC_DO), C(IP_PMTUDISC_DONT),
    C(IP_PMTUDISC_INTERFACE), C(IP_PMTUDISC_OMIT), C(IP_PMTUDISC_PROBE), C(IP_PMTUDISC_WANT),
    C(IP_RECVERR), C(IP_RECVERR_RFC4884), C(IP_RECVFRAGSIZE), C(IP_RECVOPTS), C(IP_RECVORIGDSTADDR),
    C(IP_RECVTOS), C(IP_RECVTTL), C(IP_RETOPTS), C(IP_ROUTER_ALERT), C(IP_TOS), C(IP_TRANSPARENT),
    C(IP_TTL), C(IP_UNBLOCK_SOURCE), C(IP_UNICAST_IF), C(IP_XFRM_POLICY),
    // IPv6 options.
    C(IPV6_ADDR_PREFERENCES), C(IPV6_ADDRFORM), C(IPV6_ADD_MEMBERSHIP), C(IPV6_AUTOFLOWLABEL),
    C(IPV6_CHECKSUM), C(IPV6_DONTFRAG), C(IPV6_DROP_MEMBERSHIP), C(IPV6_DSTOPTS),
    C(IPV6_FLOWINFO_SEND), C(IPV6_FREEBIND), C(IPV6_HDRINCL), C(IPV6_HOPLIMIT), C(IPV6_HOPOPTS),
    C(IPV6_IPSEC_POLICY),
    C(IPV6_JOIN_ANYCAST), C(IPV6_LEAVE_ANYCAST), C(IPV6_MINHOPCOUNT), C(IPV6_MTU),
    C(IPV6_MTU_DISCOVER), C(IPV6_MULTICAST_ALL), C(IPV6_MULTICAST_HOPS), C(IPV6_MULTICAST_IF),
    C(IPV6_MULTICAST_LOOP), C(IPV6_NEXTHOP), C(IPV6_PKTINFO), C(IPV6_RECVERR), C(IPV6_RECVDSTOPTS),
    C(IPV6_RECVERR_RFC4884), C(IPV6_RECVFRAGSIZE), C(IPV6_RECVHOPLIMIT), C(IPV6_RECVHOPOPTS),
    C(IPV6_RECVORIGDSTADDR), C(IPV6_RECVPATHMTU), C(IPV6_RECVPKTINFO), C(IPV6_RECVRTHDR),
    C(IPV6_RECVTCLASS), C(IPV6_ROUTER_ALERT), C(IPV6_RTHDR), C(IPV6_RTHDRDSTOPTS), C(IPV6_TCLASS),
    C(IPV6_TRANSPARENT), C(IPV6_UNICAST_HOPS), C(IPV6_UNICAST_IF), C(IPV6_V6ONLY),
    C(IPV6_XFRM_POLICY), C(IP6T_SO_ORIGINAL_DST),
    // For epoll_create1(2), epoll_ctl(2) and epoll_wait(2).
    C(EPOLLIN), C(EPOLLOUT), C(EPOLLERR), C(EPOLLHUP), C(EPOLLRDHUP), C(EPOLLPRI), C(EPOLLET),
    C(EPOLLONESHOT), C(EPOLLEXCLUSIVE), C(EPOLLWAKEUP), C(EPOLLMSG), C(EPOLLRDNORM), C(EPOLLRDBAND),
    C(EPOLLWRNORM), C(EPOLLWRBAND), C(EPOLL_CTL_ADD), C(EPOLL_CTL_MOD), C(EPOLL_CTL_DEL),
    C(EPOLL_CLOEXEC),
    // Message flags.
    C(MSG_BATCH), C(MSG_CMSG_CLOEXEC), C(MSG_CONFIRM), C(MSG_CTRUNC), C(MSG_DONTROUTE),
    C(MSG_DONTWAIT), C(MSG_EOR), C(MSG_ERRQUEUE), C(MSG_FASTOPEN), C(MSG_MORE), C(MSG_NOSIGNAL),
    C(MSG_OOB), C(MSG_PEEK), C(MSG_TRUNC), C(MSG_WAITALL), C(MSG_WAITFORONE), C(MSG_ZEROCOPY),
    // Control messages.
    C(SCM_RIGHTS), C(SCM_CREDENTIALS), C(SCM_PIDFD), C(SCM_TIMESTAMP), C(SCM_TIMESTAMPING),
    C(SCM_TIMESTAMPNS),
    // Where an error of the error queue comes from.
    C(SO_EE_ORIGIN_ICMP), C(SO_EE_ORIGIN_ICMP6), C(SO_EE_ORIGIN_LOCAL), C(SO_EE_ORIGIN_NONE),
    C(SO_EE_ORIGIN_TIMESTAMPING), C(SO_EE_ORIGIN_TXTIME), C(SO_EE_ORIGIN_ZEROCOPY),
    // For shutdown(2).
    C(SHUT_RD), C(SHUT_WR), C(SHUT_RDWR),
    // For open(2) and fcntl(2).
    C(O_RDONLY), C(O_WRONLY), C(O_RDWR), C(O_ACCMODE), C(O_NONBLOCK), C(O_CLOEXEC), C(O_APPEND),
    C(O_DIRECT), C(FD_CLOEXEC), C(F_GETFD), C(F_SETFD), C(F_GETFL), C(F_SETFL), C(F_DUPFD_CLOEXEC),
    C(F_GETPIPE_SZ), C(F_SETPIPE_SZ),
    // Flags of eventfd(2).
    C(EFD_CLOEXEC), C(EFD_NONBLOCK), C(EFD_SEMAPHORE),
    // Flags of splice(2).
    C(SPLICE_F_MOVE), C(SPLICE_F_NONBLOCK), C(SPLICE_F_MORE),
};

#undef C

struct Errno {
  const char* name;
  int number;
  const char* message;
};

// The texts are part of what users match on, so they stand here instead of coming from strerror(3),
// whose wording differs between C libraries.
#define E(name, message) {#name, name, message}

constexpr Errno kErrnos[] = {
    E(EPERM, "operation not permitted"),
    E(ENOENT, "no such file or directory"),
    E(ESRCH, "no such process"),
    E(EINTR, "interrupted system call"),
    E(EIO, "input/output error"),
    E(ENXIO, "no such device or address"),
    E(E2BIG, "argument list too long"),
    E(ENOEXEC, "exec format error"),
    E(EBADF, "bad file descriptor"),
    E(ECHILD, "no child processes"),
    E(EAGAIN, "resource temporarily unavailable"),
    E(ENOMEM, "cannot allocate memory"),
    E(EACCES, "permission denied"),
    E(EFAULT, "bad address"),
    E(ENOTBLK, "block device required"),
    E(EBUSY, "device or resource busy"),
    E(EEXIST, "file exists"),
    E(EXDEV, "invalid cross-device link"),
    E(ENODEV, "no such device"),
    E(ENOTDIR, "not a directory"),
    E(EISDIR, "is a directory"),
    E(EINVAL, "invalid argument"),
    E(ENFILE, "too many open files in system"),
    E(EMFILE, "too many open files"),
    E(ENOTTY, "inappropriate ioctl for device"),
    E(ETXTBSY, "text file busy"),
    E(EFBIG, "file too large"),
    E(ENOSPC, "no space left on device"),
    E(ESPIPE, "illegal seek"),
    E(EROFS, "read-only file system"),
    E(EMLINK, "too many links"),
    E(EPIPE, "broken pipe"),
    E(EDOM, "numerical argument out of domain"),
    E(ERANGE, "numerical result out of range"),
    E(EDEADLK, "resource deadlock avoided"),
    E(ENAMETOOLONG, "file name too long"),
    E(ENOLCK, "no locks available"),
    E(ENOSYS, "function not implemented"),
    E(ENOTEMPTY, "directory not empty"),
    E(ELOOP, "too many levels of symbolic links"),
    E(ENOMSG, "no message of desired type"),
    E(EIDRM, "identifier removed"),
    E(ECHRNG, "channel number out of range"),
    E(EL2NSYNC, "level 2 not synchronized"),
    E(EL3HLT, "level 3 halted"),
    E(EL3RST, "level 3 reset"),
    E(ELNRNG, "link number out of range"),
    E(EUNATCH, "protocol driver not attached"),
    E(ENOCSI, "no CSI structure available"),
    E(EL2HLT, "level 2 halted"),
    E(EBADE, "invalid exchange"),
    E(EBADR, "invalid request descriptor"),
    E(EXFULL, "exchange full"),
    E(ENOANO, "no anode"),
    E(EBADRQC, "invalid request code"),
    E(EBADSLT, "invalid slot"),
    E(EBFONT, "bad font file format"),
    E(ENOSTR, "device not a stream"),
    E(ENODATA, "no data available"),
    E(ETIME, "timer expired"),
    E(ENOSR, "out of streams resources"),
    E(ENONET, "machine is not on the network"),
    E(ENOPKG, "package not installed"),
    E(EREMOTE, "object is remote"),
    E(ENOLINK, "link has been severed"),
    E(EADV, "advertise error"),
    E(ESRMNT, "srmount error"),
    E(ECOMM, "communication error on send"),
    E(EPROTO, "protocol error"),
    E(EMULTIHOP, "multihop attempted"),
    E(EDOTDOT, "RFS specific error"),
    E(EBADMSG, "bad message"),
    E(EOVERFLOW, "value too large for defined data type"),
    E(ENOTUNIQ, "name not unique on network"),
    E(EBADFD, "file descriptor in bad state"),
    E(EREMCHG, "remote address changed"),
    E(ELIBACC, "can not access a needed shared library"),
    E(ELIBBAD, "accessing a corrupted shared library"),
    E(ELIBSCN, ".lib section in a.out corrupted"),
    E(ELIBMAX, "attempting to link in too many shared libraries"),
    E(ELIBEXEC, "cannot exec a shared library directly"),
    E(EILSEQ, "invalid or incomplete multibyte or wide character"),
    E(ERESTART, "interrupted system call should be restarted"),
    E(ESTRPIPE, "streams pipe error"),
    E(EUSERS, "too many users"),
    E(ENOTSOCK, "socket operation on non-socket"),
    E(EDESTADDRREQ, "destination address required"),
    E(EMSGSIZE, "message too long"),
    E(EPROTOTYPE, "protocol wrong type for socket"),
    E(ENOPROTOOPT, "protocol not available"),
    E(EPROTONOSUPPORT, "protocol not supported"),
    E(ESOCKTNOSUPPORT, "socket type not supported"),
    E(EOPNOTSUPP, "operation not supported"),
    E(EPFNOSUPPORT, "protocol family not supported"),
    E(EAFNOSUPPORT, "address family not supported by protocol"),
    E(EADDRINUSE, "address already in use"),
    E(EADDRNOTAVAIL, "cannot assign requested address"),
    E(ENETDOWN, "network is down"),
    E(ENETUNREACH, "network is unreachable"),
    E(ENETRESET, "network dropped connection on reset"),
    E(ECONNABORTED, "software caused connection abort"),
    E(ECONNRESET, "connection reset by peer"),
    E(ENOBUFS, "no buffer space available"),
    E(EISCONN, "transport endpoint is already connected"),
    E(ENOTCONN, "transport endpoint is not connected"),
    E(ESHUTDOWN, "cannot send after transport endpoint shutdown"),
    E(ETOOMANYREFS, "too many references: cannot splice"),
    E(ETIMEDOUT, "connection timed out"),
    E(ECONNREFUSED, "connection refused"),
    E(EHOSTDOWN, "host is down"),
    E(EHOSTUNREACH, "no route to host"),
    E(EALREADY, "operation already in progress"),
    E(EINPROGRESS, "operation now in progress"),
    E(ESTALE, "stale file handle"),
    E(EUCLEAN, "structure needs cleaning"),
    E(ENOTNAM, "not a XENIX named type file"),
    E(ENAVAIL, "no XENIX semaphores available"),
    E(EISNAM, "is a named type file"),
    E(EREMOTEIO, "remote I/O error"),
    E(EDQUOT, "disk quota exceeded"),
    E(ENOMEDIUM, "no medium found"),
    E(EMEDIUMTYPE, "wrong medium type"),
    E(ECANCELED, "operation canceled"),
    E(ENOKEY, "required key not available"),
    E(EKEYEXPIRED, "key has expired"),
    E(EKEYREVOKED, "key has been revoked"),
    E(EKEYREJECTED, "key was rejected by service"),
    E(EOWNERDEAD, "owner died"),
    E(ENOTRECOVERABLE, "state not recoverable"),
    E(ERFKILL, "operation not possible due to RF-kill"),
    E(EHWPOISON, "memory page has hardware error"),
};

#undef E

Napi::Value Constants(const Napi::CallbackInfo& info) {
  Napi::Object constants = Napi::Object::New(info.Env());
  for (const Constant& c : kConstants) constants.Set(c.name, c.value);
  return constants;
}

Napi::Value Errnos(const Napi::CallbackInfo& info) {
  Napi::Array errnos = Napi::Array::New(info.Env());
  uint32_t i = 0;
  for (const Errno& e : kErrnos) {
    Napi::Array row = Napi::Array::New(info.Env(), 3);
    row.Set(0u, Napi::String::New(info.Env(), e.name));
    row.Set(1u, Napi::Number::New(info.Env(), e.number));
    row.Set(2u, Napi::String::New(info.Env(), e.message));
    errnos.Set(i++, row);
  }
  return errnos;
}

}  // namespace

// scripts/generate.mjs asks for these and writes them down; a test compares. A program that uses the
// package never does, so that loading the addon makes no object of four hundred names.
void ExportConstants(Napi::Env env, Napi::Object exports) {
  // Name to number.
  OWN(constants, Constants, (): Readonly<Record<string, number>>);

  // Of every error.
  OWN(errnos, Errnos, (): readonly [name: string, number: number, message: string][]);
}

}  // namespace netfd
