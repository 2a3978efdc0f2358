// @ts-check
// Random numbers that a seed repeats, and what is chosen with them.

/**
 * Mulberry32: a function that answers the next number of [0, 1).
 * @param {number} seed
 */
export const seeded = (seed) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Any seed. */
export const anySeed = () => Math.floor(Math.random() * 2 ** 32)

/**
 * A whole number of [0, end).
 * @param {() => number} random
 * @param {number} end
 */
export const below = (random, end) => Math.floor(random() * end)

/**
 * One of a list that is not empty.
 * @template T
 * @param {() => number} random
 * @param {readonly T[]} list
 */
export const pick = (random, list) => /** @type {T} */ (list[below(random, list.length)])

/**
 * The list in another order.
 * @template T
 * @param {() => number} random
 * @param {readonly T[]} list
 */
export const shuffled = (random, list) => {
  const all = [...list]
  for (let i = all.length - 1; i > 0; i--) {
    const j = below(random, i + 1)
    const [a, b] = [/** @type {T} */ (all[i]), /** @type {T} */ (all[j])]
    all[i] = b
    all[j] = a
  }
  return all
}
