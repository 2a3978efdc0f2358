// What the programs of child.ts find beside the package itself. No test runner is there.
import {
  AF_INET,
  accept4,
  bind,
  close,
  connect,
  encodeSockaddr,
  getsockname,
  listen,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  setNonblock,
  socket,
} from '@netfd/syscall'
import { backend } from '@netfd/syscall/internal'
import { FD } from '../src/index.js'
import { hostListener, hostPair } from './host-numbers.js'

export { makeAhead } from './host-numbers.js'

const FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC

/** A listening socket's number on 127.0.0.1. */
export function listenNumber(): number {
  if (backend === 'host') return hostListener().fd
  const fd = socket(AF_INET, SOCK_STREAM | FLAGS)
  bind(fd, encodeSockaddr({ family: 'inet4', addr: '127.0.0.1', port: 0 }))
  listen(fd, 1024)
  return fd
}

/** Two FDs connected by TCP over loopback. */
export function tcpPair(): [FD, FD] {
  return (backend === 'host' ? hostPair() : tcpNumbers()).map((number) => {
    const fd = new FD(number, { stream: true, net: 'tcp' })
    fd.init()
    return fd
  }) as [FD, FD]
}

function tcpNumbers(): [number, number] {
  const listener = listenNumber()
  const client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC)
  connect(client, getsockname(listener))
  setNonblock(client, true)
  const server = accept4(listener, FLAGS)
  close(listener)
  return [client, server]
}

const kept: FD[] = []

/** The same, for a program that closes neither: the collector must not find them before its end. */
export function keptPair(): [FD, FD] {
  const pair = tcpPair()
  kept.push(...pair)
  return pair
}

/** Turns of the event loop. */
export async function turns(n: number): Promise<void> {
  for (let i = 0; i < n; i++) await new Promise((resolve) => setImmediate(resolve))
}
