// Servers as a table that is drawn again and again.
import type { Backend } from './backend.js'
import { paint } from './colour.js'
import { bytes, duration } from './units.js'

// The widths are fixed, so that the table does not jump as the numbers grow; they fit 80 columns.
const WIDTHS = [5, 12, 8, 6, 6, 6]
const line = (cells: readonly string[]): string =>
  cells.map((cell, i) => cell.padStart(WIDTHS[i] ?? 0)).join(' ')
const HEAD = `${'server'.padEnd(26)} ${line(['conns', 'both ways', 'rtt', 'resent', 'taken', 'failed'])}`

/** Draws the servers; the throughput is what has moved since the last time. */
export class BackendTable {
  readonly #every: number
  readonly #before = new Map<Backend, number>()

  /** A table that is drawn each `every` ms. */
  constructor(every: number) {
    this.#every = every
  }

  draw(backends: readonly Backend[]): string {
    return [paint.title(HEAD), ...backends.map((backend) => this.#row(backend))].join('\n')
  }

  #row(backend: Backend): string {
    const { moved, rtt, resent } = backend.sum()
    const rate = ((moved - (this.#before.get(backend) ?? 0)) * 1000) / this.#every
    this.#before.set(backend, moved)
    const { taken, failed } = backend.tally
    const flow = [`${bytes(rate)}/s`, rtt === null ? '-' : duration(rtt), `${resent}`]
    const state = backend.up ? paint.good('up  ') : paint.bad('down')
    const cells = [`${backend.connections}`, ...flow, `${taken}`, `${failed}`]
    return `${backend.address.padEnd(21)} ${state} ${line(cells)}`
  }
}
