// @ts-check
// A conversation that goes on beside all else: each byte is compared, and none may be late for ever.
import { dial, listen } from '@netfd/net'
import { bytesOf, differsAt } from '../model/bytes.mjs'
import { Fault } from './part.mjs'

const PIECE = 40_000

/** How long one answer may take, in ms. */
const PATIENCE = 20_000

/** Two connections of this thread, one of which sends back what it gets. */
export class Conversation {
  #bytes = 0
  #over = false
  /** @type {unknown} */
  #failed
  /** @type {Promise<void>} */
  #talk = Promise.resolve()

  static async open() {
    const conversation = new Conversation()
    const listener = await listen('tcp', '127.0.0.1:0')
    const [client, server] = await Promise.all([
      dial('tcp', String(listener.addr)),
      listener.accept(),
    ])
    await listener.close()
    const echo = server.writeTo(server)
    conversation.#talk = conversation.#run(client).then(async () => {
      await echo
      await Promise.all([client.close(), server.close()])
    })
    conversation.#talk.catch((error) => {
      conversation.#failed = error
    })
    return conversation
  }

  /** @param {import('@netfd/net').TCPConn} conn */
  async #run(conn) {
    const answer = Buffer.alloc(PIECE)
    for (let id = 0; !this.#over; id++) {
      const question = bytesOf(id, PIECE)
      conn.setDeadline(Date.now() + PATIENCE)
      await Promise.all([conn.write(question), conn.readFull(answer)])
      const at = differsAt([question], 0, answer)
      if (at >= 0) throw new Fault(`byte ${at} of answer ${id} is another one`)
      this.#bytes += PIECE
      await new Promise((resolve) => setImmediate(resolve))
    }
    conn.closeWrite()
  }

  /** Throws what it has failed with. */
  check() {
    if (this.#failed !== undefined) throw this.#failed
  }

  /** Ends it; how many bytes went there and back. */
  async close() {
    this.#over = true
    await this.#talk
    return this.#bytes
  }
}
