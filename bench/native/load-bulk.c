// Many bytes one way, ended by the end of the stream, so every byte has been through the server.
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"
#include "load.h"

enum { MAX_EVENTS = 64, CHUNK = 256 * 1024 };

struct conn {
  int fd;
  int64_t left;  // bytes to send, or bytes still expected
  uint64_t start;
};

static struct conn *conns;
static int epoll_fd;
static char chunk[CHUNK];

static void bulk_open(const struct options *o) {
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) die("epoll_create1");
  conns = calloc((size_t)o->connections, sizeof *conns);
  if (conns == NULL) die("calloc");
  for (int64_t i = 0; i < o->connections; i++) {
    struct epoll_event event;
    conns[i].fd = start_connect(o->port, i);
    conns[i].left = o->bytes / o->connections + (i < o->bytes % o->connections);
    epoll_add(epoll_fd, conns[i].fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, &conns[i]);
    if (epoll_wait(epoll_fd, &event, 1, 5000) != 1 || !(event.events & EPOLLOUT))
      die("a connection was not accepted");
  }
}

// Handlers return 1 to go on, 0 when the connection ended well, -1 when it did not.
static int send_more(struct conn *c, struct result *r) {
  while (c->left > 0) {
    size_t n = c->left < CHUNK ? (size_t)c->left : CHUNK;
    ssize_t sent = send(c->fd, chunk, n, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) return 1;
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return -1;
    c->left -= sent;
    r->bytes += sent;
    if (c->left == 0) shutdown(c->fd, SHUT_WR);
  }
  char extra;
  ssize_t n = recv(c->fd, &extra, 1, 0);
  if (n < 0) return errno == EAGAIN || errno == EINTR ? 1 : -1;
  return n == 0 ? 0 : -1;
}

static int read_more(struct conn *c, struct result *r) {
  for (;;) {
    // MSG_TRUNC drops the bytes inside the kernel: the server is to be the bottleneck, not us.
    ssize_t n = recv(c->fd, NULL, 1 << 20, MSG_TRUNC);
    if (n < 0 && errno == EAGAIN) return 1;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) return c->left == 0 ? 0 : -1;
    c->left -= n;
    r->bytes += n;
  }
}

static void bulk_run(const struct options *o, struct result *r,
                     int (*step)(struct conn *, struct result *)) {
  struct epoll_event events[MAX_EVENTS];
  int64_t open = o->connections;
  uint64_t start = now_ns();
  for (int64_t i = 0; i < o->connections; i++) {
    conns[i].start = start;
    if (step == read_more && send(conns[i].fd, "g", 1, MSG_NOSIGNAL) != 1) die("send");
    if (step == send_more && send_more(&conns[i], r) < 0) die("send");
  }
  while (open > 0) {
    int n = epoll_wait(epoll_fd, events, MAX_EVENTS, 100);
    if (n < 0 && errno != EINTR) die("epoll_wait");
    uint64_t now = now_ns();
    if (now > o->give_up) {
      r->timed_out = 1;
      return;
    }
    for (int i = 0; i < n; i++) {
      struct conn *c = events[i].data.ptr;
      int state = step(c, r);
      if (state > 0) continue;
      if (state == 0) r->requests++;
      else r->errors++;
      histogram_add(&r->latency, now_ns() - c->start);
      close(c->fd);
      open--;
    }
  }
}

static void upload_run(const struct options *o, struct result *r) { bulk_run(o, r, send_more); }
static void download_run(const struct options *o, struct result *r) { bulk_run(o, r, read_more); }

const struct workload upload_load = {"upload", bulk_open, upload_run};
const struct workload download_load = {"download", bulk_open, download_run};
