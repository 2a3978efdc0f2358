// A bad wire between two new network namespaces: a tun device in each, and this program between them, which
// loses, doubles, reorders, delays and throttles packets as a seed says. The namespaces have no name: they
// are entered by /proc/PID/fd/FD, as the first line of output says, and go with this process.
//
//   wire SEED [napi]      with napi, the kernel may join the datagrams that arrive, as with a real device
//   > set loss 0.01        lost, doubled, late: probabilities
//   > set delay 500        delay, jitter, lateness: microseconds; rate: bytes a second, 0 for none
//   > cut | mend           nothing goes through, and again everything
//   > unreachable          cuts, and answers the first side's packets with an ICMP that says so
//   > reset                the next segment of the first side becomes a reset
//   > flood N PORT         N times SYN from addresses that no host has, to the second side
//   < ok                   after each line
//
// At the end of its input it prints what it has counted.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { MTU = 1500, ROOM = 1 << 14, BACKLOG = 2000 };

struct packet {
  uint64_t due, order;
  int to, size;
  uint8_t data[MTU];
};

static int tun[2], space[2];
static struct packet *heap[ROOM];
static int waiting, queued[2];
static uint64_t order, last_due[2], state;
static int cut, answering, resetting;
static double loss, doubled, late, delay, jitter, lateness = 2000, rate;
static struct { unsigned long relayed, lost, doubled, late, dropped, cut; } count;

static const struct { const char *name; double *at; } settings[] = {
    {"loss", &loss},     {"doubled", &doubled},   {"late", &late}, {"delay", &delay},
    {"jitter", &jitter}, {"lateness", &lateness}, {"rate", &rate},
};

static void die(const char *what) {
  perror(what);
  exit(1);
}

// xorshift64*: of [0, 1).
static double chance(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (double)((state * 0x2545f4914f6cdd1dULL) >> 11) / (double)(1ULL << 53);
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static int before(const struct packet *a, const struct packet *b) {
  return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void push(struct packet *p) {
  int at = waiting++;
  for (; at > 0 && before(p, heap[(at - 1) / 2]); at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
  heap[at] = p;
}

static struct packet *pop(void) {
  struct packet *first = heap[0], *moved = heap[--waiting];
  int at = 0;
  for (int child; (child = 2 * at + 1) < waiting; at = child) {
    if (child + 1 < waiting && before(heap[child + 1], heap[child])) child++;
    if (!before(heap[child], moved)) break;
    heap[at] = heap[child];
  }
  heap[at] = moved;
  return first;
}

static void queue(int to, const uint8_t *data, int size) {
  if (waiting == ROOM || queued[to] >= BACKLOG) {
    count.dropped++;
    return;
  }
  struct packet *p = malloc(sizeof *p);
  if (p == NULL) die("malloc");
  uint64_t time = now(), free_at = time + (uint64_t)(delay + jitter * chance());
  // The wire keeps the order, and is busy with each packet for as long as its rate says.
  if (free_at < last_due[to]) free_at = last_due[to];
  if (rate > 0) free_at += (uint64_t)(size * 1e6 / rate);
  last_due[to] = free_at;
  *p = (struct packet){.due = free_at, .order = order++, .to = to, .size = size};
  if (chance() < late) {
    p->due += (uint64_t)(lateness * chance());
    count.late++;
  }
  memcpy(p->data, data, (size_t)size);
  queued[to]++;
  push(p);
}

static void deliver(int to, const uint8_t *data, int size) {
  // What a device that is down or full does not take is lost, as on any wire.
  if (write(tun[to], data, (size_t)size) < 0) count.dropped++;
  else count.relayed++;
}

static uint32_t get32(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, 4);
  return ntohl(value);
}

static void put(uint8_t *at, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; i++) at[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

static uint32_t sum(const uint8_t *at, int size, uint32_t value) {
  for (int i = 0; i < size; i++) value += i % 2 ? at[i] : (uint32_t)at[i] << 8;
  return value;
}

static void put_sum(uint8_t *at, uint32_t value) {
  while (value >> 16) value = (value & 0xffff) + (value >> 16);
  put(at, ~value & 0xffff, 2);
}

// An IPv4 header of 20 bytes. Addresses are in host order.
static void ip_header(uint8_t *ip, int size, int protocol, uint32_t from, uint32_t to) {
  memset(ip, 0, 20);
  ip[0] = 0x45;
  put(ip + 2, (uint32_t)size, 2);
  ip[8] = 64;
  ip[9] = (uint8_t)protocol;
  put(ip + 12, from, 4);
  put(ip + 16, to, 4);
  put_sum(ip + 10, sum(ip, 20, 0));
}

struct segment { uint32_t from, to, from_port, to_port, seq, ack; uint8_t flags; };

// Without bytes: 40 bytes in all.
static void segment(uint8_t *data, struct segment s) {
  uint8_t *tcp = data + 20;
  memset(data, 0, 40);
  ip_header(data, 40, IPPROTO_TCP, s.from, s.to);
  put(tcp, s.from_port, 2);
  put(tcp + 2, s.to_port, 2);
  put(tcp + 4, s.seq, 4);
  put(tcp + 8, s.ack, 4);
  tcp[12] = 5 << 4;
  tcp[13] = s.flags;
  put(tcp + 14, 0xffff, 2);
  put_sum(tcp + 16, sum(data + 12, 8, sum(tcp, 20, IPPROTO_TCP + 20)));
}

static int is_tcp(const uint8_t *ip, int size) { return size >= 40 && ip[0] == 0x45 && ip[9] == IPPROTO_TCP; }

// What a firewall does that has had enough of a connection. The second side's kernel tells the first, when
// it hears more.
static void reset_second(const uint8_t *ip) {
  const uint8_t *tcp = ip + 20;
  uint32_t from = get32(ip + 12), to = get32(ip + 16), ports = get32(tcp);
  uint8_t data[40];
  segment(data, (struct segment){from, to, ports >> 16, ports & 0xffff, get32(tcp + 4), get32(tcp + 8), 0x14});
  // Behind what is under way, or the number would not be the next, and the reset not believed.
  queue(1, data, sizeof data);
}

static void unreachable(const uint8_t *ip, int size) {
  uint8_t data[56] = {0}, *icmp = data + 20;
  if (size < 28 || ip[0] != 0x45) return;
  ip_header(data, 56, IPPROTO_ICMP, get32(ip + 16), get32(ip + 12));
  icmp[0] = 3;
  icmp[1] = 1;
  memcpy(icmp + 8, ip, 28);
  put_sum(icmp + 2, sum(icmp, 36, 0));
  deliver(0, data, 56);
}

static void flood(int times, uint32_t port) {
  for (int i = 0; i < times; i++) {
    uint32_t host = 0x0a4d0900 + 2 + (uint32_t)(250 * chance()), own = 1024 + (uint32_t)(60000 * chance());
    uint32_t seq = (uint32_t)(4e9 * chance());
    uint8_t data[40];
    segment(data, (struct segment){host, 0x0a4d0102, own, port, seq, 0, 0x02});
    deliver(1, data, sizeof data);
  }
}

static void relay(int from, const uint8_t *data, int size) {
  int to = !from;
  if (cut) {
    count.cut++;
    if (answering && from == 0) unreachable(data, size);
    return;
  }
  // A segment with SYN or RST has no connection to reset yet.
  if (resetting && from == 0 && is_tcp(data, size) && !(data[33] & 0x06)) {
    resetting = 0;
    reset_second(data);
    return;
  }
  if (chance() < loss) {
    count.lost++;
    return;
  }
  queue(to, data, size);
  if (chance() < doubled) {
    count.doubled++;
    queue(to, data, size);
  }
}

static void take(int from) {
  uint8_t data[MTU];
  for (int i = 0; i < 64; i++) {
    ssize_t size = read(tun[from], data, sizeof data);
    if (size < 0) return;
    relay(from, data, (int)size);
  }
}

static void obey(char *line) {
  char name[16];
  double value;
  int times;
  unsigned port;
  if (sscanf(line, "set %15s %lf", name, &value) == 2) {
    size_t i = 0, n = sizeof settings / sizeof *settings;
    while (i < n && strcmp(settings[i].name, name) != 0) i++;
    if (i == n) exit(2);
    *settings[i].at = value;
  } else if (sscanf(line, "flood %d %u", &times, &port) == 2) flood(times, port);
  else if (strcmp(line, "cut") == 0) cut = 1;
  else if (strcmp(line, "unreachable") == 0) cut = answering = 1;
  else if (strcmp(line, "mend") == 0) cut = answering = 0;
  else if (strcmp(line, "reset") == 0) resetting = 1;
  else exit(2);
  puts("ok");
}

// Answers whether there is more to come.
static int hear(void) {
  static char text[512];
  static size_t kept;
  ssize_t n = read(0, text + kept, sizeof text - 1 - kept);
  if (n <= 0) return 0;
  kept += (size_t)n;
  for (char *end; (end = memchr(text, '\n', kept)) != NULL;) {
    *end = 0;
    obey(text);
    kept -= (size_t)(end + 1 - text);
    memmove(text, end + 1, kept);
  }
  return kept < sizeof text - 1;
}

static void make_side(int side, int flags) {
  struct ifreq request = {.ifr_flags = (short)(IFF_TUN | IFF_NO_PI | flags)};
  strcpy(request.ifr_name, "wire");
  if (unshare(CLONE_NEWNET) < 0) die("unshare");
  if ((space[side] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) < 0) die("/proc/self/ns/net");
  if ((tun[side] = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)) < 0) die("/dev/net/tun");
  if (ioctl(tun[side], TUNSETIFF, &request) < 0) die("TUNSETIFF");
}

static void send_due(void) {
  for (uint64_t time = now(); waiting > 0 && heap[0]->due <= time;) {
    struct packet *p = pop();
    queued[p->to]--;
    if (cut) count.cut++;
    else deliver(p->to, p->data, p->size);
    free(p);
  }
}

int main(int argc, char **argv) {
  if (argc != 2 && (argc != 3 || strcmp(argv[2], "napi") != 0)) return 2;
  int flags = argc == 3 ? IFF_NAPI : 0;
  state = strtoull(argv[1], NULL, 10) * 2 + 1;
  setvbuf(stdout, NULL, _IOLBF, 0);
  make_side(0, flags);
  make_side(1, flags);
  printf("%d %d %d\n", getpid(), space[0], space[1]);
  struct pollfd ready[3] = {{tun[0], POLLIN, 0}, {tun[1], POLLIN, 0}, {0, POLLIN, 0}};
  for (;;) {
    struct timespec wait = {0};
    uint64_t time = now(), left = waiting > 0 && heap[0]->due > time ? heap[0]->due - time : 0;
    wait.tv_sec = (time_t)(left / 1000000);
    wait.tv_nsec = (long)(left % 1000000 * 1000);
    if (ppoll(ready, 3, waiting > 0 ? &wait : NULL, NULL) < 0 && errno != EINTR) die("ppoll");
    if (ready[0].revents & POLLIN) take(0);
    if (ready[1].revents & POLLIN) take(1);
    if (ready[2].revents && !hear()) break;
    send_due();
  }
  printf("relayed %lu lost %lu doubled %lu late %lu dropped %lu cut %lu\n", count.relayed, count.lost,
         count.doubled, count.late, count.dropped, count.cut);
  return 0;
}
