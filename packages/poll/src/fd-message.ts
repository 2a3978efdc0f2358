// Go: internal/poll/fd_unix.go (FD.ReadFrom, WriteTo, ReadMsg, WriteMsg). The calls that move whole messages.
import { errorFrom } from './errors.js'
import { OwnedFD } from './fd-life.js'
import type { Loop } from './loop.js'
import { loopOf } from './loop.js'
import type { Op } from './op.js'
import type { Names, ReceivedFrom, ReceivedMsg, ReceivedPacket } from './op-message.js'
import { COPIES, PacketOp, ReadFromOp, ReadMsgOp, WriteMsgOp, WriteToOp } from './op-message.js'
import { PatientWriteMsgOp, PatientWriteToOp, WriteRightsOp } from './op-rights.js'
import type { CallOptions } from './signals.js'
import { signalOf } from './signals.js'

/** A descriptor whose messages have bounds, senders and control data, where the kernel has them. */
export abstract class MessageFD extends OwnedFD {
  /**
   * Reads one message into `buf`, or waits for one: how many bytes, the sender's address as a struct sockaddr
   * (null where it has none), and whether the message was longer than `buf`; what did not fit is lost. An
   * empty `buf` takes a datagram too. `n` is null at the end of a stream or of records.
   * Go: `FD.ReadFrom`; recvfrom(2).
   *
   * ```ts
   * import { FD } from '@netfd/poll'
   * import { AF_INET, bind, encodeSockaddr, getsockname, socket, SOCK_DGRAM } from '@netfd/syscall'
   * const [a, b] = [socket(AF_INET, SOCK_DGRAM), socket(AF_INET, SOCK_DGRAM)].map((n) => {
   *   bind(n, encodeSockaddr({ family: 'inet4', addr: '127.0.0.1', port: 0 }))
   *   const fd = new FD(n)
   *   fd.init()
   *   return fd
   * }) as [FD, FD]
   * await a.writeTo(new TextEncoder().encode('hello'), getsockname(b.sysfd))
   * const { n, truncated } = await b.readFrom(new Uint8Array(4))
   * console.assert(n === 4 && truncated)
   * await Promise.all([a.close(), b.close()])
   * ```
   */
  readFrom(buf: Uint8Array, o?: CallOptions): Promise<ReceivedFrom> {
    return this.receiveFrom(COPIES, buf, o) as Promise<ReceivedFrom>
  }

  /**
   * `readFrom` with addresses of another kind.
   * @internal
   */
  receiveFrom<A>(names: Names<A>, buf: Uint8Array, o?: CallOptions): Promise<ReceivedFrom<A>> {
    try {
      const signal = o === undefined ? undefined : signalOf(o)
      const op = ReadFromOp.spares.get().of(this.kind, names, buf)
      return this.start(op, signal) as Promise<ReceivedFrom<A>>
    } catch (error) {
      return this.refused(errorFrom(error))
    }
  }

  /**
   * Sends `buf` as one datagram to the address that a struct sockaddr has; an empty one is a datagram too.
   * Go: `FD.WriteTo`; sendto(2).
   */
  writeTo(buf: Uint8Array, sockaddr: Uint8Array, o?: CallOptions): Promise<number> {
    return this.sendTo(buf, sockaddr, sockaddr, o)
  }

  /**
   * `writeTo` for a caller that has another name for the address, which `targetOf` its errors is.
   * @internal
   */
  sendTo(buf: Uint8Array, sockaddr: Uint8Array, to: unknown, o?: CallOptions): Promise<number> {
    try {
      const signal = o === undefined ? undefined : signalOf(o)
      return this.start(WriteToOp.spares.get().of(buf, sockaddr, to), signal)
    } catch (error) {
      return this.refused(errorFrom(error))
    }
  }

  /**
   * `readFrom` with control data, which goes into `oob`, and the MSG_ flags of the message. Descriptors that
   * come are the caller's. Go: `FD.ReadMsg`; recvmsg(2).
   */
  readMsg(buf: Uint8Array, oob: Uint8Array, o?: CallOptions): Promise<ReceivedMsg> {
    return this.receiveMsg(COPIES, buf, oob, false, o) as Promise<ReceivedMsg>
  }

  /**
   * `readMsg` with addresses of another kind. With `adopt`, descriptors that come are closed with the thread
   * unless the caller closes or disowns them before.
   * @internal
   */
  receiveMsg<A>(
    ...[names, buf, oob, adopt, o]: [Names<A>, Uint8Array, Uint8Array, boolean, CallOptions?]
  ): Promise<ReceivedMsg<A>> {
    try {
      const signal = o === undefined ? undefined : signalOf(o)
      const op = ReadMsgOp.spares.get().of(this.kind, names, buf, oob, adopt)
      return this.start(op, signal) as Promise<ReceivedMsg<A>>
    } catch (error) {
      return this.refused(errorFrom(error))
    }
  }

  /**
   * Sends `data` with control data, to the address that a struct sockaddr has where there is one. A list of
   * buffers is one message where messages have bounds, of at most 1024 buffers (`EMSGSIZE`). On a stream it
   * is one call, which may take less than all. Go: `FD.WriteMsg`; sendmsg(2).
   */
  writeMsg(
    data: Uint8Array | readonly Uint8Array[],
    oob: Uint8Array | null,
    sockaddr: Uint8Array | null = null,
    o?: CallOptions,
  ): Promise<number> {
    return this.sendMsg(data, oob, sockaddr, sockaddr, o)
  }

  /**
   * `writeMsg` as `sendTo` is `writeTo`.
   * @internal
   */
  sendMsg(
    ...[data, oob, sockaddr, to, o]: [
      Uint8Array | readonly Uint8Array[],
      Uint8Array | null,
      Uint8Array | null,
      unknown,
      CallOptions?,
    ]
  ): Promise<number> {
    try {
      return this.call(new WriteMsgOp(this.kind, data, oob, sockaddr, to), o)
    } catch (error) {
      return this.refused(errorFrom(error))
    }
  }

  /**
   * `sendMsg` or, for `sendto`, `sendTo`, tried again by time as well as at each edge: a local socket may never
   * be told of room in another one's queue.
   * @internal
   */
  sendPatiently(
    ...[call, data, oob, sockaddr, to, o]: [
      'sendto' | 'sendmsg',
      Uint8Array | readonly Uint8Array[],
      Uint8Array | null,
      Uint8Array | null,
      unknown,
      CallOptions?,
    ]
  ): Promise<number> {
    try {
      const PatientOp = call === 'sendto' ? PatientWriteToOp : PatientWriteMsgOp
      return this.call(new PatientOp(this.kind, data, oob, sockaddr, to), o)
    } catch (error) {
      return this.refused(errorFrom(error))
    }
  }

  /**
   * Sends all of `data` with descriptors, which `oob` has and which go with its first byte.
   * @internal
   */
  sendRights(data: Uint8Array, oob: Uint8Array, o?: CallOptions): Promise<number> {
    try {
      return this.call(new WriteRightsOp(this.kind, data, oob), o)
    } catch (error) {
      return this.refused(errorFrom(error))
    }
  }

  /**
   * Reads packets for a loop that may be left while it waits, as `reading` does pieces.
   * @internal
   */
  receiving<A>(names: Names<A>): Loop<[], ReceivedPacket<A> | null> {
    const op = new PacketOp(this.kind, names)
    return loopOf(op, () => this.start(op)) as Loop<[], ReceivedPacket<A> | null>
  }

  /**
   * Runs an operation that only its caller knows.
   * @internal
   */
  run<T>(op: Op<T>, signal?: AbortSignal): Promise<T> {
    return this.start(op, signal)
  }
}
