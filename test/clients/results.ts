// What the tests of the clients came to, from their processes to the table in docs/clients.md.
import { appendFileSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { markdownTable, withPart } from '../../tools/markdown.mjs'
import { root } from '../../tools/step.mjs'
import type { Client, Form } from './client.js'
import { offered } from './client.js'

/** The page that has the table. */
export const page = join(root, 'docs/clients.md')

/** One piece of a client's work, or one of its requests into a pulled cable. */
export interface Piece {
  readonly client: string
  readonly form: Form
  readonly name: string
  readonly pulled: boolean
}

/** A piece that was tried. */
export interface Result extends Piece {
  readonly passed: boolean
}

/** Everything that is tried of a client in a form. */
export function pieces({ name: client, works, holds }: Client, form: Form): Piece[] {
  const of = (pulled: boolean) => (name: string) => ({ client, form, name, pulled })
  return [...Object.keys(works).map(of(false)), ...Object.keys(holds).map(of(true))]
}

/** Notes a result in the file of this run. */
export const note = (file: string, result: Result): void =>
  appendFileSync(file, `${JSON.stringify(result)}\n`)

/** The results of a run, the last one of each piece. */
export function readResults(file: string): Result[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  const results = lines.map((line) => JSON.parse(line) as Result)
  return [...new Map(results.map((result) => [idOf(result), result])).values()]
}

const idOf = ({ client, form, name, pulled }: Piece): string =>
  JSON.stringify([client, form, name, pulled])

/** The runtimes of the table, in its order. */
const RUNTIMES = ['Node 20', 'Node 22', 'Node 24', 'Node 26', 'Bun', 'Deno']

const FORMS: Partial<Record<Form, string>> = {
  socket: 'hand-over',
  duplex: 'Duplex',
  tuned: '`tuneAll`',
}

const require = createRequire(import.meta.url)

/** The package with its version; what belongs to the runtime has none. */
function title(client: string): string {
  if (client.startsWith('node:') || client === 'fetch') return `\`${client}\``
  const manifest = `/node_modules/${client}/package.json`
  const [folder] = require.resolve.paths(client) ?? []
  const places = [folder ?? '', join(root, 'node_modules')].map((dir) => join(dir, '..', manifest))
  for (const place of places) {
    try {
      return `${client} ${JSON.parse(readFileSync(place, 'utf8')).version}`
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return client
}

/** What a run came to in one cell: how many pieces passed, and the names of those that did not. */
function cell(all: readonly Piece[], results: ReadonlyMap<string, Result>): string | null {
  const found = all.map((piece) => results.get(idOf(piece)))
  // Only a part was run: that says nothing.
  if (found.includes(undefined)) return null
  const failed = found.filter((result) => result?.passed === false) as Result[]
  if (failed.length === 0) return `✓ ${all.length}`
  if (failed.length === all.length) return '–'
  const names = failed.map(({ name, pulled }) => (pulled ? `pulled: ${name}` : name))
  return `${all.length - failed.length}, not ${names.join(', ')}`
}

const names = (all: readonly Piece[], pulled: boolean): string =>
  all
    .filter((piece) => piece.pulled === pulled)
    .map(({ name }) => name)
    .join(', ')

/** The cells that a text has already, by the first two of their row. */
function cellsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const rows = [...text.matchAll(/^\| (.*) \|$/gm)].map(([, row = '']) => row.split(' | '))
  return new Map(rows.map(([client = '', form = '', ...rest]) => [client + form, rest.slice(2)]))
}

/** The page with the results of a run in the column of its runtime. What was not run stays as it is. */
export function withResults(
  text: string,
  clients: readonly Client[],
  results: readonly Result[],
  runtime: string,
): string {
  const byId = new Map(results.map((result) => [idOf(result), result]))
  const old = cellsOf(text)
  const column = RUNTIMES.indexOf(runtime)
  const rows = clients.flatMap((client) =>
    offered(client).map((form) => {
      const all = pieces(client, form)
      const head = [title(client.name), FORMS[form] ?? form]
      const cells = RUNTIMES.map((_, i) => old.get(head.join(''))?.[i] ?? '')
      cells[column] = cell(all, byId) ?? cells[column] ?? ''
      return [...head, names(all, false), names(all, true), ...cells]
    }),
  )
  const table = markdownTable(['Client', 'Form', 'Work', 'Pulled cable', ...RUNTIMES], rows)
  return withPart(text, 'clients', table)
}
