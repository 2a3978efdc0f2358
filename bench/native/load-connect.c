// Short lives: connections that are opened and ended, `connections` of them at a time.
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"
#include "load.h"

enum { MAX_EVENTS = 256, MAX_ERRORS = 100 };

struct slot {
  int fd, connected;
  uint64_t start;
};

static int epoll_fd;
static int64_t started;

static void connect_open(const struct options *o) {
  (void)o;
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) die("epoll_create1");
}

static int begin(struct slot *s, const struct options *o) {
  if (started == o->requests) return 0;
  s->connected = 0;
  s->start = now_ns();
  s->fd = start_connect(o->port, started++);
  epoll_add(epoll_fd, s->fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, s);
  return 1;
}

// 1 to go on, 0 when the server has ended its half as well, -1 on an error.
static int advance(struct slot *s, uint32_t events, int we_end_first) {
  if (!s->connected && events & EPOLLOUT) {
    s->connected = 1;
    if (we_end_first && shutdown(s->fd, SHUT_WR) != 0) return -1;
  }
  if (!(events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))) return 1;
  char byte;
  ssize_t n = recv(s->fd, &byte, 1, 0);
  if (n < 0) return errno == EAGAIN || errno == EINTR ? 1 : -1;
  return n == 0 ? 0 : -1;
}

static void run(const struct options *o, struct result *r, int we_end_first) {
  struct epoll_event events[MAX_EVENTS];
  struct slot *slots = calloc((size_t)o->connections, sizeof *slots);
  if (slots == NULL) die("calloc");
  int64_t open = 0;
  for (int64_t i = 0; i < o->connections; i++) open += begin(&slots[i], o);
  while (open > 0 && r->errors < MAX_ERRORS) {
    int n = epoll_wait(epoll_fd, events, MAX_EVENTS, 100);
    if (n < 0 && errno != EINTR) die("epoll_wait");
    if (now_ns() > o->give_up) {
      r->timed_out = 1;
      break;
    }
    for (int i = 0; i < n; i++) {
      struct slot *s = events[i].data.ptr;
      int state = advance(s, events[i].events, we_end_first);
      if (state > 0) continue;
      histogram_add(&r->latency, now_ns() - s->start);
      if (state == 0) r->requests++;
      else r->errors++;
      close(s->fd);
      open += begin(s, o) - 1;
    }
  }
  free(slots);
}

static void connect_run(const struct options *o, struct result *r) { run(o, r, 1); }
static void accept_run(const struct options *o, struct result *r) { run(o, r, 0); }

const struct workload connect_load = {"connect", connect_open, connect_run};
const struct workload accept_load = {"accept", connect_open, accept_run};
