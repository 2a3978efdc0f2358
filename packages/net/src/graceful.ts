// nginx: ngx_http_lingering_close. The last answer has to reach a peer that is still sending.
//
// A socket that is closed with bytes unread sends a reset, and a reset makes the peer's kernel throw away
// what it had received and its program has not read yet: the answer.
import { host, startTimer } from '@netfd/poll/internal'
import type { NetFD } from './fd.js'

/** What connections that are being closed are read into. Nothing reads it, so one does for all of them. */
let drain: Uint8Array | undefined
const ROOM = 64 * 1024

/** Reads and drops what arrives until the peer's end, an error, or for `ms` milliseconds. */
export async function readToEnd(fd: NetFD, ms: number): Promise<void> {
  drain ??= new Uint8Array(ROOM)
  const room = drain
  const reading = fd.reading()
  const timer = startTimer(() => reading.stop(), ms)
  // What keeps the process alive is the read that waits.
  timer.unref()
  try {
    while ((await reading.next(room)) !== null);
  } catch {
    // The time is over, the peer is gone, or a deadline has passed: a close is due, however it came.
  } finally {
    host.clearTimeout(timer)
  }
}
