// A program that does with a connection what it is told, line by line, and prints what each came to.
import { createInterface } from 'node:readline'
import type { OpError, TCPConn, TCPListener } from '../../packages/net/src/index.js'
import { Dialer, ListenConfig } from '../../packages/net/src/index.js'

let listener: TCPListener
let conn: TCPConn
let reading: Promise<string>

const ms = (text = '0'): number => Number(text)

/** What a call comes to: its result, or the code of its error. */
const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(
    (value) => String(value),
    (error: OpError) => error.code,
  )

/** Writes until that fails. */
const writing = async (): Promise<never> => {
  const room = new Uint8Array(256 * 1024)
  for (;;) await conn.write(room)
}

const commands: Record<string, (...args: string[]) => unknown> = {
  listen: async (address = '') => {
    listener = await new ListenConfig({ mptcp: false }).listen('tcp', address)
    return listener.addr
  },
  accept: async () => {
    conn = await listener.accept()
    return 'accepted'
  },
  dial: (address = '', timeout?: string) =>
    outcome(
      new Dialer({ timeout: ms(timeout) }).dial('tcp', address).then((dialed) => {
        conn = dialed
        return 'dialed'
      }),
    ),
  userTimeout: (text) => conn.setUserTimeout(ms(text)),
  keepAlive: () => conn.setKeepAliveConfig({ enable: true, idle: 1000, interval: 1000, count: 1 }),
  readDeadline: (text) => conn.setReadDeadline(Date.now() + ms(text)),
  writeDeadline: (text) => conn.setWriteDeadline(Date.now() + ms(text)),
  read: () => outcome(conn.read(new Uint8Array(64))),
  readFull: () => outcome(conn.readFull(new Uint8Array(64))),
  startRead: () => {
    reading = outcome(conn.read(new Uint8Array(64)))
  },
  endRead: () => reading,
  write: (text = '') => outcome(conn.write(text)),
  writeOn: () => outcome(writing()),
  closeWrite: () => conn.closeWrite(),
  close: () => conn.close(),
  reset: () => conn.reset(),
}

for await (const line of createInterface({ input: process.stdin })) {
  const [command = '', ...args] = line.split(' ')
  console.log(String(await commands[command]?.(...args)))
}
