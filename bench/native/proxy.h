// A TCP proxy that moves bytes with splice(2), so they never enter this process.
#ifndef NETFD_BENCH_PROXY_H
#define NETFD_BENCH_PROXY_H

#include <stdint.h>

// Joins an accepted, non-blocking socket to a new connection to 127.0.0.1:port.
void proxy_open(int epoll, int client, int port);

// Handles one event; `side` is the pointer that epoll holds.
void proxy_event(void *side, uint32_t events);

// Frees what ended during the batch: the same batch may hold an event for the other side.
void proxy_sweep(void);

#endif
