// Latencies in buckets that grow with the value: each holds values within 1.6 % of each other.
#ifndef NETFD_BENCH_HISTOGRAM_H
#define NETFD_BENCH_HISTOGRAM_H

#include <stdint.h>

// 64 buckets for each power of two; the first 64 values have one of their own.
enum { SUB_BITS = 6, SUB = 1 << SUB_BITS, GROUPS = 64 - SUB_BITS };

struct histogram {
  uint64_t count, largest;
  uint64_t buckets[(GROUPS + 1) * SUB];
};

void histogram_add(struct histogram *h, uint64_t nanoseconds);

// The value below which `share` (0 to 1) of the entries lie, in microseconds.
double histogram_at(const struct histogram *h, double share);

#endif
