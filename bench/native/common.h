// What the limit server and the load generator share: arguments, clocks, pinning, loopback sockets.
#ifndef NETFD_BENCH_COMMON_H
#define NETFD_BENCH_COMMON_H

#include <stdint.h>

// Ends the program with a sentence on stderr; errno's text is appended when it is not 0.
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

// The value behind `name` among the arguments, or the fallback.
const char *text_option(int argc, char **argv, const char *name, const char *fallback);
int64_t number_option(int argc, char **argv, const char *name, int64_t fallback);

// Monotonic nanoseconds.
uint64_t now_ns(void);

// Pins this process to one core; a negative core leaves it where it is.
void pin_to_core(int core);

// Raises the descriptor limit as far as this user may, and returns it.
long raise_file_limit(void);

// Does nothing to a local socket.
void set_no_delay(int fd);

// From now on listeners and connections are local sockets: a server's "port" is its process then, and
// names the file /tmp/netfd-bench-PORT.sock, which the harness removes.
void use_unix(void);

// A non-blocking listener on 127.0.0.1; the kernel picks the port, which is stored in *port.
int listen_loopback(int *port);

// Starts a non-blocking connect to 127.0.0.1:port. `index` spreads the connections over several
// source addresses in 127.0.0.0/8, since one address has only about 28,000 ephemeral ports.
int start_connect(int port, int64_t index);

void epoll_add(int epoll, int fd, uint32_t events, void *owner);

// Reads one line from stdin into `line`; returns 0 at the end of input.
int read_command(char *line, int capacity);

#endif
