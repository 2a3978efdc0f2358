// Programs on a terminal of their own, without a person who types and without output of other programs.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Runs argv[2:] with the terminal as standard input, or as descriptor 9; prints how it left the terminal. */
const OPEN = `
import os, pty, subprocess, sys
master, slave = pty.openpty()
if sys.argv[1] == '9':
    os.dup2(slave, 9)
    ended = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=2, pass_fds=[9], timeout=20)
else:
    ended = subprocess.run(sys.argv[2:], stdin=slave, stdout=2, start_new_session=True, timeout=20)
print('blocks' if os.get_blocking(slave) else 'does not block', ended.returncode)`

/** What a program on a terminal said on stdout and stderr, and whether reads of the terminal block now. */
export async function onTerminal(
  program: string,
  number: 0 | 9 = 0,
): Promise<{ stdout: string; stderr: string }> {
  const node = [process.execPath, '--expose-gc', '--input-type=module', '-e', program]
  return await promisify(execFile)('python3', ['-c', OPEN, String(number), ...node])
}
