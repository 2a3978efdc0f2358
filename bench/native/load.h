// The load generator's workloads: each opens its connections first, and works when it is told to.
#ifndef NETFD_BENCH_LOAD_H
#define NETFD_BENCH_LOAD_H

#include <stdint.h>

#include "histogram.h"

struct options {
  int port;
  int64_t connections;  // open at a time
  int64_t size;         // bytes of one message
  int64_t depth;        // messages in flight on one connection
  int64_t think;        // microseconds between an answer and the next message
  int64_t requests;     // messages or connections altogether
  int64_t bytes;        // bulk: over all connections
  uint64_t give_up;     // monotonic nanoseconds
  int passed;           // a descriptor that goes with each message, or -1
  int server;           // bursts: the process that is stopped and continued
  int core, server_core;  // where this process works, and the server; -1 anywhere
};

struct result {
  int64_t requests, bytes, errors;
  int timed_out;
  struct histogram latency;
};

struct workload {
  const char *name;
  void (*open)(const struct options *o);
  void (*run)(const struct options *o, struct result *r);
};

extern const struct workload echo_load, waves_load, idle_load, upload_load, download_load;
extern const struct workload connect_load, accept_load;
extern const struct workload connect_burst_load, accept_burst_load;

#endif
