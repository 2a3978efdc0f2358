import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { bundle } from '../test/bundle.js'
import { hostFor, threadHost, uvHost } from './watch-host.js'

describe('hostFor', () => {
  it.each([
    ['Node', { node: '24.0.0', uv: '1.52.1' }, uvHost],
    ['Bun, which names Node too', { node: '24.3.0', uv: '1.51.0', bun: '1.4.5' }, threadHost],
    ['Deno, which names Node too', { node: '24.2.0', uv: '1.51.0', deno: '2.9.6' }, threadHost],
  ])('takes for %s what works there', (_, versions, expected) => {
    expect(hostFor(versions)).toBe(expected)
  })
})

describe('the helper thread', () => {
  const program = bundle('thread-child.ts')
  /** Runs a job to its end, with a regular file as its standard input. */
  const child = (job: string) =>
    spawnSync('sh', ['-c', '"$0" "$1" "$2" <"$1"', process.execPath, program, job], {
      encoding: 'utf8',
    })

  it('calls as often as there is something to read, refuses what cannot be watched, and lets go of what is closed', () => {
    const { stdout, stderr } = child('report')
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      drained: 6,
      closedByAnother: 1,
      thrown: 'from the callback',
      watchedAgain: 'with the same number',
      keepsCallback: false,
      regularFile: 'EPERM',
      nonblocking: false,
      closedDescriptor: 'EBADF',
    })
  })

  it.each(['unref', 'ref'])('lets the process end, and not before its time: %s', (job) => {
    const { status, stderr } = child(job)
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })

  it('ends with its worker, in the middle of events, and closes what it had opened', async () => {
    const descriptors = () => readdirSync('/proc/self/fd').length
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    const threads = () => readdirSync('/proc/self/task').length
    // The first worker makes the host open what it keeps.
    const run = async () => {
      const worker = new Worker(program, { argv: ['busy'] })
      await once(worker, 'message')
      await worker.terminate()
    }
    await run()
    const before = `${descriptors()} ${threads()}`
    for (let i = 0; i < 8; i++) await run()
    // A thread that was joined may still be listed for a moment: joining waits for its memory alone.
    // What stays longer runs into the test's own limit.
    while (`${descriptors()} ${threads()}` !== before) await turn()
  })
})
