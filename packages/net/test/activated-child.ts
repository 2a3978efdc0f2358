// A service whose sockets its manager has opened, for unix-programs.test.ts: it says who it is over each of them.
import { close } from '@netfd/syscall'
import {
  fileListener,
  filePacketConn,
  listenFds,
  TCPListener,
  UDPConn,
  UnixgramConn,
  UnixListener,
} from '../src/index.js'

const given = listenFds()
console.log(given.map(({ name }) => name).join(' '))

async function accepts(fd: number): Promise<void> {
  await using listener = fileListener(fd)
  await using conn = await listener.accept()
  const buf = new Uint8Array(256)
  const n = (await conn.read(buf)) ?? 0
  await conn.write(Buffer.concat([Buffer.from(kind(listener)), buf.subarray(0, n)]))
}

async function answers(fd: number): Promise<void> {
  await using conn = filePacketConn(fd)
  const buf = new Uint8Array(256)
  const { n, addr } = await conn.readFrom(buf)
  const answer = Buffer.concat([Buffer.from(kind(conn)), buf.subarray(0, n)])
  if (conn instanceof UDPConn && addr?.network === 'udp') await conn.writeTo(answer, addr as never)
  if (conn instanceof UnixgramConn) await conn.writeTo(answer, addr as never)
}

function kind(of: unknown): string {
  const kinds = { TCPListener, UnixListener, UDPConn, UnixgramConn }
  const [name = '?'] = Object.entries(kinds).find(([, made]) => of instanceof made) ?? []
  return `${name} heard `
}

const serve = process.argv[2] === 'datagrams' ? answers : accepts
await Promise.all(
  given.map(async ({ fd }) => {
    await serve(fd)
    close(fd)
  }),
)
console.log('served')
