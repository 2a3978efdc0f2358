// Go: net/unixsock_test.go, TestUnixUnlink and what listeners of local sockets have beside it.
import { existsSync, lstatSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { chdir, cwd } from 'node:process'
import { host } from '@netfd/poll/internal'
import { close } from '@netfd/syscall'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { OpError, UnixListener } from '../src/index.js'
import { Dialer, dial, fileListener, hook, ListenConfig, listen, UnixAddr } from '../src/index.js'
import { errorOf, replace, track, turns } from './support.js'
import type { Listening } from './unix-support.js'
import { directory, freePath, listeningAt } from './unix-support.js'

const both: readonly Listening[] = ['unix', 'unixpacket']

/** The file of a server that was killed. */
async function staleAt(path: string, network: Listening = 'unix'): Promise<void> {
  const listener = await listen(network, path)
  listener.setUnlinkOnClose(false)
  await listener.close()
  expect(existsSync(path)).toBe(true)
}

describe.each(both)('a listener on %s', (network) => {
  it('removes its file when it is closed, once (TestUnixUnlink)', async () => {
    const path = freePath()
    const first = await listeningAt(network, path)
    await first.close()
    expect(existsSync(path)).toBe(false)
    const second = await listeningAt(network, path)
    const again = await errorOf(first.close())
    expect(again.code).toBe('ERR_NET_CLOSED')
    expect(existsSync(path)).toBe(true)
    await second.close()
  })

  it('leaves it when it is told so, and removes it when it is told otherwise', async () => {
    const path = freePath()
    const listener = await listeningAt(network, path)
    listener.setUnlinkOnClose(false)
    listener.setUnlinkOnClose(true)
    listener.setUnlinkOnClose(false)
    await listener.close()
    expect(existsSync(path)).toBe(true)
    rmSync(path)
    const another = await listeningAt(network, path)
    another.setUnlinkOnClose(false)
    another.setUnlinkOnClose(true)
    await another.close()
    expect(existsSync(path)).toBe(false)
    expect(() => another.setUnlinkOnClose(1 as unknown as boolean)).toThrow(TypeError)
  })

  it('told otherwise when a successor has the path, it leaves that one’s file', async () => {
    const path = freePath()
    const listener = await listeningAt(network, path)
    listener.setUnlinkOnClose(false)
    rmSync(path)
    const successor = await listeningAt(network, path)
    listener.setUnlinkOnClose(true)
    await listener.close()
    expect(existsSync(path)).toBe(true)
    await successor.close()
  })

  it('told otherwise in another directory, it removes its own file', async () => {
    const [own, other] = [directory(), directory()]
    const before = cwd()
    onTestFinished(() => chdir(before))
    chdir(own)
    const listener = await listeningAt(network, 's')
    listener.setUnlinkOnClose(false)
    chdir(other)
    writeFileSync('s', 'of another program')
    listener.setUnlinkOnClose(true)
    await listener.close()
    expect([existsSync(`${own}/s`), existsSync('s')]).toEqual([false, true])
  })

  it('from a descriptor, it removes no file that is no socket', async () => {
    const [own, other] = [directory(), directory()]
    const before = cwd()
    onTestFinished(() => chdir(before))
    chdir(own)
    const listener = await listeningAt(network, 's')
    const number = listener.dup()
    chdir(other)
    writeFileSync('s', 'of another program')
    const given = track(fileListener(number, network))
    close(number)
    given.setUnlinkOnClose(true)
    await given.close()
    expect(existsSync('s')).toBe(true)
  })

  it('leaves a file that another server has put there', async () => {
    const path = freePath()
    const old = await listeningAt(network, path)
    const next = await listeningAt(network, `${path}.new`)
    renameSync(`${path}.new`, path)
    await old.close()
    expect(existsSync(path)).toBe(true)
    track(await dial(network, path))
    next.setUnlinkOnClose(false)
    await next.close()
  })

  it('is closed although its file is gone', async () => {
    const path = freePath()
    const listener = await listeningAt(network, path)
    rmSync(path)
    await listener.close()
  })

  it('is closed although its file may not be removed', async () => {
    const listener = await listeningAt(network)
    replace({
      unlink: () => {
        throw Object.assign(new Error('EROFS'), { code: 'EROFS' })
      },
    })
    await listener.close()
  })

  it('is closed although its file cannot be asked about', async () => {
    const listener = await listeningAt(network)
    replace({
      lstat: () => {
        throw Object.assign(new Error('EACCES'), { code: 'EACCES' })
      },
    })
    await listener.close()
  })

  it('removes its own file after a chdir', async () => {
    const dir = directory()
    const before = cwd()
    onTestFinished(() => chdir(before))
    chdir(dir)
    const listener = await listeningAt(network, 's')
    expect(listener.addr.name).toBe('s')
    chdir(before)
    await listener.close()
    expect(existsSync(`${dir}/s`)).toBe(false)
  })

  it('says that a path is in use, whether or not there is a server', async () => {
    const path = freePath()
    const listener = await listeningAt(network, path)
    const text = `listen ${network} ${path}: bind: address already in use`
    expect((await errorOf(listen(network, path))).message).toBe(text)
    listener.setUnlinkOnClose(false)
    await listener.close()
    expect((await errorOf(listen(network, path))).message).toBe(text)
  })

  it('gives its file the mode that it is told, as the umask leaves it', async () => {
    const before = process.umask(0o007)
    onTestFinished(() => void process.umask(before))
    const modeOf = async (mode: number | undefined) => {
      const { addr } = await listeningAt(network, freePath(), { mode })
      return lstatSync(addr.name).mode & 0o777
    }
    expect([await modeOf(0o666), await modeOf(0o600), await modeOf(undefined)]).toEqual([
      0o660, 0o600, 0o770,
    ])
  })

  it('accepts while it is asked in a loop, and ends when it is closed', async () => {
    const listener = await listeningAt(network, '')
    const names: string[] = []
    const loop = (async () => {
      for await (const conn of listener as UnixListener) names.push(String(track(conn).remoteAddr))
    })()
    track(await dial(network, String(listener.addr)))
    await turns(3)
    await listener.close()
    await loop
    expect(names).toEqual(['@'])
  })
})

describe('unlinkStale', () => {
  const unlinkStale = true

  it.each(both)('removes the file of a server that is gone, over %s', async (network) => {
    const path = freePath()
    await staleAt(path, network)
    await listeningAt(network, path, { unlinkStale })
    track(await dial(network, path))
  })

  it('removes that of a socket of another type as well', async () => {
    const path = freePath()
    await staleAt(path, 'unixpacket')
    await listeningAt('unix', path, { unlinkStale })
  })

  it('leaves a server that lives, also one whose queue is full and one of another type', async () => {
    const path = freePath()
    const server = await listeningAt('unix', path, { backlog: 0 })
    for (const network of both) {
      const error = await errorOf(listen(network, path, { unlinkStale }))
      expect(error.message).toBe(`listen ${network} ${path}: bind: address already in use`)
    }
    expect(existsSync(path)).toBe(true)
    track(await server.accept())
    track(await dial('unix', path))
  })

  it('leaves a file that is no socket, and a link to one', async () => {
    const path = freePath()
    writeFileSync(path, 'precious')
    expect((await errorOf(listen('unix', path, { unlinkStale }))).code).toBe('EADDRINUSE')
    const link = freePath()
    symlinkSync(path, link)
    expect((await errorOf(listen('unix', link, { unlinkStale }))).code).toBe('EADDRINUSE')
    expect(existsSync(path)).toBe(true)
  })

  it('leaves a file that came while it was looking', async () => {
    const path = freePath()
    await staleAt(path)
    const { connect } = hook
    replace({
      connect: (fd, sockaddr) => {
        const r = connect(fd, sockaddr)
        rmSync(path)
        writeFileSync(path, 'precious')
        return r
      },
    })
    expect((await errorOf(listen('unix', path, { unlinkStale }))).code).toBe('EADDRINUSE')
    expect(existsSync(path)).toBe(true)
  })

  it('takes the place of a file that another process has removed by then', async () => {
    const path = freePath()
    await staleAt(path)
    const { unlink } = hook
    replace({
      unlink: (file) => {
        rmSync(path)
        unlink(file)
      },
    })
    await listeningAt('unix', path, { unlinkStale })
    track(await dial('unix', path))
  })

  it('fails as bind(2) does where it may not remove the file', async () => {
    const path = freePath()
    await staleAt(path)
    replace({
      unlink: () => {
        throw Object.assign(new Error('EACCES'), { code: 'EACCES' })
      },
    })
    expect((await errorOf(listen('unix', path, { unlinkStale }))).code).toBe('EADDRINUSE')
  })

  it('and mode are for paths alone', async () => {
    for (const o of [{ unlinkStale: true }, { mode: 0o600 }]) {
      const text = `${Object.keys(o)[0]} is for a local socket with a path`
      await expect(listen('tcp', '127.0.0.1:0', o)).rejects.toThrow(new RangeError(text))
      await expect(listen('unix', '@x', o)).rejects.toThrow(new RangeError(text))
      await expect(listen('unix', '', o)).rejects.toThrow(new RangeError(text))
    }
    expect(() => new ListenConfig({ mode: 0o1000 })).toThrow(RangeError)
    expect(() => new ListenConfig({ mode: '600' as unknown as number })).toThrow(TypeError)
    expect(() => new ListenConfig({ unlinkStale: 1 as unknown as boolean })).toThrow(TypeError)
  })
})

describe('a queue that is full', () => {
  /** A listener that has all the connections it takes, and those. */
  async function full(): Promise<UnixListener> {
    const listener = await listeningAt('unix', '', { backlog: 0 })
    track(await dial('unix', String(listener.addr)))
    return listener
  }

  it('refuses at once without a bound, with Go’s error', async () => {
    const { addr } = await full()
    const error = await errorOf<OpError>(dial('unix', String(addr)))
    expect(error.message).toBe(`dial unix ${addr}: connect: resource temporarily unavailable`)
    expect([error.code, error.timeout, error.temporary]).toEqual(['EAGAIN', true, true])
  })

  it('is tried again until there is room, where there is a bound', async () => {
    const listener = await full()
    const calls = watchConnect()
    const dialing = new Dialer({ timeout: 60_000 }).dial('unix', String(listener.addr))
    await calls.reached(4)
    track(await listener.accept())
    const conn = track(await dialing)
    expect(conn.remoteAddr.name).toBe(listener.addr.name)
  })

  it('ends with the timeout', async () => {
    const { addr } = await full()
    const error = await errorOf(new Dialer({ timeout: 20 }).dial('unix', String(addr)))
    expect(error.message).toBe(`dial unix ${addr}: i/o timeout`)
  })

  it('ends with the signal', async () => {
    const { addr } = await full()
    const stop = new AbortController()
    const calls = watchConnect()
    const [set, clear] = [vi.spyOn(host, 'setTimeout'), vi.spyOn(host, 'clearTimeout')]
    onTestFinished(() => void vi.restoreAllMocks())
    const dialing = errorOf(dial('unix', String(addr), { signal: stop.signal }))
    await calls.reached(2)
    stop.abort()
    const error = await dialing
    expect(clear.mock.calls.flat()).toContain(set.mock.results.at(-1)?.value)
    expect(error.message).toBe(`dial unix ${addr}: operation was canceled`)
    expect(error.code).toBe('ABORT_ERR')
  })

  it('ends when the listener does', async () => {
    const listener = await full()
    const calls = watchConnect()
    const dialing = errorOf(new Dialer({ timeout: 60_000 }).dial('unix', String(listener.addr)))
    await calls.reached(1)
    await listener.close()
    expect((await dialing).message).toBe(`dial unix ${listener.addr}: connect: connection refused`)
  })

  function watchConnect(): { reached(n: number): Promise<void> } {
    let count = 0
    let waiting: [n: number, reached: () => void] | null = null
    const { connect } = hook
    replace({
      connect: (fd, sockaddr) => {
        const r = connect(fd, sockaddr)
        count++
        if (waiting !== null && count >= waiting[0]) waiting[1]()
        return r
      },
    })
    return {
      reached: (n) =>
        new Promise((resolve) => {
          if (count >= n) resolve()
          else waiting = [n, resolve]
        }),
    }
  }
})

it('dials from a path of its own with the options of Dialer', async () => {
  const listener = await listeningAt('unix', '')
  const path = freePath()
  const dialer = new Dialer({ localAddr: new UnixAddr(path, 'unix') })
  const conn = track(await dialer.dial('unix', String(listener.addr)))
  expect(conn.localAddr.name).toBe(path)
  expect(track(await listener.accept()).remoteAddr.name).toBe(path)
})
