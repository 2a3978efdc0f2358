// @ts-check
// Random programs over real connections and descriptors, held against a plain model.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from './lib/part.mjs'
import { Session, search } from './model/search.mjs'

/** @typedef {import('./model/program.mjs').Program} Program */

const failures = new URL('./failures/', import.meta.url).pathname

/** How often a program that failed once is run again. */
const REPLAYS = 50

/** What failed becomes a file, which the tests run from then on.
 * @param {{ program: Program, problems: string[] }} found
 */
export const keep = ({ program, problems }) => {
  const text = `${JSON.stringify({ problems, program }, null, 2)}\n`
  const hash = createHash('sha1').update(JSON.stringify(program)).digest('hex').slice(0, 8)
  const file = join(failures, `model-${hash}.json`)
  mkdirSync(failures, { recursive: true })
  writeFileSync(file, text)
  const again = `npm run attack -- model --replay ${file}`
  return new Fault(`${problems.join('\n')}\n${JSON.stringify(program)}\n  smallest: ${again}`)
}

/** @param {Session} session */
export const figuresOf = ({ programs, operations, connections, bytes }) => ({
  programs,
  operations,
  connections,
  MB: Math.round(bytes / 1e6),
})

/** @param {Session} session @param {string} file */
const replay = async (session, file) => {
  /** @type {{ program: Program }} */
  const { program } = JSON.parse(readFileSync(file, 'utf8'))
  const problems = await session.repeat(program, REPLAYS)
  if (problems.length > 0) throw new Fault(problems.join('\n'))
}

/** @type {import('./lib/part.mjs').Part} */
export const part = {
  what: 'random programs over connections and descriptors, against a plain model',
  seconds: 75,
  run: async ({ seed, over, progress }) => {
    const session = new Session()
    await session.open()
    const file = process.env.NETFD_ATTACK_REPLAY
    if (file !== undefined) await replay(session, file)
    else {
      const found = await search(session, seed, () => {
        progress(`${session.programs} programs, ${session.operations} operations`)
        return over()
      })
      if (found !== null) throw keep(found)
    }
    await session.close()
    return figuresOf(session)
  },
}
