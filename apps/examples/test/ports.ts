// Addresses where a dial does not succeed, and where nobody else can listen while the test lasts.
import { dial, listen } from '@netfd/net'
import {
  AF_INET,
  bind,
  close,
  decodeSockaddr,
  getsockname,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  socket,
} from '@netfd/syscall'
import { onTestFinished } from 'vitest'

/** An address that refuses connections: a socket has it, and does not listen. */
export const refusing = (): string => {
  const fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC)
  onTestFinished(() => close(fd))
  bind(fd, { family: 'inet4', addr: '127.0.0.1', port: 0 })
  const address = decodeSockaddr(getsockname(fd))
  if (address.family !== 'inet4') throw new TypeError('not an IPv4 address')
  return `${address.addr}:${address.port}`
}

/** An address that does not answer: its queue is full, so the kernel drops what comes. */
export const silent = async (): Promise<string> => {
  const listener = await listen('tcp', '127.0.0.1:0', { backlog: 0 })
  const address = `${listener.addr}`
  const queued = await dial('tcp', address)
  onTestFinished(async () => {
    await Promise.all([listener.close(), queued.close()])
  })
  return address
}
