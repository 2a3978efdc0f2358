// Writes to the system's log: a datagram over a local socket for each line, which waits where the log is busy, and
// finds a daemon again that was restarted. The demo is the daemon too, and is told by the kernel who sends.
//
//   node dist/syslog.js --severity warning "the disk is nearly full"
//   node dist/syslog.js --demo
import { setTimeout as sleep } from 'node:timers/promises'
import type { UnixgramConn } from '@netfd/net'
import { listenPacket } from '@netfd/net'
import { parseSocketControlMessage, parseUnixCredentials } from '@netfd/syscall'
import { cli, UsageError } from './lib/cli.js'
import { needsLinux } from './lib/needs.js'
import { stopSignal } from './lib/stop.js'
import type { Severity } from './lib/syslog.js'
import { SEVERITIES, Syslog } from './lib/syslog.js'
import { count } from './lib/units.js'

const help = `
syslog [--socket path] [--severity name] [--demo] [message]   Writes a message to the system's log.

  --socket path     where the log listens (/dev/log)
  --severity name   one of ${SEVERITIES.join(', ')} (info)
  --demo            has a log of its own, and shows the lines as they arrive`

const options = {
  socket: { type: 'string', default: '/dev/log' },
  severity: { type: 'string', default: 'info' },
  demo: { type: 'boolean', default: false },
} as const

/** Between two lines of the demo, in ms. */
const PAUSE = 300

const isSeverity = (name: string): name is Severity => SEVERITIES.includes(name as Severity)

/** Prints what arrives, and whose it is, until the signal, with which it rejects. */
async function show(log: UnixgramConn, signal: AbortSignal): Promise<void> {
  const line = new Uint8Array(8192)
  const control = new Uint8Array(256)
  for (;;) {
    const { n, oobn } = await log.readMsg(line, control, { signal })
    const [message] = parseSocketControlMessage(control.subarray(0, oobn))
    const from = message === undefined ? '?' : parseUnixCredentials(message).pid
    console.log(`from process ${from}: ${Buffer.from(line.subarray(0, n ?? 0))}`)
  }
}

/** Has something to say again and again, of each severity. Resolves to how much it was. */
async function chatter(path: string, signal: AbortSignal): Promise<number> {
  await using syslog = new Syslog('demo', path)
  for (let said = 0; ; said++) {
    const severity = SEVERITIES[said % SEVERITIES.length] as Severity
    if (signal.aborted) return said
    await syslog.log(severity, `line ${said + 1}, which is ${severity}`)
    await sleep(PAUSE, undefined, { signal }).catch(() => undefined)
  }
}

async function demo(): Promise<void> {
  const stop = stopSignal()
  await using log = await listenPacket('unixgram', '')
  log.setPassCred(true)
  console.log(`a log at ${log.localAddr}`)
  const shown = show(log, stop).catch((error: unknown) => {
    if (!stop.aborted) throw error
  })
  const [said] = await Promise.all([chatter(String(log.localAddr), stop), shown])
  console.log(`stopped, ${count(said, 'line')} written`)
}

await cli(help, options, 1, async ({ values: { socket, severity, ...o }, positionals: [text] }) => {
  if (!isSeverity(severity)) throw new UsageError(`there is no severity ${severity}`)
  needsLinux('datagrams over local sockets')
  if (o.demo) return await demo()
  if (text === undefined) throw new UsageError('what is to be logged?')
  await using syslog = new Syslog('netfd', socket)
  await syslog.log(severity, text)
})
