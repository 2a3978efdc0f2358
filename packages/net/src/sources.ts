// Where `readFrom` may take bytes from, and what each of them is.
import type { FileHandle } from 'node:fs/promises'
import { isUint8Array } from 'node:util/types'
import { kindOf } from './arguments.js'
import { NetConn } from './conn.js'
import type { Guard } from './guard.js'
import type { Reader } from './net.js'
import { isEmitter } from './node-stream.js'
import type { Piece } from './pieces.js'
import { IterableTap } from './source-iterable.js'
import type { NodeReadable } from './source-node.js'
import { NodeTap } from './source-node.js'
import { FileTap, ReaderTap } from './source-reader.js'
import type { WebReadable, WebReader } from './source-web.js'
import { WebTap } from './source-web.js'
import type { Tap } from './tap.js'

/**
 * Where `readFrom` takes bytes from: a Conn or anything else with its `read`, an open
 * file of node:fs, a Readable of Node, a ReadableStream of the web or its reader, and everything that can be
 * iterated and gives bytes or text. Text is sent as UTF-8.
 */
export type Source =
  | Reader
  // Without its `read`, so that the compiler knows what the `read` of a Reader of one's own is given.
  | Omit<FileHandle, 'read'>
  | WebReadable
  | WebReader
  | AsyncIterable<Piece>
  | (Iterable<Piece> & object)

/** Whether it is an open file of node:fs. */
export function isFileHandle(end: object): end is FileHandle {
  return typeof (end as FileHandle).fd === 'number' && 'createReadStream' in end
}

type Open = (guard: Guard, limit: number) => Tap

/** How to take bytes from it; nothing is touched yet. Throws TypeError for what is no source. */
export function sourceOf(src: unknown): Open {
  const open = typeof src === 'object' && src !== null ? opener(src) : null
  if (open !== null) return open
  throw new TypeError(
    `src must be a Conn, a FileHandle, a stream, an iterable of bytes or text, or have a function read: got ${kindOf(src)}`,
  )
}

function opener(src: object): Open | null {
  if (isFileHandle(src)) return (guard) => new FileTap(src, guard)
  if (isNodeReadable(src)) return (guard) => new NodeTap(src, guard)
  if (has(src, 'getReader')) return webOpener(src as WebReadable)
  if (has(src, 'read') && !has(src, 'pipe')) {
    if (has(src, 'releaseLock')) return (guard) => new WebTap(src as WebReader, null, guard)
    return (guard, limit) => new ReaderTap(src as Reader, guard, limit, src instanceof NetConn)
  }
  return iterableOpener(src)
}

function webOpener(src: WebReadable): Open {
  if (src.locked === true) throw new TypeError('src is locked to a reader: pass that reader')
  return (guard) => WebTap.of(src, guard)
}

function iterableOpener(src: object): Open | null {
  // Numbers are what iterating over bytes gives: `write` sends those.
  if (ArrayBuffer.isView(src) || isUint8Array(src)) return null
  if (has(src, Symbol.asyncIterator)) {
    const iterable = src as AsyncIterable<unknown>
    return (guard) => new IterableTap(iterable[Symbol.asyncIterator](), guard)
  }
  if (!has(src, Symbol.iterator)) return null
  const iterable = src as Iterable<unknown>
  return (guard) => new IterableTap(iterable[Symbol.iterator](), guard)
}

const has = (src: object, key: PropertyKey): boolean =>
  typeof (src as Record<PropertyKey, unknown>)[key] === 'function'

/** An older stream, without these, is taken for the iterable that it may be. */
const isNodeReadable = (src: object): src is NodeReadable =>
  isEmitter(src) &&
  has(src, 'read') &&
  has(src, 'unshift') &&
  typeof (src as NodeReadable).readableLength === 'number'
