// Loaded as an addon, makes of the process another program, as every Node can: process.execve came with 23.11.
#include <fcntl.h>
#include <unistd.h>

extern char **environ;

void *napi_register_module_v1(void *env, void *exports) {
  char *const words[] = {"ls", "-l", "/proc/self/fd", NULL};
  (void)env;
  // Node has them closed too, and gives its children others; its own execve does the same.
  for (int fd = 0; fd < 3; fd++) fcntl(fd, F_SETFD, 0);
  execve("/bin/ls", words, environ);
  return exports;
}
