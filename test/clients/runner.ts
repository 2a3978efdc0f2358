// Where the work of the clients is done: here, or on another runtime.
import type { Client, Form, Where } from './client.js'
import type { Outcome, Plug } from './hole.js'
import { underPulledCable } from './hole.js'
import { tune, untune } from './tuning.js'

/** Does pieces of work. */
export interface Runner {
  work(client: Client, form: Form, name: string, to: Where): Promise<void>
  hole(clients: readonly Client[], at: (form: Form) => Where, plug: Plug): Promise<Outcome[]>
  close(): Promise<void>
}

/** In this process. */
export const here = (): Runner => ({
  work: async (client, form, name, to) => {
    tune(form, to)
    await client.works[name]?.(to, form)
  },
  hole: underPulledCable,
  close: async () => untune(),
})
