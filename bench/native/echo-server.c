// The limit: one thread, edge-triggered epoll, no call more than the work needs.
// Usage: echo-server MODE [--bytes N] [--buffer N] [--target PORT]
//   echo    sends back what arrives            sink    reads and discards until the end
//   source  on the first byte, sends --bytes   accept  accepts and closes at once
//   proxy   splices to 127.0.0.1:--target (proxy.c)   idle    is echo
//   pass    echo that closes the descriptors which come with the messages
// With --unix it listens on a local socket (common.h).
// Prints {"port":N}; answers a line "gc" with {"heapUsed":0} and a line "allocated"
// with {"allocated":0}; ends when stdin does.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"
#include "proxy.h"

enum mode { ECHO, SINK, SOURCE, ACCEPT, PROXY, PASS };
enum { MAX_EVENTS = 512, BUFFER = 64 * 1024 };

struct conn {
  int fd;
  int hung_up;      // RDHUP, HUP or ERR was seen: only another read can tell the end
  int64_t to_send;  // source: bytes that are still owed; -1 before the request came
  char *held;       // echo: bytes that send(2) would not take yet
  size_t held_off, held_len;
};

static enum mode mode;
static int epoll_fd, target_port;
static int64_t source_bytes;
static size_t buffer_size;
static char buffer[BUFFER];

static void drop(struct conn *c) {
  close(c->fd);
  free(c->held);
  free(c);
}

// Returns how much went out; fewer than n means that the socket is full, -1 that it is broken.
static ssize_t send_some(int fd, const char *data, size_t n) {
  size_t sent = 0;
  while (sent < n) {
    ssize_t m = send(fd, data + sent, n - sent, MSG_NOSIGNAL);
    if (m >= 0) sent += (size_t)m;
    else if (errno == EAGAIN) break;
    else if (errno != EINTR) return -1;
  }
  return (ssize_t)sent;
}

static int flush_held(struct conn *c) {
  if (c->held_len == 0) return 1;
  ssize_t sent = send_some(c->fd, c->held + c->held_off, c->held_len);
  if (sent < 0) return -1;
  c->held_off += (size_t)sent;
  c->held_len -= (size_t)sent;
  return c->held_len == 0;
}

static int hold(struct conn *c, const char *data, size_t n) {
  if (c->held == NULL && (c->held = malloc(BUFFER)) == NULL) die("malloc");
  memcpy(c->held, data, n);
  c->held_off = 0;
  c->held_len = n;
  return 1;
}

// Each handler returns 0 when the connection is over.
static int on_echo(struct conn *c) {
  int flushed = flush_held(c);
  if (flushed < 0) return 0;
  if (flushed == 0) return 1;
  for (;;) {
    ssize_t n = recv(c->fd, buffer, buffer_size, 0);
    if (n < 0 && errno == EAGAIN) return 1;
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return 0;
    ssize_t sent = send_some(c->fd, buffer, (size_t)n);
    if (sent < 0) return 0;
    if (sent < n) return hold(c, buffer + sent, (size_t)(n - sent));
    // A short read emptied the queue, and data that comes later brings an edge of its own.
    if ((size_t)n < buffer_size && !c->hung_up) return 1;
  }
}

// A message and its descriptor; the answer of few bytes always fits.
static int on_pass(struct conn *c) {
  for (;;) {
    union { struct cmsghdr header; char room[CMSG_SPACE(16 * sizeof(int))]; } control;
    struct iovec part = {buffer, buffer_size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t n = recvmsg(c->fd, &message, MSG_CMSG_CLOEXEC);
    if (n < 0 && errno == EAGAIN) return 1;
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return 0;
    for (struct cmsghdr *m = CMSG_FIRSTHDR(&message); m != NULL; m = CMSG_NXTHDR(&message, m))
      for (size_t i = 0; i < (m->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) close(((int *)(void *)CMSG_DATA(m))[i]);
    if (send_some(c->fd, buffer, (size_t)n) < n) return 0;
  }
}

static int on_sink(struct conn *c) {
  for (;;) {
    ssize_t n = recv(c->fd, buffer, buffer_size, 0);
    if (n < 0 && errno == EAGAIN) return 1;
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return 0;
    if ((size_t)n < buffer_size && !c->hung_up) return 1;
  }
}

static int on_source(struct conn *c) {
  if (c->to_send < 0) {
    char request;
    ssize_t n = recv(c->fd, &request, 1, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return 1;
    if (n <= 0) return 0;
    c->to_send = source_bytes;
  }
  while (c->to_send > 0) {
    size_t n = c->to_send < (int64_t)buffer_size ? (size_t)c->to_send : buffer_size;
    ssize_t sent = send_some(c->fd, buffer, n);
    if (sent < 0) return 0;
    c->to_send -= sent;
    if ((size_t)sent < n) return 1;
  }
  return 0;
}

static void on_accept(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && errno == EAGAIN) return;
    if (fd < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
    if (fd < 0) die("accept4");
    if (mode == ACCEPT) {
      close(fd);
      continue;
    }
    set_no_delay(fd);
    if (mode == PROXY) {
      proxy_open(epoll_fd, fd, target_port);
      continue;
    }
    struct conn *c = calloc(1, sizeof *c);
    if (c == NULL) die("calloc");
    c->fd = fd;
    c->to_send = -1;
    epoll_add(epoll_fd, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, c);
  }
}

static void on_conn(struct conn *c, uint32_t events) {
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) c->hung_up = 1;
  int alive;
  if (mode == ECHO) alive = events & EPOLLIN || c->held_len || c->hung_up ? on_echo(c) : 1;
  else if (mode == PASS) alive = on_pass(c);
  else if (mode == SINK) alive = on_sink(c);
  else alive = on_source(c);
  if (!alive) drop(c);
}

static void on_stdin(void) {
  char line[64];
  if (!read_command(line, sizeof line)) exit(0);
  if (strcmp(line, "gc") == 0) puts("{\"heapUsed\":0}");
  if (strcmp(line, "allocated") == 0) puts("{\"allocated\":0}");
}

static enum mode parse_mode(const char *name) {
  static const char *const names[] = {"echo", "sink", "source", "accept", "proxy", "pass"};
  if (strcmp(name, "idle") == 0) return ECHO;
  for (int i = 0; i < 6; i++)
    if (strcmp(name, names[i]) == 0) return (enum mode)i;
  errno = 0;
  die("unknown mode '%s'", name);
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGPIPE, SIG_IGN);
  mode = parse_mode(argc > 1 ? argv[1] : "echo");
  source_bytes = number_option(argc, argv, "--bytes", 1 << 30);
  target_port = (int)number_option(argc, argv, "--target", 0);
  buffer_size = (size_t)number_option(argc, argv, "--buffer", BUFFER);
  if (buffer_size < 1 || buffer_size > BUFFER) die("--buffer must be 1 to %d", BUFFER);
  raise_file_limit();
  for (int i = 1; i < argc; i++)
    if (strcmp(argv[i], "--unix") == 0) use_unix();

  int port, listener = listen_loopback(&port);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) die("epoll_create1");
  epoll_add(epoll_fd, listener, EPOLLIN | EPOLLET, &listener);
  epoll_add(epoll_fd, STDIN_FILENO, EPOLLIN, NULL);
  printf("{\"port\":%d}\n", port);

  static struct epoll_event events[MAX_EVENTS];
  for (;;) {
    int n = epoll_wait(epoll_fd, events, MAX_EVENTS, -1);
    if (n < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < n; i++) {
      void *owner = events[i].data.ptr;
      if (owner == NULL) on_stdin();
      else if (owner == &listener) on_accept(listener);
      else if (mode == PROXY) proxy_event(owner, events[i].events);
      else on_conn(owner, events[i].events);
    }
    if (mode == PROXY) proxy_sweep();
  }
}
