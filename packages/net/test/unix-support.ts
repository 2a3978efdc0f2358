// Local sockets to test with: a directory for their files, and two connected ends.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Conns, Listeners, ListenOptions } from '../src/index.js'
import { dial, listen } from '../src/index.js'
import { track } from './support.js'

/** The networks that have listeners. */
export type Listening = 'unix' | 'unixpacket'

/** A directory that is removed after the test. */
export function directory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'netfd-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  return dir
}

/** A path where there is nothing yet. */
export const freePath = (): string => join(directory(), 's')

/** A listener that is closed after the test, at a path of its own unless the name is said. */
export async function listeningAt<N extends Listening>(
  network: N,
  name = freePath(),
  o?: ListenOptions,
): Promise<Listeners[N]> {
  return track(await listen(network, name, o))
}

/** Two ends: the one that dialed, and the accepted one. */
export async function unixPair<N extends Listening>(
  network: N,
  name = '',
): Promise<[Conns[N], Conns[N]]> {
  const listener = await listeningAt(network, name)
  const client = track(await dial(network, String(listener.addr)))
  return [client, track((await listener.accept()) as Conns[N])]
}
