// Starts a program with descriptors that no entry of the addon makes, and says in NETFD_ATTACK_FDS which they are:
// `timer 5,signals 6`.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

static char given[256];

static int keep(const char *kind, int fd) {
  if (fd < 0) {
    perror(kind);
    exit(1);
  }
  fcntl(fd, F_SETFD, 0);
  const size_t length = strlen(given);
  snprintf(given + length, sizeof given - length, "%s%s %d", length == 0 ? "" : ",", kind, fd);
  return fd;
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  // It fires all the time.
  const struct itimerspec every = {{0, 1000000}, {0, 1000000}};
  timerfd_settime(keep("timer", timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)), 0, &every, NULL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGRTMAX);
  keep("signals", signalfd(-1, &set, SFD_NONBLOCK));
  // Every program of the machine opens this one.
  inotify_add_watch(keep("inotify", inotify_init1(IN_NONBLOCK)), "/dev/null", IN_OPEN | IN_CLOSE);
  keep("memory", memfd_create("attack", MFD_ALLOW_SEALING));
  keep("process", (int)syscall(SYS_pidfd_open, getpid(), 0));
  setenv("NETFD_ATTACK_FDS", given, 1);
  execvp(argv[1], argv + 1);
  perror(argv[1]);
  return 1;
}
