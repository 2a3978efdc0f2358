#define _GNU_SOURCE
#include "proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

enum { PIPE_BYTES = 1 << 20 };

struct flow {
  int pipe[2];
  size_t in_pipe;
  int source_ended, done;
};

struct pair;
struct side {
  struct pair *pair;
  int fd;
};

struct pair {
  struct side a, b;
  struct flow up, down;  // up: a to b
  int over;
  struct pair *next_over;
};

static struct pair *ended;

static void open_pipe(struct flow *f) {
  if (pipe2(f->pipe, O_NONBLOCK | O_CLOEXEC) != 0) die("pipe2");
  // Past the user's quota this fails, and the pipe just keeps its default size.
  fcntl(f->pipe[1], F_SETPIPE_SZ, PIPE_BYTES);
}

static void end_pair(struct pair *p) {
  if (p->over) return;
  p->over = 1;
  close(p->a.fd);
  close(p->b.fd);
  for (int i = 0; i < 2; i++) {
    close(p->up.pipe[i]);
    close(p->down.pipe[i]);
  }
  p->next_over = ended;
  ended = p;
}

// Fills the pipe from the source: 1 when something moved, 0 when nothing could, -1 when broken.
static int fill(struct flow *f, int source) {
  if (f->source_ended || f->in_pipe >= PIPE_BYTES / 2) return 0;
  ssize_t n = splice(source, NULL, f->pipe[1], NULL, PIPE_BYTES, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  // EAGAIN: the source is empty or the pipe is full.
  if (n < 0) return errno == EAGAIN ? 0 : errno == EINTR ? 1 : -1;
  if (n == 0) f->source_ended = 1;
  f->in_pipe += (size_t)n;
  return 1;
}

static int drain(struct flow *f, int sink) {
  if (f->in_pipe == 0) return 0;
  ssize_t n = splice(f->pipe[0], NULL, sink, NULL, f->in_pipe, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  if (n < 0) return errno == EAGAIN || errno == ENOTCONN ? 0 : errno == EINTR ? 1 : -1;
  f->in_pipe -= (size_t)n;
  return 1;
}

static int pump(struct flow *f, int source, int sink) {
  for (int moved = 1; moved && !f->done;) {
    int filled = fill(f, source);
    int drained = drain(f, sink);
    if (filled < 0 || drained < 0) return -1;
    moved = filled || drained;
    if (f->source_ended && f->in_pipe == 0) {
      shutdown(sink, SHUT_WR);
      f->done = 1;
    }
  }
  return 0;
}

void proxy_open(int epoll, int client, int port) {
  struct pair *p = calloc(1, sizeof *p);
  if (p == NULL) die("calloc");
  p->a = (struct side){p, client};
  p->b = (struct side){p, start_connect(port, client)};
  open_pipe(&p->up);
  open_pipe(&p->down);
  uint32_t events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  epoll_add(epoll, p->a.fd, events, &p->a);
  epoll_add(epoll, p->b.fd, events, &p->b);
}

void proxy_event(void *owner, uint32_t events) {
  struct pair *p = ((struct side *)owner)->pair;
  if (p->over) return;
  // Room on one side also lets the flow towards it go on, so both flows try; a flow with
  // nothing to do costs one splice that says EAGAIN.
  int from_a = owner == &p->a;
  int in = (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  int up = from_a ? in : p->up.in_pipe > 0;
  int down = from_a ? p->down.in_pipe > 0 : in;
  if (up && pump(&p->up, p->a.fd, p->b.fd) < 0) return end_pair(p);
  if (down && pump(&p->down, p->b.fd, p->a.fd) < 0) return end_pair(p);
  if (p->up.done && p->down.done) end_pair(p);
}

void proxy_sweep(void) {
  while (ended != NULL) {
    struct pair *next = ended->next_over;
    free(ended);
    ended = next;
  }
}
