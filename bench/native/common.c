#define _GNU_SOURCE
#include "common.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

enum { SOURCE_ADDRESSES = 32 };

static int is_unix;

void use_unix(void) { is_unix = 1; }

void die(const char *format, ...) {
  int saved = errno;
  va_list args;
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  if (saved != 0) fprintf(stderr, ": %s", strerror(saved));
  fputc('\n', stderr);
  exit(1);
}

const char *text_option(int argc, char **argv, const char *name, const char *fallback) {
  for (int i = 1; i + 1 < argc; i++)
    if (strcmp(argv[i], name) == 0) return argv[i + 1];
  return fallback;
}

int64_t number_option(int argc, char **argv, const char *name, int64_t fallback) {
  const char *text = text_option(argc, argv, name, NULL);
  if (text == NULL) return fallback;
  char *end;
  errno = 0;
  long long value = strtoll(text, &end, 10);
  if (*text == '\0' || *end != '\0' || errno != 0) die("%s wants a number, not '%s'", name, text);
  return value;
}

uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void pin_to_core(int core) {
  if (core < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET((unsigned)core, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) die("cannot pin to core %d", core);
}

long raise_file_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) die("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) die("setrlimit");
  return (long)limit.rlim_cur;
}

void set_no_delay(int fd) {
  int on = 1;
  if (is_unix) return;
  if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) die("TCP_NODELAY");
}

static struct sockaddr_in loopback(uint32_t host, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(host);
  return address;
}

static struct sockaddr_un path_of(int port) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "/tmp/netfd-bench-%d.sock", port);
  return address;
}

static int open_unix(void) {
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  return fd;
}

static int listen_unix(int *port) {
  int fd = open_unix();
  struct sockaddr_un address = path_of(*port = getpid());
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) die("bind");
  if (listen(fd, 4096) != 0) die("listen");
  return fd;
}

int listen_loopback(int *port) {
  if (is_unix) return listen_unix(port);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  struct sockaddr_in address = loopback(INADDR_LOOPBACK, 0);
  socklen_t length = sizeof address;
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) die("bind");
  if (listen(fd, 4096) != 0) die("listen");
  if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) die("getsockname");
  *port = ntohs(address.sin_port);
  return fd;
}

static int connect_unix(int port) {
  int fd = open_unix();
  struct sockaddr_un target = path_of(port);
  if (connect(fd, (struct sockaddr *)&target, sizeof target) != 0) die("connect to %s", target.sun_path);
  return fd;
}

int start_connect(int port, int64_t index) {
  if (is_unix) return connect_unix(port);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket for connection %lld", (long long)index);
  // Without this option bind(2) would take an ephemeral port of its own before connect(2) can
  // tell which ports are free towards this peer.
  int on = 1;
  if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) != 0)
    die("IP_BIND_ADDRESS_NO_PORT");
  uint32_t host = (uint32_t)INADDR_LOOPBACK + 1 + (uint32_t)(index % SOURCE_ADDRESSES);
  struct sockaddr_in source = loopback(host, 0);
  if (bind(fd, (struct sockaddr *)&source, sizeof source) != 0) die("bind source address");
  set_no_delay(fd);
  struct sockaddr_in target = loopback(INADDR_LOOPBACK, port);
  if (connect(fd, (struct sockaddr *)&target, sizeof target) != 0 && errno != EINPROGRESS)
    die("connect to port %d", port);
  return fd;
}

void epoll_add(int epoll, int fd, uint32_t events, void *owner) {
  struct epoll_event event = {.events = events, .data.ptr = owner};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl ADD");
}

int read_command(char *line, int capacity) {
  int length = 0;
  for (;;) {
    char c;
    ssize_t n = read(STDIN_FILENO, &c, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) die("read from stdin");
    if (n == 0) return 0;
    if (c == '\n') break;
    if (length < capacity - 1) line[length++] = c;
  }
  line[length] = '\0';
  return 1;
}
