// Go: net/tcpsock.go and unixsock.go. What connections have that are streams of bytes.
import type { FileHandle } from 'node:fs/promises'
import type { CallOptions } from '@netfd/poll'
import { signalOf, sizeOf, UnexpectedEOFError, viewOf } from '@netfd/poll/internal'
import { SHUT_RD, SHUT_WR } from '@netfd/syscall'
import { checkOptions } from './arguments.js'
import { NetConn } from './conn.js'
import type { Transfer, TransferOptions, TransferTerms } from './copy.js'
import { copyFrom, copyTo, flowOf, limitOf } from './copy.js'
import type { Destination } from './destinations.js'
import { destinationOf } from './destinations.js'
import type { OpError } from './errors.js'
import type { NetFD } from './fd.js'
import { PiecesOf } from './iterate.js'
import type { Addr, Reader, StreamConn } from './net.js'
import type { Source } from './sources.js'
import { isFileHandle, sourceOf } from './sources.js'

/** What `peek` takes. */
export interface PeekOptions extends CallOptions {
  /** For how many bytes to wait, from 1 to the size of the buffer. */
  min?: number | undefined
}

/**
 * A connection that is a stream of bytes: what `dial` gives for TCP, and `pipe`.
 * Go: what `net.TCPConn` and a stream's `net.UnixConn` share.
 */
export abstract class NetStreamConn extends NetConn implements StreamConn {
  /** The other end's address: the same object each time, also after close. */
  override get remoteAddr(): Addr {
    return this.fd.raddr as Addr
  }

  /**
   * Fills all of `buf` and resolves to its length. When the stream ends before that, rejects with
   * UnexpectedEOFError (`ERR_UNEXPECTED_EOF`). Every rejection carries `bytesRead`, how many bytes of
   * `buf` were filled. Go: `io.ReadFull`.
   */
  async readFull(buf: Uint8Array, o?: CallOptions): Promise<number> {
    const size = sizeOf(buf)
    const n = await readUntilFull(this, buf, o)
    if (n < size) throw new UnexpectedEOFError(n)
    return n
  }

  /**
   * Looks at what arrives without taking it: the next `read` gets the same bytes. Waits until there are `min`
   * of them (1 when left out) and resolves to how many are in `buf`; 0 once the peer has closed its side.
   * For a PROXY line or a TLS greeting, before the connection is handed on.
   *
   * Fewer than `min` when the peer ends its side before, where `min` is more than a quarter of the receive
   * buffer (`setReadBuffer`), which may hold no more, and, from Linux 6.2 on, where the kernel has no room for more
   * until something is read: a peek after reads may come to that with less in the buffer. What arrives at an end of `pipe()` lies in the other end's
   * send buffer, which small writes fill with few bytes: no more than a thousandth of a send buffer is waited
   * for there (208 bytes), and that of the other end must not have been made smaller than this end's.
   *
   * Rejects with OpError as `read` does, and with RangeError for a `min` that is no whole number from 1 to the
   * size of `buf`. recv(2) with MSG_PEEK.
   *
   * ```ts
   * import { dial, listen } from '@netfd/net'
   * await using listener = await listen('tcp', '127.0.0.1:0')
   * await using client = await dial('tcp', String(listener.addr))
   * await using conn = await listener.accept()
   * await client.write('PROXY UNKNOWN')
   * const first = new Uint8Array(5)
   * await conn.peek(first, { min: 5 })
   * console.assert(Buffer.from(first).toString() === 'PROXY')
   * console.assert((await conn.read(new Uint8Array(64))) === 13)
   * ```
   */
  async peek(buf: Uint8Array, o: PeekOptions = {}): Promise<number> {
    const size = sizeOf(buf)
    checkOptions('peek', o, ['min', 'signal'])
    const { min = Math.min(1, size), signal } = o
    if (!Number.isInteger(min) || min > size || (min < 1 && size > 0)) {
      throw new RangeError(
        `min must be a whole number from 1 to the size of buf, got ${String(min)}`,
      )
    }
    return await this.fd.peek(buf, min, { signal })
  }

  /**
   * Writes all of `bufs` in order with as few calls as there can be, 1024 buffers each, and resolves to
   * the sum of their lengths. The list is left as it is. Go: `Buffers.WriteTo`; writev(2).
   */
  writev(bufs: readonly Uint8Array[], o?: CallOptions): Promise<number> {
    return this.fd.writev(bufs, o)
  }

  /**
   * Writes as much of `buf` as there is room for at once, without a promise: how many bytes were taken, or -1
   * when it would have to wait, for the kernel has no room, another write is under way, or this turn of the
   * event loop has moved enough. Then `write` waits. For loops that answer what they read; see `writeTo`.
   *
   * Throws what `write` rejects with: OpError (`ETIMEDOUT` past the write deadline, `ERR_NET_CLOSED`, `EPIPE`
   * and the kernel's others), and TypeError for what is no Uint8Array. 0 only for an empty `buf`. send(2).
   *
   * ```ts
   * import { dial, listen } from '@netfd/net'
   * await using listener = await listen('tcp', '127.0.0.1:0')
   * await using conn = await dial('tcp', String(listener.addr))
   * await using peer = await listener.accept()
   * const hello = new TextEncoder().encode('hello')
   * const n = conn.tryWrite(hello)
   * if (n < hello.length) await conn.write(hello.subarray(Math.max(n, 0)))
   * console.assert((await peer.read(new Uint8Array(16))) === 5)
   * ```
   */
  tryWrite(buf: Uint8Array): number {
    return this.fd.tryWrite(buf)
  }

  /** Ends reading: a read that waits gets null. Throws OpError. Go: `CloseRead`; shutdown(2). */
  closeRead(): void {
    this.do('close', () => this.fd.shutdown(SHUT_RD))
  }

  /** Ends writing: the peer reads to the end. Reads go on. Go: `CloseWrite`; shutdown(2). */
  closeWrite(): void {
    this.do('close', () => this.fd.shutdown(SHUT_WR))
  }

  /**
   * Takes bytes from `src` until it ends, or `limit` of them, and writes them here; resolves to how
   * many. From a TCPConn they are spliced inside the kernel, but for a row of small pieces, which are
   * cheaper to copy; from a FileHandle sent by sendfile from its own position. Anything else is copied: a
   * Conn, streams of Node and of the web and their readers, iterables of bytes or of text. A stream keeps
   * what is behind the limit, but for a web stream that is not of bytes, and is never destroyed.
   *
   * Rejects with OpError: what the source failed with, or as `write` does, also while the source is silent:
   * `ERR_NET_CLOSED`, `ETIMEDOUT` past the write deadline or when nothing moved for `idleTimeout`, `ABORT_ERR`.
   * It carries `bytesWritten`, and `bytesRead` when it copied. TypeError or RangeError for what is no source or no whole number.
   * Go: `TCPConn.ReadFrom`; splice(2), sendfile(2).
   */
  async readFrom(src: Source, o: TransferOptions = {}): Promise<number> {
    const open = sourceOf(src)
    const transfer = this.#transfer('readfrom', o)
    if (transfer.limit <= 0) return 0
    return await this.#take(src, open, transfer)
  }

  /**
   * Sends what arrives here to `dst` until the peer ends its side, or `limit` bytes of it; resolves to how
   * many. To a TCPConn they are spliced inside the kernel. To a FileHandle, a stream of Node or of the web,
   * a Conn or a Writer of one's own they are copied, and the next piece is read when `dst` has room for
   * it. `dst` is not ended. A Writer of one's own is called as the bytes arrive, and where it answers at once
   * with a number no promise is made for the piece: see `tryWrite`.
   *
   * Rejects with OpError: what `dst` failed with, `ETIMEDOUT` when nothing moved for `idleTimeout`, or as `read`
   * does, also while `dst` keeps it waiting. It carries `bytesWritten` and `bytesRead`. TypeError for what is no destination. Go: `TCPConn.WriteTo`.
   */
  async writeTo(dst: Destination, o: TransferOptions = {}): Promise<number> {
    const open = destinationOf(dst)
    const transfer = this.#transfer('writeto', o)
    if (isStreamConn(dst) && dst.splices) return await dst.takeFrom(this, transfer)
    return transfer.limit <= 0 ? 0 : await copyTo(transfer, open)
  }

  /**
   * `for await (const piece of conn)`: what arrives, until the end. Leaving the loop closes nothing and
   * loses no byte, also when a stream made of it is destroyed while it waits.
   */
  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    return new PiecesOf(this.fd.reading())
  }

  /**
   * The loop above for a stream of Node, which asks for one piece after the other by itself: an iterator
   * would be most of what an idle stream costs.
   * @internal
   */
  reading(): ReturnType<NetFD['reading']> {
    return this.fd.reading()
  }

  /**
   * Whether the kernel moves its bytes to and from another such connection.
   * @internal
   */
  protected get splices(): boolean {
    return true
  }

  /**
   * `readFrom` with what a transfer of another connection has been given.
   * @internal
   */
  async takeFrom(src: Source, terms: TransferTerms): Promise<number> {
    if (terms.limit <= 0) return 0
    return await this.#take(src, sourceOf(src), { ...terms, fd: this.fd, op: 'readfrom' })
  }

  /**
   * `writeTo` with them.
   * @internal
   */
  async giveTo(dst: Destination, terms: TransferTerms): Promise<number> {
    return await copyTo({ ...terms, fd: this.fd, op: 'writeto' }, destinationOf(dst))
  }

  async #take(src: Source, open: ReturnType<typeof sourceOf>, transfer: Transfer): Promise<number> {
    return (await this.#inKernel(src, transfer)) ?? (await copyFrom(transfer, open))
  }

  #transfer(op: Transfer['op'], o: TransferOptions): Transfer {
    const name = op === 'readfrom' ? 'readFrom' : 'writeTo'
    checkOptions(name, o, ['limit', 'signal', 'idleTimeout'])
    const flow = flowOf(o.idleTimeout)
    return { fd: this.fd, op, limit: limitOf(o.limit), signal: signalOf(o), flow }
  }

  /** The bytes moved without leaving the kernel, or null where it cannot. */
  async #inKernel(src: Source, transfer: Transfer): Promise<number | null> {
    if (isStreamConn(src) && src.splices && this.splices) {
      const { limit, signal, flow } = transfer
      return await this.fd.spliceWhile(src.fd, limit, signal, flow)
    }
    if (isFileHandle(src)) return await this.#sendFile(src, transfer)
    return null
  }

  /** As Go has it, a file that could not even begin fails with the error of the write that was to come. */
  async #sendFile(src: FileHandle, { limit, signal, flow }: Transfer): Promise<number | null> {
    try {
      return await this.fd.sendWhile(src, null, limit, signal, flow)
    } catch (error) {
      const { cause, bytesWritten, code, timeout } = error as OpError
      if (bytesWritten !== 0 || !(timeout || code === 'ERR_NET_CLOSED')) throw error
      throw this.fd.opError('readfrom', this.fd.opError('write', cause, 0), 0)
    }
  }
}

// Outside the class: a bundler renames one that names itself.
export const isStreamConn = (end: object): end is NetStreamConn => end instanceof NetStreamConn

/**
 * Reads until `buf` is full: its length, or how many bytes there were before the end. An error on the
 * way says it too, as `bytesRead`: those bytes are in `buf`, and nowhere else any more.
 */
async function readUntilFull(r: Reader, buf: Uint8Array, o?: CallOptions): Promise<number> {
  const size = sizeOf(buf)
  let at = 0
  try {
    while (at < size) {
      const n = await r.read(at === 0 ? buf : viewOf(buf, at), o)
      if (n === null) break
      at += n
    }
  } catch (error) {
    throw Object.assign(error as Error, { bytesRead: at })
  }
  return at
}
