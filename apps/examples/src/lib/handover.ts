// How a server gives its listener and its live connections to its successor: a record each over a local socket, with
// the descriptor and what was read ahead. The old process keeps its own until the new one says that it has all.
import type { UnixpacketConn } from '@netfd/net'
import { fileConn, fileListener } from '@netfd/net'
import { close } from '@netfd/syscall'
import type { Live } from './line-server.js'
import { LineServer } from './line-server.js'

/** What a server is made of, for another process: descriptors, which are the owner's to close. */
export interface Estate {
  readonly listener: number
  readonly conns: readonly { readonly fd: number; readonly ahead: Uint8Array }[]
}

/** The first byte of a record. */
const LISTENER = 1
const CONN = 2

/** How much a record may hold: more than a reader reads ahead. */
const RECORD = 64 * 1024

/** How long the other process may take, in ms. Until then no client is answered. */
const PATIENCE = 10_000

/** A server whose `run` is under way, as descriptors. It is none any more. */
export async function estateOf(server: LineServer, running: Promise<void>): Promise<Estate> {
  // Clients that come from now on wait in the queue of the socket, which stays open.
  const listener = server.listener.dup()
  await server.listener.close()
  await running
  const live = await server.rest()
  return { listener, conns: live.map(({ conn, ahead }) => ({ fd: conn.detach(), ahead })) }
}

/** A server again. The descriptors stay the caller's. */
export function revived({ listener, conns }: Estate): LineServer {
  const live = conns.map(({ fd, ahead }): Live => ({ conn: fileConn(fd, 'tcp'), ahead }))
  return new LineServer(fileListener(listener, 'tcp'), live)
}

/** Closes the descriptors of this process. */
export function leave({ listener, conns }: Estate): void {
  for (const fd of [listener, ...conns.map((conn) => conn.fd)]) close(fd)
}

/** Only a process of the same user may have it: an abstract name is everybody's. */
export function checkUser(front: UnixpacketConn): number {
  const { pid = 0, uid = -1 } = front.peerCred() ?? {}
  if (uid !== process.getuid?.()) throw new Error(`process ${pid} is another user's`)
  return pid
}

/** Gives it to the successor. Rejects where that has not taken all. */
export async function handOver(front: UnixpacketConn, { listener, conns }: Estate): Promise<void> {
  await using _ = front
  front.setDeadline(Date.now() + PATIENCE)
  await front.sendFd(listener, Uint8Array.of(LISTENER))
  for (const { fd, ahead } of conns) {
    await front.sendFd(fd, Buffer.concat([Uint8Array.of(CONN), ahead]))
  }
  front.closeWrite()
  if ((await front.read(new Uint8Array(1))) === null) throw new Error('the successor is gone')
}

/** Takes it from the predecessor, which then ends. */
export async function takeOver(front: UnixpacketConn): Promise<Estate> {
  front.setDeadline(Date.now() + PATIENCE)
  const record = new Uint8Array(RECORD)
  let listener = -1
  const conns: { fd: number; ahead: Uint8Array }[] = []
  try {
    for (;;) {
      const got = await front.receiveFd(record, { max: 1 })
      if (got === null) break
      const fd = got.fds[0] as number
      if (record[0] === LISTENER) listener = fd
      else conns.push({ fd, ahead: record.slice(1, got.n) })
    }
    if (listener < 0) throw new Error('the predecessor is gone')
    await front.write(Uint8Array.of(LISTENER))
    return { listener, conns }
  } catch (error) {
    for (const fd of [listener, ...conns.map((conn) => conn.fd)]) if (fd >= 0) close(fd)
    throw error
  }
}
