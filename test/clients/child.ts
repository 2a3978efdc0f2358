// Does the work of the clients on another runtime than the tests': remote.ts starts it, sends it commands and
// hears what became of them, a line of JSON each. Built, and with @netfd/net as it is built.
import { createInterface } from 'node:readline'
import { all } from './all.js'
import type { Client, Form, Where } from './client.js'
import { underPulledCable } from './hole.js'
import { tune } from './tuning.js'

/** Where a server is, as far as that can be sent. */
export type Place = Pick<Where, 'host' | 'port' | 'securePort' | 'ca'>

/** What the tests tell this process. */
export type Command =
  | { id: number; do: 'work'; client: string; form: Form; name: string; to: Place }
  | { id: number; do: 'hole'; clients: readonly string[]; at: Record<Form, Place> }
  | { id: number; do: 'asked' }

/** What this process tells the tests. */
export type Reply =
  | { id: number; value?: unknown; error?: string }
  | { ask: 'kill' | 'start' | 'pull' | 'plug'; id: number }

const say = (reply: Reply): void => console.log(JSON.stringify(reply))

const waiting = new Map<number, () => void>()
let questions = 0

/** Has the tests do something about the server or its cable. */
const ask = (what: 'kill' | 'start' | 'pull' | 'plug'): Promise<void> =>
  new Promise((resolve) => {
    const id = questions++
    waiting.set(id, resolve)
    say({ ask: what, id })
  })

const where = (place: Place): Where => ({
  ...place,
  kill: () => ask('kill'),
  start: () => ask('start'),
})

const find = (name: string): Client => {
  const client = all.find((client) => client.name === name)
  if (client === undefined) throw new Error(`no client ${name}`)
  return client
}

async function run(command: Command): Promise<unknown> {
  if (command.do === 'work') {
    const { client, form, name, to } = command
    tune(form, where(to))
    return await find(client).works[name]?.(where(to), form)
  }
  if (command.do === 'hole') {
    const plug = { pull: () => ask('pull'), plug: () => ask('plug') }
    return await underPulledCable(
      command.clients.map(find),
      (form) => where(command.at[form]),
      plug,
    )
  }
  return
}

const obey = async (command: Command): Promise<void> => {
  if (command.do === 'asked') {
    waiting.get(command.id)?.()
    waiting.delete(command.id)
    return
  }
  try {
    say({ id: command.id, value: await run(command) })
  } catch (error) {
    say({ id: command.id, error: String((error as Error)?.stack ?? error) })
  }
}

// A client's stray error is a piece that fails, and not the end of the others.
process.on('uncaughtException', (error) => console.error(error))
process.on('unhandledRejection', (error) => console.error(error))

createInterface({ input: process.stdin }).on('line', (line) => void obey(JSON.parse(line)))
