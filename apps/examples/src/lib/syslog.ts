// A client of the system's log, as syslog(3): a datagram a line, to a local socket.
import type { UnixgramConn } from '@netfd/net'
import { dial } from '@netfd/net'

/** What a line is about, from the worst. */
export const SEVERITIES = [
  'emerg',
  'alert',
  'crit',
  'err',
  'warning',
  'notice',
  'info',
  'debug',
] as const

/** One of them. */
export type Severity = (typeof SEVERITIES)[number]

/** The facility of programs: LOG_USER. */
const USER = 1

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const two = (n: number): string => String(n).padStart(2, '0')

/** The daemon was started anew, or is not there yet. */
const GONE: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'ENOTCONN'])

/** Writes lines to a log. One that was restarted is found again. */
export class Syslog {
  readonly #path: string
  readonly #tag: string
  #conn: Promise<UnixgramConn> | null = null

  constructor(tag: string, path = '/dev/log') {
    this.#tag = tag
    this.#path = path
  }

  /** Resolves once the log has it; waits while the log's queue is full. Rejects with OpError where there is no log. */
  async log(severity: Severity, text: string): Promise<void> {
    const line = this.#line(severity, text)
    try {
      await this.#send(line)
    } catch (error) {
      if (!GONE.has((error as NodeJS.ErrnoException).code)) throw error
      await this.close()
      await this.#send(line)
    }
  }

  async close(): Promise<void> {
    const conn = await this.#conn?.catch(() => null)
    this.#conn = null
    await conn?.[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #send(line: string): Promise<void> {
    this.#conn ??= dial('unixgram', this.#path)
    await (await this.#conn).write(line)
  }

  /** RFC 3164, as the C library writes it: the daemon adds the host. */
  #line(severity: Severity, text: string): string {
    const now = new Date()
    const day = String(now.getDate()).padStart(2)
    const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':')
    const priority = USER * 8 + SEVERITIES.indexOf(severity)
    return `<${priority}>${MONTHS[now.getMonth()]} ${day} ${time} ${this.#tag}[${process.pid}]: ${text}`
  }
}
