// Messages that come back: a closed loop with `depth` messages in flight on each connection.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common.h"
#include "load.h"

enum { MAX_EVENTS = 512, READ_BYTES = 256 * 1024, OPENING = 64, MAX_IOV = 64 };

struct conn {
  int fd, hung_up;
  int64_t unsent;      // bytes of issued messages that send(2) has not taken
  int64_t arrived;     // bytes of the oldest message that are back
  int64_t in_flight;   // issued messages
  int64_t first;       // place of the oldest one in sent_at
  uint64_t *sent_at;   // a ring of `depth` times
  const char *message;
};

static struct conn *conns;
static int64_t alive, issued;
static int epoll_fd;
static int in_waves;  // an answer does not bring the next message
static char input[READ_BYTES];

// Every connection sends its own cut of this pattern, so an answer to another one is noticed.
static char *make_pattern(int64_t size) {
  char *pattern = malloc((size_t)size + 256);
  if (pattern == NULL) die("malloc");
  for (int64_t i = 0; i < size + 256; i++) pattern[i] = (char)(i * 7 + (i >> 8));
  return pattern;
}

static void lose(struct conn *c, struct result *r) {
  r->errors += c->in_flight > 0 ? c->in_flight : 1;
  close(c->fd);
  c->fd = -1;
  alive--;
}

// Sends what is owed, several messages in one call; -1 when the connection is broken.
static int send_owed(struct conn *c, const struct options *o) {
  const int64_t size = o->size;
  while (c->unsent > 0) {
    struct iovec parts[MAX_IOV];
    int count = 0;
    int64_t covered = 0;
    while (covered < c->unsent && count < MAX_IOV) {
      int64_t part = (c->unsent - covered) % size;
      if (part == 0) part = size;
      parts[count++] = (struct iovec){(void *)(c->message + size - part), (size_t)part};
      covered += part;
    }
    struct msghdr header = {.msg_iov = parts, .msg_iovlen = (size_t)count};
    union { struct cmsghdr rights; char room[CMSG_SPACE(sizeof(int))]; } control = {0};
    if (o->passed >= 0) {
      control.rights = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
      memcpy(CMSG_DATA(&control.rights), &o->passed, sizeof(int));
      header.msg_control = &control;
      header.msg_controllen = sizeof control;
    }
    ssize_t n = sendmsg(c->fd, &header, MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) return 0;
    if (n < 0 && errno != EINTR) return -1;
    if (n > 0) c->unsent -= n;
  }
  return 0;
}

static void issue(struct conn *c, const struct options *o, uint64_t now) {
  while (c->in_flight < o->depth && issued < o->requests) {
    c->sent_at[(c->first + c->in_flight) % o->depth] = now;
    c->in_flight++;
    c->unsent += o->size;
    issued++;
  }
}

static void complete(struct conn *c, const struct options *o, struct result *r, uint64_t now) {
  while (c->arrived >= o->size && c->in_flight > 0) {
    histogram_add(&r->latency, now - c->sent_at[c->first]);
    c->first = (c->first + 1) % o->depth;
    c->arrived -= o->size;
    c->in_flight--;
    r->requests++;
    r->bytes += o->size;
  }
}

// Sleeping is not exact enough: a timer may be late by more than an exchange takes.
static uint64_t spin(uint64_t until) {
  uint64_t now;
  do now = now_ns();
  while (now < until);
  return now;
}

// -1: the connection is broken or ended.
static int receive(struct conn *c, const struct options *o, struct result *r) {
  for (;;) {
    ssize_t n = recv(c->fd, input, READ_BYTES, 0);
    if (n < 0 && errno == EAGAIN) return 0;
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return -1;
    c->arrived += n;
    uint64_t now = now_ns();
    complete(c, o, r, now);
    if (o->think > 0) now = spin(now + (uint64_t)o->think * 1000);
    if (!in_waves) issue(c, o, now);
    if (send_owed(c, o) < 0) return -1;
    if (n < READ_BYTES && !c->hung_up) return 0;
  }
}

static void send_all(const struct options *o, struct result *r) {
  for (int64_t i = 0; i < o->connections; i++) {
    if (conns[i].fd < 0) continue;
    issue(&conns[i], o, now_ns());
    if (send_owed(&conns[i], o) < 0) lose(&conns[i], r);
  }
}

static void await_answers(const struct options *o, struct result *r, int64_t wanted) {
  static struct epoll_event events[MAX_EVENTS];
  while (r->requests + r->errors < wanted && alive > 0) {
    int n = epoll_wait(epoll_fd, events, MAX_EVENTS, in_waves ? 0 : 100);
    if (n < 0 && errno != EINTR) die("epoll_wait");
    if (now_ns() > o->give_up) {
      r->timed_out = 1;
      return;
    }
    for (int i = 0; i < n; i++) {
      struct conn *c = events[i].data.ptr;
      if (c->fd < 0) continue;
      if (events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) c->hung_up = 1;
      int failed = c->unsent > 0 && send_owed(c, o) < 0;
      if (!failed && events[i].events & ~(uint32_t)EPOLLOUT) failed = receive(c, o, r) < 0;
      if (failed) lose(c, r);
    }
  }
}

static void echo_run(const struct options *o, struct result *r) {
  issued = 0;
  send_all(o, r);
  await_answers(o, r, o->requests);
}

// One above the server's, so that it cannot run while this process is on its core. Without a real-time
// priority the two share the core fairly, and the server may begin before the wave is complete.
static void outrank_server(void) {
  struct sched_param given;
  if (sched_getscheduler(0) != SCHED_RR) return;
  if (sched_getparam(0, &given) != 0) die("sched_getparam");
  given.sched_priority++;
  if (sched_setscheduler(0, SCHED_RR, &given) != 0) die("sched_setscheduler");
}

// The server finds a whole wave when it gets its core back, and nothing is sent while it works: it
// sleeps only when it has answered all, and this process is never what it waits for. Nor does this one
// sleep, for waking it would be a part of the server's send(2).
static void waves_run(const struct options *o, struct result *r) {
  issued = 0;
  in_waves = 1;
  outrank_server();
  while (r->requests + r->errors < o->requests && alive > 0 && !r->timed_out) {
    if (o->core >= 0) pin_to_core(o->server_core);
    send_all(o, r);
    pin_to_core(o->core);
    await_answers(o, r, issued);
  }
}

// Opening ends with one exchange per connection: the server has accepted it and runs warm, and
// the content is compared here once, so that the measured loop need not.
static void finish_opening(struct conn *c, const struct options *o) {
  int64_t got = 0;
  c->unsent = o->size;
  while (got < o->size) {
    struct epoll_event event;
    if (send_owed(c, o) < 0) die("send on a new connection");
    ssize_t n = recv(c->fd, input, READ_BYTES, 0);
    if (n > 0) {
      if (got + n > o->size || memcmp(input, c->message + got, (size_t)n) != 0) {
        errno = 0;
        die("the echo differs from what was sent");
      }
      got += n;
      continue;
    }
    if (n == 0) die("the server closed a new connection");
    if (errno != EAGAIN && errno != EINTR) die("read on a new connection");
    if (now_ns() > o->give_up) die("opening took too long");
    epoll_wait(epoll_fd, &event, 1, 10);
  }
}

static void echo_open(const struct options *o) {
  const char *pattern = make_pattern(o->size);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) die("epoll_create1");
  conns = calloc((size_t)o->connections, sizeof *conns);
  if (conns == NULL) die("calloc");
  for (int64_t i = 0; i < o->connections; i++) {
    struct conn *c = &conns[i];
    c->message = pattern + i % 256;
    c->sent_at = calloc((size_t)o->depth, sizeof *c->sent_at);
    if (c->sent_at == NULL) die("calloc");
    c->fd = start_connect(o->port, i);
    epoll_add(epoll_fd, c->fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, c);
    alive++;
    // A few at a time, or the listener's queue overflows and the kernel repeats after a second.
    if (alive % OPENING == 0 || alive == o->connections)
      for (int64_t k = (i / OPENING) * OPENING; k <= i; k++) finish_opening(&conns[k], o);
  }
}

// Holding connections is not work: the server is measured before and after.
static void idle_run(const struct options *o, struct result *r) { r->requests = o->connections; }

const struct workload echo_load = {"echo", echo_open, echo_run};
const struct workload waves_load = {"waves", echo_open, waves_run};
const struct workload idle_load = {"idle", echo_open, idle_run};
