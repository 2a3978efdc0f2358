// A file system with little room, where a write takes a part and the next one nothing.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const mount = (dir: string, size: number): void => {
  const options = ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir]
  execFileSync('mount', options, { stdio: ['ignore', 'ignore', 'pipe'] })
}

const unmount = (dir: string): void => {
  execFileSync('umount', [dir], { stdio: ['ignore', 'ignore', 'pipe'] })
  rmdirSync(dir)
}

const newDir = (): string => mkdtempSync(join(tmpdir(), 'netfd-disk-'))

/** Whether a file system can be mounted: it takes root, and a container that leaves root its rights. */
export const canMount = ((): boolean => {
  if (process.getuid?.() !== 0) return false
  const dir = newDir()
  try {
    mount(dir, 4096)
    unmount(dir)
    return true
  } catch {
    rmdirSync(dir)
    return false
  }
})()

/** A directory on a disk of `size` bytes, whole pages of them, until the test ends. */
export function smallDisk(size: number): string {
  const dir = newDir()
  mount(dir, size)
  onTestFinished(() => unmount(dir))
  return dir
}
