// What keeps a process alive, and what a thread that ends leaves behind.
import { Worker } from 'node:worker_threads'
import { beforeAll, describe, expect, it } from 'vitest'
import { dial } from '../src/index.js'
import { rejected } from './error-walk.js'
import { program, Running, urlOf } from './program.js'
import { blackHole, listening, readAll, track } from './support.js'

let child = ''
let worker: URL

beforeAll(() => {
  child = program('lifetime-child.ts')
  worker = urlOf(program('worker-child.ts'))
})

const start = (...args: string[]): Running => new Running([process.execPath, child, ...args])

describe('a process', () => {
  it('ends with connections and a listener open and idle, whatever their deadlines', async () => {
    expect(await start('idle').ended).toMatchObject({ code: 0, stderr: '' })
  })

  it.each(['unref accept', 'unref loop'])('ends during an %s', async (scene) => {
    // 13 is Node's code for a program whose main module still awaits something.
    const { code, stderr } = await start(scene).ended
    expect([code, scene === 'unref loop' ? '' : stderr]).toEqual([
      scene === 'unref loop' ? 13 : 0,
      '',
    ])
  })

  it('ends during an unref read', async () => {
    const listener = await listening()
    const { code, stderr } = await start('unref read', String(listener.addr)).ended
    expect([code, stderr]).toEqual([0, ''])
  })

  it('stays for an accept', async () => {
    const running = start('accept')
    const conn = track(await dial('tcp', await running.line()))
    expect(await running.line()).toBe('accepted')
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' })
    expect(await readAll(conn)).toHaveLength(0)
  })

  it.each(['read', 'read, ref again'])('stays for a %s', async (scene) => {
    const listener = await listening()
    const running = start(scene, String(listener.addr))
    const conn = track(await listener.accept())
    expect(await running.line()).toBe('reading')
    await conn.write('12345')
    expect(await running.line()).toBe('5')
    expect((await running.ended).code).toBe(0)
  })

  it('stays for a dial', async () => {
    const { address, answer } = await blackHole()
    const running = start('dial', address)
    expect(await running.line()).toBe('dialing')
    await answer()
    expect(await running.line()).toBe('connected')
    expect((await running.ended).code).toBe(0)
  })
})

describe('a worker thread', () => {
  /** A worker in the middle of a call. */
  async function waiting(
    scene: string,
    address: string,
  ): Promise<{ thread: Worker; said: string }> {
    const thread = new Worker(worker, { workerData: { scene, address } })
    const said = await new Promise<string>((resolve, reject) => {
      thread.once('message', resolve).once('error', reject)
    })
    return { thread, said }
  }

  it.each(['read', 'write'])(
    'that is terminated in the middle of a %s closes its connection',
    async (scene) => {
      const listener = await listening()
      const { thread } = await waiting(scene, String(listener.addr))
      const conn = track(await listener.accept())
      await thread.terminate()
      // What it had sent still arrives, then the end or a reset.
      const end = await readAll(conn).catch((error: NodeJS.ErrnoException) => error.code)
      expect(scene === 'read' ? end : 'ended').toEqual(scene === 'read' ? Buffer.alloc(0) : 'ended')
    },
  )

  it('that is terminated in the middle of an accept closes its listener', async () => {
    const { thread, said } = await waiting('accept', '')
    await thread.terminate()
    expect((await rejected('dial', dial('tcp', said))).code).toBe('ECONNREFUSED')
  })

  it('that is terminated in the middle of a dial gives up its socket', async () => {
    const { address } = await blackHole()
    // Each is ended at another moment: before its socket is made, between two calls, or connecting.
    // The check at the end of this file counts descriptors.
    for (let life = 0; life < 20; life++) {
      const { thread } = await waiting('dial', address)
      expect(await thread.terminate()).toBe(1)
    }
  })

  it('that exits by itself closes its connection', async () => {
    const listener = await listening()
    const thread = new Worker(worker, {
      workerData: { scene: 'exit', address: String(listener.addr) },
    })
    const exited = new Promise((resolve) => thread.once('exit', resolve))
    const conn = track(await listener.accept())
    expect(await exited).toBe(0)
    expect(await readAll(conn)).toHaveLength(0)
  })
})
