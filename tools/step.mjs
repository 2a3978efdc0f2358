// Runs the steps of the project's commands: one line each with its time, what it printed only when
// it fails.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** The environment of every step: no usage reports, and no question to a terminal. */
const environment = { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' }

/** @param {number} ms */
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`

/** Prints the running time behind a title while a person watches.
 * @param {string} title
 * @param {number} start
 */
const ticker = (title, start) => {
  if (!process.stdout.isTTY) {
    console.log(`· ${title}`)
    return () => undefined
  }
  const show = () => process.stdout.write(`\r· ${title}  ${seconds(Date.now() - start)}`)
  show()
  const timer = setInterval(show, 500)
  return () => {
    clearInterval(timer)
    process.stdout.write('\r\x1b[K')
  }
}

/** Starts a program and answers its exit code and everything it printed.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, inherit?: boolean, env?: NodeJS.ProcessEnv, timeout?: number }} [options] env:
 *   instead of ours; timeout: in milliseconds, after which it is killed
 * @returns {Promise<{ code: number, output: string }>}
 */
export const run = (
  command,
  args,
  { cwd = root, inherit = false, env = process.env, timeout } = {},
) =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      ...(timeout === undefined ? {} : { timeout, killSignal: 'SIGKILL' }),
      stdio: inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      env: { ...env, ...environment },
    })
    /** @type {string[]} */
    const output = []
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => output.push(text))
    }
    child.on('error', (error) => resolve({ code: 1, output: `${command}: ${error.message}\n` }))
    child.on('close', (code, signal) => {
      if (signal !== null) output.push(`${command} was ended by ${signal}\n`)
      resolve({ code: code ?? 1, output: output.join('') })
    })
  })

/** Runs one step and says how it went; what it printed is shown if it failed.
 * @param {string} title
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, timeout?: number }} [options]
 * @returns {Promise<boolean>} whether it succeeded
 */
export const step = async (title, command, args, options) => {
  const start = Date.now()
  const stop = ticker(title, start)
  const { code, output } = await run(command, args, options)
  stop()
  const took = seconds(Date.now() - start)
  if (code === 0) {
    console.log(`✓ ${title}  ${took}`)
    return true
  }
  console.log(`✗ ${title}  ${took}\n`)
  console.log(`${[command, ...args].join(' ')} exited with ${code}:\n${output.trimEnd()}\n`)
  return false
}

/** The script of a development tool, to be run with this Node.
 * @param {string} path below node_modules
 */
export const tool = (path) => `${root}node_modules/${path}`

/** Builds through turbo, which does again only what has changed.
 * @param {string} title
 * @param {string[]} args
 */
export const turbo = (title, args) =>
  step(title, tool('.bin/turbo'), ['run', ...args, '--output-logs=errors-only'])
