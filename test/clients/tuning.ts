// The options that clients' own sockets are given: those to the addresses of the form 'tuned', and no others.
import { tuneAll } from '@netfd/net/node'
import type { Form, Where } from './client.js'
import { USER_TIMEOUT } from './client.js'

const addresses = new Set<string>()
let tuning: ReturnType<typeof tuneAll> | undefined

/** To be called before a client of this form connects. */
export function tune(form: Form, { host }: Where): void {
  if (form !== 'tuned') return
  addresses.add(host)
  tuning ??= tuneAll({
    userTimeout: USER_TIMEOUT,
    match: ({ remoteAddress }) => addresses.has(remoteAddress),
  })
}

/** Leaves the sockets of this process as they were. */
export function untune(): void {
  tuning?.close()
  tuning = undefined
  addresses.clear()
}
