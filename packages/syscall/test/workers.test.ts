import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as sys from '../src/index.js'
import * as raw from '../src/raw.js'
import { bundle, PATIENCE, runProgram } from './bundle.js'
import { own, scratch } from './fds.js'

const isOpen = (fd: number) => raw.fcntl(fd, sys.F_GETFD) >= 0

describe('workers', () => {
  const busy = bundle('worker-busy.ts')
  const driver = bundle('workers-child.ts')

  it(
    'are ended at any moment, eight at a time, and leave neither a crash nor a descriptor',
    () => {
      const file = join(scratch(), 'file')
      writeFileSync(file, new Uint8Array(1 << 17))
      const { signal, status, stderr, stdout } = runProgram(driver, busy, file, '5')
      expect({ signal, status, stderr }).toEqual({ signal: null, status: 0, stderr: '' })
      expect(JSON.parse(stdout)).toEqual({ left: [], busy: true })
    },
    PATIENCE,
  )

  const orderly = bundle('worker-orderly.ts')

  it('close what they adopted, and nothing else', async () => {
    const watchers = [0, 1, 2].map(() => sys.watch(own(sys.eventfd(0)), () => undefined))
    const worker = new Worker(orderly)
    onTestFinished(() => void worker.terminate())
    const [message] = await once(worker, 'message')
    const { born, adopted, kept, disowned, closed, pooled, watched, strangers } = message
    expect(new Set(born).size).toBe(20)
    expect(born.every(isOpen)).toBe(true)
    expect(strangers).toEqual([-sys.EBADF, -sys.EBADF, -sys.EBADF])
    expect([adopted, kept, disowned, watched].map(isOpen)).toEqual([true, true, true, true])
    // The numbers that the worker has closed come back here, where they belong to this thread.
    const reused = [own(sys.eventfd(0)), own(sys.eventfd(0))]
    expect(reused).toEqual(expect.arrayContaining([closed, pooled]))

    worker.postMessage('end')
    await once(worker, 'exit')
    expect([adopted, watched].map(isOpen)).toEqual([false, false])
    expect(born.filter(isOpen)).toEqual([])
    expect([kept, disowned, ...reused].map(isOpen)).toEqual([true, true, true, true])
    expect(watchers.every((watcher) => isOpen(watcher.fd))).toBe(true)
    for (const watcher of watchers) watcher.close()
    for (const fd of [kept, disowned]) sys.close(fd)
  })
})
