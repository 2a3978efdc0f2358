// Where `writeTo` may put bytes, and what each of them is.
import type { FileHandle } from 'node:fs/promises'
import type { CallOptions } from '@netfd/poll'
import { kindOf } from './arguments.js'
import { NetConn } from './conn.js'
import type { NodeWritable } from './destination-node.js'
import { NodeSink } from './destination-node.js'
import type { WebWritable } from './destination-web.js'
import { WebSink } from './destination-web.js'
import { FileSink, WriterSink } from './destination-writer.js'
import type { Guard } from './guard.js'
import { isEmitter } from './node-stream.js'
import type { Sink } from './sink.js'
import { isFileHandle } from './sources.js'

/** Whatever bytes can be written to, as to a Conn. Go: `io.Writer`. */
export interface Writer {
  /**
   * Takes `data`. A number that is returned at once says how many bytes of it were taken, and that the
   * memory of `data` may be used for the next piece. After any other answer, a promise included, the
   * memory belongs to the writer for good. A number in a promise, or a `bytesWritten` there, counts as
   * well; after fewer bytes than there were the rest is written. `signal` is aborted when the transfer
   * is over and `write` still waits.
   */
  write(data: Uint8Array, o?: CallOptions): unknown
}

/**
 * Where `writeTo` puts bytes: a Conn or anything else with its `write`, an open file of
 * node:fs, a Writable of Node, a WritableStream of the web or its writer. It is never closed or ended.
 */
export type Destination =
  | Writer
  | WebWritable
  // Without their `write`, so that the compiler knows what the `write` of a Writer of one's own is given.
  | Omit<FileHandle, 'write'>
  | Omit<NodeJS.WritableStream, 'write'>

type Open = (guard: Guard) => Sink

/** How to put bytes there; nothing is touched yet. Throws TypeError for what is no destination. */
export function destinationOf(dst: unknown): Open {
  if (typeof dst === 'object' && dst !== null) {
    if (typeof (dst as Partial<WebWritable>).getWriter === 'function') {
      return webOpener(dst as WebWritable)
    }
    if (typeof (dst as Partial<Writer>).write === 'function') return opener(dst as Writer)
  }
  throw new TypeError(
    `dst must be a Conn, a FileHandle, a stream, or have a function write: got ${kindOf(dst)}`,
  )
}

function webOpener(dst: WebWritable): Open {
  if (dst.locked === true) throw new TypeError('dst is locked to a writer: pass that writer')
  return (guard) => new WebSink(dst, guard)
}

function opener(dst: Writer): Open {
  if (isFileHandle(dst)) return (guard) => new FileSink(dst, guard)
  if (isEmitter(dst)) return (guard) => new NodeSink(dst as NodeWritable & Writer, guard)
  // What the kernel has taken is not looked at again.
  return (guard) => new WriterSink(dst, guard, dst instanceof NetConn)
}
