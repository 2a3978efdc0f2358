// The peers of the UDP workloads, and the yardstick: what the kernel's calls cost in C.
//
//   peer recv 1|32|gro SIZE SECONDS         prints its port, counts what comes
//   peer send 1|32|gso SIZE SECONDS PORT    sends as fast as it goes
//   peer echo 1|32 SIZE SECONDS             prints its port, sends back what comes
//   peer blast SIZE RATE PORT [gso]         RATE packets a second in bursts of 32, until it is killed
//   peer ask SIZE OUTSTANDING PORT          so many packets under way, until it is killed
//   peer hole                               prints its port, and reads nothing
// A subject warms up for two seconds, then measures, and prints its CPU time a packet in microseconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 32, ROOM = 65536, WARM_UP_MS = 2000 };

static char rooms[BATCH][ROOM];
static struct sockaddr_in names[BATCH];
static struct iovec iovs[BATCH];
static struct mmsghdr messages[BATCH];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static double cpu_us(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return a;
}

static int open_socket(void) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in a = loopback(0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0) fail("socket");
  return fd;
}

static int open_server(void) {
  const int fd = open_socket();
  struct sockaddr_in a;
  socklen_t length = sizeof a;
  if (getsockname(fd, (struct sockaddr *)&a, &length) < 0) fail("getsockname");
  printf("port %d\n", ntohs(a.sin_port));
  fflush(stdout);
  return fd;
}

static int open_client(int port) {
  const int fd = open_socket();
  struct sockaddr_in a = loopback(port);
  if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0) fail("connect");
  return fd;
}

static void wait_for(int fd, short events, int ms) {
  struct pollfd p = {.fd = fd, .events = events};
  poll(&p, 1, ms);
}

// What was moved, and when the clock began.
static double began, cpu_began;
static uint64_t moved;

static int count(uint64_t n, double seconds) {
  const double t = now();
  if (began == 0) began = t;
  if (cpu_began == 0 && t - began >= WARM_UP_MS) {
    cpu_began = cpu_us();
    moved = 0;
    return 1;
  }
  moved += n;
  if (cpu_began == 0 || t - began < WARM_UP_MS + seconds * 1e3) return 1;
  printf("{\"us\":%.4f,\"packets\":%llu}\n", (cpu_us() - cpu_began) / moved, (unsigned long long)moved);
  return 0;
}

static void lay_out(size_t size, int named) {
  for (int i = 0; i < BATCH; i++) {
    iovs[i] = (struct iovec){rooms[i], size};
    memset(&messages[i], 0, sizeof messages[i]);
    messages[i].msg_hdr.msg_iov = &iovs[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    if (named) messages[i].msg_hdr.msg_name = &names[i];
    messages[i].msg_hdr.msg_namelen = named ? sizeof names[i] : 0;
  }
}

static int receive_one(int fd, size_t room, char *control, size_t control_size) {
  struct iovec v = {rooms[0], room};
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_name = &names[0], .msg_namelen = sizeof names[0]};
  m.msg_control = control;
  m.msg_controllen = control_size;
  return recvmsg(fd, &m, MSG_DONTWAIT);
}

static void receive(const char *how, size_t size, double seconds) {
  const int fd = open_server(), batch = strcmp(how, "32") == 0, gro = strcmp(how, "gro") == 0;
  int on = 1;
  if (gro) setsockopt(fd, IPPROTO_UDP, 104, &on, sizeof on);
  char control[64];
  for (;;) {
    int n;
    if (batch) {
      lay_out(2048, 1);
      n = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
    } else {
      n = receive_one(fd, gro ? ROOM : 2048, gro ? control : NULL, gro ? sizeof control : 0);
      if (n > 0) n = gro ? (n + (int)size - 1) / (int)size : 1;
    }
    if (n < 0 && errno == EAGAIN) wait_for(fd, POLLIN, 1000);
    else if (n < 0) fail("recv");
    else if (!count(n, seconds)) return;
  }
}

static void send_all(const char *how, size_t size, double seconds, int port) {
  const int fd = open_client(port), batch = strcmp(how, "32") == 0, gso = strcmp(how, "gso") == 0;
  const size_t whole = 54 * size;
  uint16_t segment = (uint16_t)size;
  char *data = calloc(1, whole);
  char control[CMSG_SPACE(sizeof segment)];
  for (;;) {
    int n;
    if (batch) {
      lay_out(size, 0);
      n = sendmmsg(fd, messages, BATCH, MSG_DONTWAIT);
    } else if (gso) {
      struct iovec v = {data, whole};
      struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
      struct cmsghdr *c = CMSG_FIRSTHDR(&m);
      c->cmsg_level = IPPROTO_UDP;
      c->cmsg_type = 103;
      c->cmsg_len = CMSG_LEN(sizeof segment);
      memcpy(CMSG_DATA(c), &segment, sizeof segment);
      n = sendmsg(fd, &m, MSG_DONTWAIT) < 0 ? -1 : 54;
    } else {
      n = send(fd, data, size, MSG_DONTWAIT) < 0 ? -1 : 1;
    }
    if (n < 0 && errno == EAGAIN) wait_for(fd, POLLOUT, 1000);
    else if (n < 0) fail("send");
    else if (!count(n, seconds)) return;
  }
}

static void echo(const char *how, double seconds) {
  const int fd = open_server(), batch = strcmp(how, "32") == 0;
  for (;;) {
    int n;
    if (batch) {
      lay_out(2048, 1);
      n = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
      for (int i = 0; i < n; i++) iovs[i].iov_len = messages[i].msg_len;
      if (n > 0) sendmmsg(fd, messages, n, MSG_DONTWAIT);
    } else {
      n = receive_one(fd, 2048, NULL, 0);
      if (n > 0) sendto(fd, rooms[0], n, MSG_DONTWAIT, (struct sockaddr *)&names[0], sizeof names[0]);
      if (n > 0) n = 1;
    }
    if (n < 0 && errno == EAGAIN) wait_for(fd, POLLIN, 1000);
    else if (n < 0) fail("recv");
    else if (!count(n, seconds)) return;
  }
}

static void blast(size_t size, double rate, int port, int gso) {
  const int fd = open_client(port);
  uint16_t segment = (uint16_t)size;
  char control[CMSG_SPACE(sizeof segment)];
  double due = now();
  for (;; due += BATCH * 1e3 / rate) {
    const double left = due - now();
    if (left > 0) usleep(left * 1e3);
    if (left < -100) due = now();
    if (!gso) {
      lay_out(size, 0);
      sendmmsg(fd, messages, BATCH, 0);
      continue;
    }
    struct iovec v = {rooms, BATCH * size};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = IPPROTO_UDP;
    c->cmsg_type = 103;
    c->cmsg_len = CMSG_LEN(sizeof segment);
    memcpy(CMSG_DATA(c), &segment, sizeof segment);
    sendmsg(fd, &m, 0);
  }
}

// What is lost is asked again after 20 ms, so that a lost packet does not end the run.
static void ask(size_t size, int outstanding, int port) {
  const int fd = open_client(port);
  int under_way = 0;
  for (;;) {
    lay_out(size, 0);
    const int want = outstanding - under_way;
    if (want > 0) under_way += sendmmsg(fd, messages, want < BATCH ? want : BATCH, 0);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (poll(&p, 1, 20) == 0) under_way = 0;
    lay_out(2048, 0);
    const int n = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
    if (n > 0) under_way -= n;
    if (under_way < 0) under_way = 0;
  }
}

int main(int argc, char **argv) {
  if (argc > 4 && strcmp(argv[1], "recv") == 0) receive(argv[2], atoi(argv[3]), atof(argv[4]));
  else if (argc > 5 && strcmp(argv[1], "send") == 0) send_all(argv[2], atoi(argv[3]), atof(argv[4]), atoi(argv[5]));
  else if (argc > 4 && strcmp(argv[1], "echo") == 0) echo(argv[2], atof(argv[4]));
  else if (argc > 4 && strcmp(argv[1], "blast") == 0) blast(atoi(argv[2]), atof(argv[3]), atoi(argv[4]), argc > 5);
  else if (argc > 4 && strcmp(argv[1], "ask") == 0) ask(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
  else if (argc > 1 && strcmp(argv[1], "hole") == 0) {
    open_server();
    pause();
  } else return 2;
  return 0;
}
