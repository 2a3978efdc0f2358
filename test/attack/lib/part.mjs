// @ts-check
// What a part of `npm run attack` is. Each `test/attack/NAME.mjs` exports one as `part`, and is found by its name.

/**
 * @typedef {object} Run
 * @property {number} seed all that is chosen at random follows from it
 * @property {number} seconds how long the part may take, nearly
 * @property {boolean} short whether this is the form for every change: what cannot be scaled is left out
 * @property {() => boolean} over whether that time is up
 * @property {(text: string) => void} progress shows it while the part runs; as often as it likes
 * @property {(text: string) => void} at keeps what is tried now, at most 250 bytes: when the process dies of it,
 *   this is printed. A system call each time.
 * @property {string} folder an empty one, which goes with the process
 * @property {() => number} random of [0, 1), seeded
 */

/**
 * @typedef {object} Part
 * @property {string} what it does, in a sentence
 * @property {number} seconds its share of the ten minutes
 * @property {number} [alone] seconds when it runs alone, when that is more
 * @property {number} [beside] seconds that it takes beside those in `run`, at most: builds and the like. 60
 * @property {() => Promise<readonly string[]>} [before] makes ready, in the process of the command; answers the
 *   words that go before `node` in the command of its own: `['env', 'A=1']`, `['unshare', '--net']`
 * @property {readonly string[]} [flags] of Node: `['--expose-gc']`
 * @property {(run: Run) => Promise<Record<string, number | string>>} run attacks; answers figures by what they
 *   count, and throws at the first fault
 */

/** @typedef {{ progress: string } | { figures: Record<string, number | string> } | { fault: string }} Message */

/** What is thrown for a fault that was found, with all there is to say about it. */
export class Fault extends Error {}
