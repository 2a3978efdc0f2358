// Sources and destinations that do as a test says, and bytes in pieces.
import type { CallOptions } from '@netfd/poll'
import type { Reader } from '../../src/index.js'

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

export const text = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('utf8')

/** A source that remembers how often it was read, and into how many bytes each time. */
interface Script extends Reader {
  reads: number
  readonly rooms: number[]
}

/** A source that gives `bytes` in pieces of `size` at most, then ends. */
export function pieces(bytes: Uint8Array | string, size: number): Script {
  const all = typeof bytes === 'string' ? utf8(bytes) : bytes
  const parts: Uint8Array[] = []
  for (let at = 0; at < all.length; at += size) parts.push(all.subarray(at, at + size))
  return script(parts)
}

/** A source that does one step a read: bytes are given, an Error is thrown, and then it ends. */
export function script(steps: readonly (Uint8Array | string | Error)[]): Script {
  const left = steps.map((step) => (typeof step === 'string' ? utf8(step) : step))
  return {
    reads: 0,
    rooms: [],
    read(buf) {
      this.reads++
      this.rooms.push(buf.length)
      const step = left.shift()
      if (step === undefined) return Promise.resolve(null)
      if (step instanceof Error) return Promise.reject(step)
      const n = Math.min(buf.length, step.length)
      buf.set(step.subarray(0, n))
      if (n < step.length) left.unshift(step.subarray(n))
      return Promise.resolve(n)
    },
  }
}

/** A source whose reads wait until the test gives bytes; an aborted read is rejected and takes nothing. */
export class Manual implements Reader {
  readonly signals: (AbortSignal | undefined)[] = []
  #give: ((bytes: Uint8Array | null) => void) | null = null

  read(buf: Uint8Array, o?: CallOptions): Promise<number | null> {
    this.signals.push(o?.signal)
    return new Promise((resolve, reject) => {
      o?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
      this.#give = (bytes) => {
        if (bytes !== null) buf.set(bytes)
        resolve(bytes === null ? null : bytes.length)
      }
    })
  }

  give(bytes: string | null): void {
    const give = this.#give
    if (give === null) throw new Error('no read waits')
    this.#give = null
    give(bytes === null ? null : utf8(bytes))
  }
}
