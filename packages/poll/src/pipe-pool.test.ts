// Go: internal/poll/splice_linux_test.go.

import { existsSync } from 'node:fs'
import {
  EMFILE,
  EPERM,
  F_GETFD,
  F_GETFL,
  F_GETPIPE_SZ,
  FD_CLOEXEC,
  fcntl,
  O_NONBLOCK,
  write,
} from '@netfd/syscall'
import { afterEach, describe, expect, it } from 'vitest'
import { countCalls, replace } from '../test/support.js'
import { hook } from './hook.js'
import type { Pipe } from './pipe-pool.js'
import { closeIdlePipes, PIPE_SIZE, putPipe, takePipe } from './pipe-pool.js'

afterEach(closeIdlePipes)

const take = (): Pipe => {
  const pipe = takePipe()
  if (typeof pipe === 'number') throw new Error('no pipe')
  return pipe
}

const open = (pipe: Pipe): boolean => existsSync(`/proc/self/fd/${pipe.r}`)

describe('the pool of pipes', () => {
  it('makes pipes that are non-blocking, large, and kept from child processes', () => {
    const pipe = take()
    for (const fd of [pipe.r, pipe.w]) {
      expect(fcntl(fd, F_GETFL) & O_NONBLOCK).toBe(O_NONBLOCK)
      expect(fcntl(fd, F_GETFD)).toBe(FD_CLOEXEC)
    }
    expect([pipe.size, fcntl(pipe.r, F_GETPIPE_SZ)]).toEqual([PIPE_SIZE, PIPE_SIZE])
    putPipe(pipe)
  })

  it('uses a pipe again (TestSplicePipePool)', () => {
    const calls = countCalls('pipe2')
    const pipe = take()
    putPipe(pipe)
    expect(take()).toBe(pipe)
    putPipe(pipe)
    expect(calls.pipe2).toBe(1)
  })

  it('closes a pipe with something left in it', () => {
    const pipe = take()
    write(pipe.w, new Uint8Array(1))
    pipe.left = 1
    putPipe(pipe)
    expect(open(pipe)).toBe(false)
    const next = take()
    expect(next).not.toBe(pipe)
    putPipe(next)
  })

  it('keeps as many as are in use, for transfers that wait for room by turns', () => {
    const busy = Array.from({ length: 12 }, take)
    const turned = Array.from({ length: 12 }, take)
    const calls = countCalls('pipe2', 'close')
    for (let i = 0; i < 3; i++) {
      for (const pipe of turned) putPipe(pipe)
      for (const [at] of turned.entries()) turned[at] = take()
    }
    expect(calls).toEqual({ pipe2: 0, close: 0 })
    for (const pipe of [...busy, ...turned]) putPipe(pipe)
    expect([...busy, ...turned].filter(open)).toHaveLength(8)
  })

  it('says why there is none', () => {
    replace({ pipe2: () => -EMFILE })
    expect(takePipe()).toBe(-EMFILE)
  })

  it('takes a pipe as it is that may not grow', () => {
    const { fcntl: call } = hook
    replace({ fcntl: (fd, op, arg) => (arg === PIPE_SIZE ? -EPERM : call(fd, op, arg)) })
    const pipe = take()
    expect(pipe.size * pipe.slots).toBeGreaterThan(0)
    // As much as any pipe holds, and no more than this one.
    expect(pipe.size).toBeLessThanOrEqual(fcntl(pipe.r, F_GETPIPE_SZ))
    putPipe(pipe)
  })

  it('keeps a few and closes the rest (TestSplicePipePool)', () => {
    const pipes = Array.from({ length: 12 }, take)
    for (const pipe of pipes) putPipe(pipe)
    expect(pipes.filter(open)).toHaveLength(8)
    closeIdlePipes()
    expect(pipes.filter(open)).toHaveLength(0)
  })
})
