// Packets from many clients to one target and back, by the batch.
import type { UDPAddr, UDPConn } from '@netfd/net'
import { dial, PacketBatch } from '@netfd/net'
import { complain } from './cli.js'

/** At most so many clients; what others send is lost. */
const MOST = 1_000

/** How long a client is remembered without an answer, in ms. */
const PATIENCE = 60_000

/** A relay on a socket of its caller's. */
export class PacketRelay {
  readonly #front: UDPConn
  readonly #target: string
  readonly #signal: AbortSignal
  readonly #clients = new Map<string, UDPConn>()
  readonly #backs = new Set<Promise<void>>()
  /** Packets that were passed on, in either direction, how many reads they took, and what was lost. */
  readonly seen = { packets: 0, batches: 0, lost: 0 }

  constructor(front: UDPConn, target: string, signal: AbortSignal) {
    this.#front = front
    this.#target = target
    this.#signal = signal
  }

  get clients(): number {
    return this.#clients.size
  }

  /** Passes on what comes. Rejects when the signal is aborted, and every socket but the caller's is closed. */
  async run(): Promise<void> {
    const batch = new PacketBatch()
    try {
      for (;;) {
        const n = await this.#front.readBatch(batch, { signal: this.#signal })
        this.seen.batches++
        for (let i = 0; i < n; ) i = await this.#forth(batch, i)
      }
    } finally {
      await Promise.all(this.#backs)
    }
  }

  /** The packets of one client that follow each other go on together. Where the next client's are. */
  async #forth(batch: PacketBatch, from: number): Promise<number> {
    const addr = batch.addr(from) as UDPAddr
    let end = from + 1
    while (end < batch.length && batch.addr(end) === addr) end++
    const conn = await this.#towards(addr)
    if (conn === null) this.seen.lost += end - from
    else await this.#send(conn, this.#whole(batch, from, end))
    return end
  }

  /** Packets as they came: one that was too long for the batch would arrive as another. */
  #whole(batch: PacketBatch, from: number, end: number): Uint8Array[] {
    const packets: Uint8Array[] = []
    for (let i = from; i < end; i++) {
      if (batch.truncated(i)) this.seen.lost++
      else packets.push(batch.data(i))
    }
    return packets
  }

  /** An error is about one packet; those behind it are lost with it, which is what packets may be. */
  async #send(conn: UDPConn, packets: Uint8Array[], addr: UDPAddr | null = null): Promise<void> {
    let sent = packets.length
    try {
      await conn.writeBatch(packets, addr)
    } catch (error) {
      sent = (error as { messagesWritten?: number }).messagesWritten ?? 0
    }
    this.seen.packets += sent
    this.seen.lost += packets.length - sent
  }

  /** The socket of a client; null when there is none to be had. */
  async #towards(client: UDPAddr): Promise<UDPConn | null> {
    const known = this.#clients.get(`${client}`)
    if (known !== undefined || this.#clients.size === MOST) return known ?? null
    try {
      const conn = await dial('udp', this.#target)
      this.#clients.set(`${client}`, conn)
      const back = this.#back(conn, client)
      this.#backs.add(back)
      void back.then(() => this.#backs.delete(back))
      return conn
    } catch (error) {
      complain(error)
      return null
    }
  }

  /** Passes answers back to a client until none comes for long, and forgets it. */
  async #back(conn: UDPConn, client: UDPAddr): Promise<void> {
    const batch = new PacketBatch()
    conn.setReadTimeout(PATIENCE)
    while (await this.#filled(conn, batch)) {
      this.seen.batches++
      await this.#send(this.#front, this.#whole(batch, 0, batch.length), client)
    }
    this.#clients.delete(`${client}`)
    await conn.close()
  }

  /** Whether answers came: false when there will be none. */
  async #filled(conn: UDPConn, batch: PacketBatch): Promise<boolean> {
    for (;;) {
      try {
        await conn.readBatch(batch, { signal: this.#signal })
        return true
      } catch (error) {
        // A target that is not there may come back.
        if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') return false
      }
    }
  }
}
