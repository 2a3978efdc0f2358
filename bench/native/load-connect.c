// Short lives: connections that are opened and ended, `connections` of them at a time. In a burst the
// server is stopped while they are opened, so that it has nothing to wait for until all are done.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"
#include "load.h"

enum { MAX_EVENTS = 256, MAX_ERRORS = 100 };
static const uint64_t FILL_NS = 5000000000u;

struct slot {
  int fd, connected;
  uint64_t start;
};

static int epoll_fd;
static int64_t started, standing;

static void connect_open(const struct options *o) {
  (void)o;
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) die("epoll_create1");
}

static void burst_open(const struct options *o) {
  errno = 0;
  if (o->server <= 0) die("a burst needs the process of the --server");
  connect_open(o);
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
    standing++;
    if (we_end_first && shutdown(s->fd, SHUT_WR) != 0) return -1;
  }
  if (!(events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))) return 1;
  char byte;
  ssize_t n = recv(s->fd, &byte, 1, 0);
  if (n < 0) return errno == EAGAIN || errno == EINTR ? 1 : -1;
  return n == 0 ? 0 : -1;
}

// Takes the events that are there; returns how many fewer slots are open. With `refill` a slot that has
// ended begins anew at once.
static int64_t turn(const struct options *o, struct result *r, int we_end_first, int refill) {
  struct epoll_event events[MAX_EVENTS];
  int64_t closed = 0;
  int n = epoll_wait(epoll_fd, events, MAX_EVENTS, 100);
  if (n < 0 && errno != EINTR) die("epoll_wait");
  if (now_ns() > o->give_up) r->timed_out = 1;
  for (int i = 0; i < n; i++) {
    struct slot *s = events[i].data.ptr;
    int state = advance(s, events[i].events, we_end_first);
    if (state > 0) continue;
    histogram_add(&r->latency, now_ns() - s->start);
    if (state == 0) r->requests++;
    else r->errors++;
    close(s->fd);
    closed += refill && begin(s, o) ? 0 : 1;
  }
  return closed;
}

static int64_t begin_all(struct slot *slots, const struct options *o) {
  int64_t open = 0;
  for (int64_t i = 0; i < o->connections; i++) open += begin(&slots[i], o);
  return open;
}

static int goes_on(const struct result *r) { return r->errors < MAX_ERRORS && !r->timed_out; }

static void run(const struct options *o, struct result *r, int we_end_first) {
  struct slot *slots = calloc((size_t)o->connections, sizeof *slots);
  if (slots == NULL) die("calloc");
  int64_t open = begin_all(slots, o);
  while (open > 0 && goes_on(r)) open -= turn(o, r, we_end_first, 1);
  free(slots);
}

static int is_stopped(int pid) {
  char path[64], state = 0;
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "r");
  // The name in parentheses is the server's program: it has no parenthesis of its own.
  if (file == NULL || fscanf(file, "%*d (%*[^)]) %c", &state) != 1) die("cannot read %s", path);
  fclose(file);
  return state == 'T';
}

static void stop_server(const struct options *o) {
  if (kill(o->server, SIGSTOP) != 0) die("cannot stop the server %d", o->server);
  while (!is_stopped(o->server)) {
    errno = 0;
    if (now_ns() > o->give_up) die("the server %d does not stop", o->server);
    usleep(100);
  }
}

static void continue_server(const struct options *o) {
  if (kill(o->server, SIGCONT) != 0) die("cannot continue the server %d", o->server);
}

// The kernel completes these connections while the server is stopped, as far as its backlog goes.
static int64_t fill(struct slot *slots, const struct options *o, struct result *r, int we_end_first) {
  uint64_t patience = now_ns() + FILL_NS;
  if (patience > o->give_up) patience = o->give_up;
  standing = 0;
  int64_t wanted = begin_all(slots, o), open = wanted;
  while (standing < wanted && r->errors == 0) {
    open -= turn(o, r, we_end_first, 0);
    if (standing == wanted || now_ns() < patience) continue;
    continue_server(o);
    errno = 0;
    die("the backlog holds %lld of %lld connections", (long long)standing, (long long)wanted);
  }
  return open;
}

static void burst(const struct options *o, struct result *r, int we_end_first) {
  struct slot *slots = calloc((size_t)o->connections, sizeof *slots);
  if (slots == NULL) die("calloc");
  while (started < o->requests && goes_on(r)) {
    stop_server(o);
    int64_t open = fill(slots, o, r, we_end_first);
    uint64_t now = now_ns();
    for (int64_t i = 0; i < o->connections; i++) slots[i].start = now;
    continue_server(o);
    while (open > 0 && goes_on(r)) open -= turn(o, r, we_end_first, 0);
  }
  free(slots);
}

static void connect_run(const struct options *o, struct result *r) { run(o, r, 1); }
static void accept_run(const struct options *o, struct result *r) { run(o, r, 0); }
static void connect_burst(const struct options *o, struct result *r) { burst(o, r, 1); }
static void accept_burst(const struct options *o, struct result *r) { burst(o, r, 0); }

const struct workload connect_load = {"connect", connect_open, connect_run};
const struct workload accept_load = {"accept", connect_open, accept_run};
const struct workload connect_burst_load = {"connect-burst", burst_open, connect_burst};
const struct workload accept_burst_load = {"accept-burst", burst_open, accept_burst};
