// systemd: sd_notify(3). How a service tells its manager that it is ready.
import { checkOptions, kindOf } from './arguments.js'
import type { DialCallOptions } from './dial.js'
import { dialUnix } from './dial.js'
import { UnixAddr } from './unixaddr.js'

/**
 * Tells the service manager how this process does: `READY=1`, `STOPPING=1`, `STATUS=…`, `WATCHDOG=1`, one a line.
 * Resolves to whether there is a manager to tell: false without NOTIFY_SOCKET. Rejects as a dial and a write of
 * `unixgram` do, and with TypeError for what is no text. sd_notify(3).
 *
 * ```ts
 * import { notify } from '@netfd/net'
 * const told = await notify('READY=1\nSTATUS=listening')
 * console.log(told ? 'systemd knows' : 'no service')
 * ```
 *
 * @category Descriptors
 */
export async function notify(state: string, o?: DialCallOptions): Promise<boolean> {
  if (typeof state !== 'string') throw new TypeError(`state must be a string, got ${kindOf(state)}`)
  checkOptions('notify', o, ['signal'])
  const { NOTIFY_SOCKET } = process.env
  if (NOTIFY_SOCKET === undefined || NOTIFY_SOCKET === '') return false
  await using conn = await dialUnix('unixgram', null, new UnixAddr(NOTIFY_SOCKET, 'unixgram'), o)
  await conn.write(state, o)
  return true
}
