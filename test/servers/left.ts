// What a run that was killed leaves behind has its process id in the name: a later run takes it away.

/** Whether no process has this id. */
export function processGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
