#include "histogram.h"

static int bucket_of(uint64_t value) {
  if (value < SUB) return (int)value;
  int shift = 63 - __builtin_clzll(value) - SUB_BITS;
  return (shift + 1) * SUB + (int)((value >> shift) - SUB);
}

static uint64_t middle_of(int bucket) {
  if (bucket < SUB) return (uint64_t)bucket;
  int shift = bucket / SUB - 1;
  uint64_t low = (uint64_t)(SUB + bucket % SUB) << shift;
  return low + ((1ull << shift) >> 1);
}

void histogram_add(struct histogram *h, uint64_t nanoseconds) {
  h->count++;
  if (nanoseconds > h->largest) h->largest = nanoseconds;
  h->buckets[bucket_of(nanoseconds)]++;
}

double histogram_at(const struct histogram *h, double share) {
  uint64_t wanted = (uint64_t)((double)h->count * share);
  uint64_t seen = 0;
  for (int i = 0; i < (GROUPS + 1) * SUB; i++) {
    seen += h->buckets[i];
    if (seen > wanted) return (double)middle_of(i) / 1000.0;
  }
  return (double)h->largest / 1000.0;
}
