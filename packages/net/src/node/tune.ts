// Options of the kernel on a socket that Node made, through its descriptor.
import { Server, Socket } from 'node:net'
import { backend, hook, OpError } from '@netfd/net'
import type { OptionHolder, SettableSockopt, SockoptValue } from '@netfd/syscall'
import { IPPROTO_TCP, must, setOptionOf, TCP_USER_TIMEOUT } from '@netfd/syscall'
import { checkOptions, isMistake, kindOf } from '../arguments.js'
import { setKeepAliveConfig } from '../keep-alive.js'
import type { TuneOptions } from './options.js'
import { checkTune, TUNE } from './options.js'

/** Where Node and Bun keep the descriptor; Deno has none. */
type Handled = { readonly _handle?: { readonly fd?: unknown } | null }

/** Its descriptor, or -1. */
function descriptorOf(socket: Socket | Server): number {
  const fd = (socket as Handled)._handle?.fd
  return typeof fd === 'number' ? fd : -1
}

/**
 * Sets options of the kernel on a socket that Node made, TLS included: true, or false where it has no
 * descriptor: not yet, not any more, or never, as on Deno, or where netfd runs on the host backend. Times are in ms, those of keep-alive rounded up to
 * whole seconds. Of a server, what it accepts from then on inherits them.
 *
 * Throws TypeError and RangeError for wrong arguments, and OpError for what the kernel refuses. setsockopt(2).
 *
 * ```ts
 * import { once } from 'node:events'
 * import { connect, createServer } from 'node:net'
 * import { tuneSocket } from '@netfd/net/node'
 * const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
 * await once(server, 'listening')
 * tuneSocket(server, { userTimeout: 20_000 })
 * const socket = connect((server.address() as { port: number }).port, '127.0.0.1')
 * await once(socket, 'connect')
 * console.assert(tuneSocket(socket, { userTimeout: 20_000 }))
 * socket.destroy()
 * server.close()
 * ```
 */
export function tuneSocket(socket: Socket | Server, o: TuneOptions): boolean {
  if (!(socket instanceof Socket || socket instanceof Server)) {
    throw new TypeError(`socket must be a net.Socket or a net.Server, got ${kindOf(socket)}`)
  }
  checkOptions('tuneSocket', o, TUNE)
  if (o === undefined) throw new TypeError('tuneSocket needs options to set')
  checkTune(o)
  return applyTo(socket, o)
}

/** The same with options that were looked at before. Throws as `tuneSocket` does. */
export function applyTo(socket: Socket | Server, o: TuneOptions): boolean {
  const fd = descriptorOf(socket)
  // Without the addon there is no call that could set an option of it.
  if (fd < 0 || backend === 'host') return false
  try {
    tuneDescriptor(fd, o)
  } catch (error) {
    if (isMistake(error)) throw error
    throw new OpError('set', 'tcp', null, null, error as Error)
  }
  return true
}

function tuneDescriptor(fd: number, o: TuneOptions): void {
  const setsockopt = (
    level: number,
    name: number,
    value: Parameters<typeof hook.setsockopt>[3],
  ) => {
    must('setsockopt', hook.setsockopt(fd, level, name, value))
  }
  if (o.userTimeout !== undefined) setsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT, o.userTimeout)
  if (o.keepAliveConfig !== undefined) setKeepAliveConfig(setsockopt, o.keepAliveConfig)
  for (const [name, value] of Object.entries(o.options ?? {})) {
    const option = name as SettableSockopt
    setOptionOf({ setsockopt } as OptionHolder, option, value as SockoptValue<SettableSockopt>)
  }
}
