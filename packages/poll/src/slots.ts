// Go: pollCache of runtime/netpoll.go. Owners of small numbers, safe against numbers from the past.
//
// epoll hands back what was registered with a descriptor. A bare number would be wrong when the
// descriptor was closed, and its number given to another, while the event was on its way. So an event
// carries a slot and the slot's generation, and an owner that is gone is not found.

/** A table from (slot, generation) to owners. */
export class Slots<T extends object> {
  readonly #owners: (T | undefined)[] = []
  readonly #generations: number[] = []
  readonly #free: number[] = []

  /** How many slots are taken. */
  get size(): number {
    return this.#owners.length - this.#free.length
  }

  /** Takes a free slot; `generation` tells which of its owners this one is. */
  add(owner: T): number {
    const slot = this.#free.pop() ?? this.#owners.length
    this.#owners[slot] = owner
    // Generations wrap as int32 do: that is how epoll's 64 bits carry them.
    this.#generations[slot] = ((this.#generations[slot] ?? 0) + 1) | 0
    return slot
  }

  /** The generation of a slot's owner. */
  generation(slot: number): number {
    return this.#generations[slot] ?? 0
  }

  /** The owner, unless it has gone. */
  get(slot: number, generation: number): T | undefined {
    return this.#generations[slot] === generation ? this.#owners[slot] : undefined
  }

  /** Frees a slot; whatever still carries its generation finds no owner. */
  delete(slot: number): void {
    if (this.#owners[slot] === undefined) throw new Error('poll: slot freed twice')
    this.#owners[slot] = undefined
    this.#free.push(slot)
  }
}
