// Terminals without a person: for each byte that comes over the local socket whose path it is given, it passes the
// two ends of a new one back, the master and the slave, as raw and non-blocking as sockets are.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

enum { FLAGS = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC };

static void pass(int to, const int *fds) {
  char byte = 0;
  union { struct cmsghdr header; char room[CMSG_SPACE(2 * sizeof(int))]; } control;
  memset(&control, 0, sizeof control);
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(2 * sizeof(int));
  memcpy(CMSG_DATA(rights), fds, 2 * sizeof(int));
  if (sendmsg(to, &message, MSG_NOSIGNAL) != 1) exit(1);
}

int main(int argc, char **argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int to = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) return 2;
  strcpy(address.sun_path, argv[1]);
  if (to < 0 || connect(to, (struct sockaddr *)&address, sizeof address) < 0) return 1;
  for (char byte; read(to, &byte, 1) == 1;) {
    int fds[2] = {posix_openpt(FLAGS), -1};
    char name[64];
    struct termios raw;
    if (fds[0] < 0 || unlockpt(fds[0]) < 0 || ptsname_r(fds[0], name, sizeof name) != 0) return 1;
    if ((fds[1] = open(name, FLAGS)) < 0 || tcgetattr(fds[1], &raw) < 0) return 1;
    cfmakeraw(&raw);
    if (tcsetattr(fds[1], TCSANOW, &raw) < 0) return 1;
    pass(to, fds);
    close(fds[0]);
    close(fds[1]);
  }
  return 0;
}
