// The load generator: one thread, pinned, loopback only, bounded in count and in time.
// Usage: load WORKLOAD --port N [--core N] [--connections N] [--size N] [--depth N]
//             [--think N] [--requests N] [--bytes N] [--seconds N] [--server PID] [--server-core N]
//   echo      sends messages of --size and waits for them to come back, --depth in flight, with
//             --think microseconds before the next one
//   waves     the same, in waves: one message on every connection, sent from the --server-core,
//             and the next wave when all are back
//   idle      opens --connections, each after one exchange, and holds them
//   upload    sends --bytes, ends its half and waits for the server's end
//   download  sends one byte and reads --bytes
//   connect   connects, ends its half first, waits for the server's end
//   accept    connects, waits for the server to close
//   connect-burst, accept-burst   the same, while the process --server is stopped until --connections
//             of them stand
// Prints {"ready":true} when the connections stand, waits for a line, works, prints one line of
// JSON, and keeps the connections until stdin ends.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "load.h"

static const struct workload *find(const char *name) {
  static const struct workload *const all[] = {&echo_load,     &waves_load,   &idle_load,    &upload_load,
                                               &download_load, &connect_load, &accept_load,
                                               &connect_burst_load, &accept_burst_load};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (strcmp(all[i]->name, name) == 0) return all[i];
  errno = 0;
  die("unknown workload '%s'", name);
}

static int64_t at_least_one(int argc, char **argv, const char *name, int64_t fallback) {
  int64_t value = number_option(argc, argv, name, fallback);
  errno = 0;
  if (value < 1) die("%s must be at least 1", name);
  return value;
}

static void print_result(const struct result *r, double seconds) {
  const struct histogram *h = &r->latency;
  printf("{\"requests\":%lld,\"bytes\":%lld,\"errors\":%lld,\"timedOut\":%s,\"seconds\":%.6f,",
         (long long)r->requests, (long long)r->bytes, (long long)r->errors,
         r->timed_out ? "true" : "false", seconds);
  printf("\"p50\":%.2f,\"p99\":%.2f,\"p999\":%.2f,\"max\":%.2f}\n", histogram_at(h, 0.5),
         histogram_at(h, 0.99), histogram_at(h, 0.999), (double)h->largest / 1000.0);
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGPIPE, SIG_IGN);
  const struct workload *workload = find(argc > 1 ? argv[1] : "echo");
  struct options o = {
      .port = (int)at_least_one(argc, argv, "--port", 0),
      .connections = at_least_one(argc, argv, "--connections", 1),
      .size = at_least_one(argc, argv, "--size", 64),
      .depth = at_least_one(argc, argv, "--depth", 1),
      .think = number_option(argc, argv, "--think", 0),
      .requests = at_least_one(argc, argv, "--requests", 10000),
      .bytes = at_least_one(argc, argv, "--bytes", 1 << 30),
      .passed = number_option(argc, argv, "--pass", 0) ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1,
      .server = (int)number_option(argc, argv, "--server", 0),
      .core = (int)number_option(argc, argv, "--core", -1),
      .server_core = (int)number_option(argc, argv, "--server-core", -1),
  };
  int64_t seconds = at_least_one(argc, argv, "--seconds", 30);
  if (number_option(argc, argv, "--unix", 0)) use_unix();
  pin_to_core(o.core);
  long limit = raise_file_limit();
  errno = 0;
  if (o.connections > limit - 16)
    die("%lld connections need more than the %ld descriptors this user may open",
        (long long)o.connections, limit);

  o.give_up = now_ns() + (uint64_t)seconds * 1000000000u;
  workload->open(&o);
  puts("{\"ready\":true}");

  char line[64];
  if (!read_command(line, sizeof line)) return 0;
  static struct result result;
  uint64_t start = now_ns();
  o.give_up = start + (uint64_t)seconds * 1000000000u;
  workload->run(&o, &result);
  print_result(&result, (double)(now_ns() - start) / 1e9);
  while (read_command(line, sizeof line)) continue;
  return 0;
}
