// The tests of the clients of one server: their work in each form, and a cable that is pulled.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { Folder } from '../servers/folder.js'
import { installed } from '../servers/installed.js'
import type { Place } from '../servers/place.js'
import { canLay, FarEnd, loopback } from '../servers/place.js'
import type { Server } from '../servers/server.js'
import type { Client, Form, Where } from './client.js'
import { offered } from './client.js'
import type { Outcome } from './hole.js'
import { Remote } from './remote.js'
import type { Piece } from './results.js'
import { note, pieces } from './results.js'
import type { Runner } from './runner.js'
import { here } from './runner.js'

/** A server, and those who talk to it. */
export interface Suite {
  /** The server's program; null for one that comes with the tests. */
  readonly program: string | null
  readonly start: (place: Place, folder: Folder) => Promise<Server>
  readonly clients: readonly Client[]
}

/** The runtime to do the work on, as a JSON list: its program and arguments. None: this one. */
const elsewhere = process.env.NETFD_CLIENTS_COMMAND

/** Runs a piece, and notes what it came to for the table. */
async function noted(piece: Piece, run: () => Promise<void> | void): Promise<void> {
  const file = inject('clientResults')
  try {
    await run()
    note(file, { ...piece, passed: true })
  } catch (error) {
    note(file, { ...piece, passed: false })
    // What another runtime cannot do is no fault: the table says what it is.
    if (elsewhere === undefined) throw error
  }
}

/** The tests of it. Without its program there are none to run. */
export function suite({ program, start, clients: all }: Suite): void {
  const clients = all.filter((client) => offered(client).length > 0)
  if (clients.length === 0) return
  const missing = program !== null && !installed(program)
  describe.skipIf(missing)(program ?? clients.map(({ name }) => name).join(' '), () => {
    const cable = canLay ? FarEnd.lay() : null
    const place = cable ?? loopback
    let folder: Folder
    let server: Server
    let runner: Runner

    const at = (form: Form): Where => ({
      // Another address, so that tuneAll can tell its sockets from those that stay as they are.
      host: form === 'tuned' ? place.other : place.address,
      port: server.port,
      securePort: server.securePort,
      ca: readFileSync(folder.cert, 'utf8'),
      kill: () => server.kill(),
      start: () => server.start(),
    })

    beforeAll(async () => {
      folder = await Folder.make(place.address, place.other)
      server = await start(place, folder)
      runner = elsewhere === undefined ? here() : new Remote(JSON.parse(elsewhere))
    })
    afterAll(async () => {
      await runner.close()
      await server.kill()
      folder[Symbol.dispose]()
      place[Symbol.dispose]()
    })

    for (const client of clients) {
      describe.each(offered(client))(`${client.name}, %s`, (form) => {
        it.each(Object.keys(client.works))('%s', async (name) => {
          const piece = { client: client.name, form, name, pulled: false }
          await noted(piece, () => runner.work(client, form, name, at(form)))
        })
      })
    }
    if (cable === null || clients.every(({ holds }) => Object.keys(holds).length === 0)) return
    describe('while the cable is pulled', () => {
      let outcomes: readonly Outcome[]

      beforeAll(async () => {
        if (elsewhere === undefined) outcomes = await runner.hole(clients, at, cable)
        else outcomes = await oneByOne(cable)
      }, 600_000)

      /** Another runtime may not live through it: each client has a cable of its own to be pulled. */
      const oneByOne = async (cable: FarEnd): Promise<Outcome[]> => {
        const all: Outcome[] = []
        for (const client of clients) {
          try {
            all.push(...(await runner.hole([client], at, cable)))
          } catch {
            cable.plug()
            await server.kill()
            await server.start()
          }
        }
        return all
      }

      const rows = clients
        .flatMap((client) => offered(client).flatMap((form) => pieces(client, form)))
        .filter(({ pulled }) => pulled)
      it.each(rows)('$client, $name, $form rejects before the stock client', async (piece) => {
        const outcome = outcomes.find(
          ({ client, hold, form }) =>
            client === piece.client && hold === piece.name && form === piece.form,
        )
        await noted(piece, () => {
          expect(outcome).toMatchObject({ code: 'ETIMEDOUT', stockPending: true })
        })
      })
    })
  })
}
