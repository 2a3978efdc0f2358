// Descriptors for tests: whatever a test owns is closed when it ends.
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import * as sys from '../src/index.js'

const owned = new Set<number>()

/** Has a descriptor closed at the end of the test, unless `release` closes it before. */
export function own(fd: number): number {
  owned.add(fd)
  onTestFinished(() => {
    if (owned.delete(fd)) sys.close(fd)
  })
  return fd
}

/** The same for a pair. */
export function ownBoth([a, b]: [number, number]): [number, number] {
  return [own(a), own(b)]
}

/** Closes an owned descriptor now. */
export function release(fd: number): void {
  owned.delete(fd)
  sys.close(fd)
}

/** Two connected descriptors that never block. */
export function nonblockingPair(): [number, number] {
  const type = sys.SOCK_STREAM | sys.SOCK_NONBLOCK | sys.SOCK_CLOEXEC
  return ownBoth(sys.socketpair(sys.AF_UNIX, type))
}

/** The loopback address of a family, with any free port unless told. */
export function loopback(family: 'inet4' | 'inet6', port = 0): sys.Sockaddr {
  return family === 'inet4'
    ? { family, addr: '127.0.0.1', port }
    : { family, addr: '::1', port, scopeId: 0, flowinfo: 0 }
}

const families = { inet4: sys.AF_INET, inet6: sys.AF_INET6 }

/** A socket that listens on the loopback address. */
export function listening(family: 'inet4' | 'inet6' = 'inet4'): number {
  const fd = own(sys.socket(families[family], sys.SOCK_STREAM | sys.SOCK_CLOEXEC))
  sys.bind(fd, loopback(family))
  sys.listen(fd, 8)
  return fd
}

/** Two ends of a TCP connection over the loopback: the one that dialed, and the accepted one. */
export function tcpPair(family: 'inet4' | 'inet6' = 'inet4'): [number, number] {
  const listener = listening(family)
  const dialed = own(sys.socket(families[family], sys.SOCK_STREAM | sys.SOCK_CLOEXEC))
  sys.connect(dialed, sys.getsockname(listener))
  return [dialed, own(sys.accept4(listener, sys.SOCK_CLOEXEC))]
}

/** Whether this machine has the IPv6 loopback address. */
export const hasIPv6 = ((): boolean => {
  const fd = sys.socket(sys.AF_INET6, sys.SOCK_STREAM | sys.SOCK_CLOEXEC)
  try {
    sys.bind(fd, loopback('inet6'))
    return true
  } catch {
    return false
  } finally {
    sys.close(fd)
  }
})()

/** Whether this process may do what needs a capability. */
export const isRoot = process.getuid?.() === 0

/** A directory that goes with the test. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'netfd-syscall-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  return dir
}

/** A file with these bytes, open for reading and writing. */
export function fileWith(bytes: Uint8Array | string): number {
  const path = join(scratch(), 'file')
  writeFileSync(path, bytes)
  const fd = openSync(path, 'r+')
  onTestFinished(() => closeSync(fd))
  return fd
}

/** What `call` throws; the test fails when it throws nothing. */
export function thrown(call: () => unknown): NodeJS.ErrnoException {
  try {
    call()
  } catch (error) {
    return error as NodeJS.ErrnoException
  }
  throw new Error('expected an exception')
}

/** An ArrayBuffer that can be resized, which the types of ES2023 do not know yet. */
export function resizable(size: number): ArrayBuffer & { resize(size: number): void } {
  const make = ArrayBuffer as unknown as new (size: number, o: { maxByteLength: number }) => unknown
  return new make(size, { maxByteLength: 64 }) as ArrayBuffer & { resize(size: number): void }
}

/** The bytes of a text. */
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The text of bytes. */
export const text = (some: Uint8Array): string => new TextDecoder().decode(some)
