// A descriptor that no code can close any more: collected, closed, and reported once.
import { describe, expect, it } from 'vitest'
import { bundleForChildren, runChild } from '../test/child.js'

bundleForChildren()

/** Collects garbage until a condition holds, or often enough to know that it never will. */
const COLLECT = `
const warnings = []
process.on('warning', (w) => warnings.push(w))
const fs = await import('node:fs')
// The numbers of the host backend are no descriptors: SO_TYPE of one that is closed is EBADF.
const isOpen = (fd) => fd < 2 ** 28 ? fs.existsSync('/proc/self/fd/' + fd) : hook.getsockopt(fd, 1, 3) > 0
// Owners are watched over once they have been open for a while: the program says when that is.
let grow = () => undefined
host.setTimeout = (fired) => { grow = fired; return { unref: () => undefined } }
const collect = async (done) => {
  grow()
  for (let i = 0; i < 50 && !done(); i++) {
    gc()
    await turns(2)
    await fs.promises.readdir('/proc/self')
  }
}
`

const run = (program: string, env: Record<string, string> = {}) =>
  runChild(COLLECT + program, { args: ['--expose-gc', '--no-warnings'], env })

const LEAK = `
const numbers = []
const opening = () => { const [a, b] = tcpPair(); numbers.push(a.sysfd); return b }
globalThis.b = opening()
await turns(3)
await collect(() => !isOpen(numbers[0]) && warnings.length > 0)
await collect(() => false)
console.log(JSON.stringify({
  open: isOpen(numbers[0]),
  fd: numbers[0],
  warnings: warnings.map((w) => ({ name: w.name, code: w.code, message: w.message, detail: w.detail })),
}))
`

describe('a leaked descriptor', () => {
  it('is closed, and warned about exactly once', async () => {
    const ended = await run(LEAK)
    expect([ended.code, ended.stderr]).toEqual([0, ''])
    const { open, fd, warnings } = JSON.parse(ended.stdout)
    expect(open).toBe(false)
    expect(warnings).toEqual([
      {
        name: 'ResourceLeakWarning',
        code: 'NETFD_LEAK',
        message: `descriptor ${fd} was collected while open and has been closed`,
        detail: 'Run with NETFD_TRACE=1 to see where it was opened.',
      },
    ])
  })

  it('is reported with the place where it was opened when NETFD_TRACE is 1', async () => {
    const ended = await run(LEAK, { NETFD_TRACE: '1' })
    const { warnings } = JSON.parse(ended.stdout)
    expect(warnings).toHaveLength(1)
    expect(warnings[0].detail).toMatch(/^\s+at .*FD\.init/)
    expect(warnings[0].detail).toContain('opening')
  })

  it.each(['[1, 2]', 'undefined', '({})'])('opens where stacks are traced as %s', async (stack) => {
    const ended = await run(
      `Error.prepareStackTrace = () => ${stack}
      const [a, b] = tcpPair()
      await Promise.all([a.close(), b.close()])
      console.log('opened')`,
      { NETFD_TRACE: '1' },
    )
    expect(ended).toMatchObject({ code: 0, stdout: 'opened\n', stderr: '' })
  })

  it('is reported with that place, however many calls lie between', async () => {
    const deep = 'const deep = (n) => n === 0 ? tcpPair() : deep(n - 1)\n'
    const program = deep + LEAK.replace('= tcpPair()', '= deep(20)')
    const ended = await run(program, { NETFD_TRACE: '1' })
    expect(JSON.parse(ended.stdout).warnings[0].detail).toContain('opening')
  })

  it('leaves the epoll set, though a duplicate keeps its socket open', async () => {
    const ended = await run(`
      const open = () => { const [a, b] = tcpPair(); globalThis.b = b; return [a.sysfd, a.dup()] }
      const [number, copy] = open()
      const registered = () => fs.readdirSync('/proc/self/fdinfo').some((fd) => {
        try {
          const info = fs.readFileSync('/proc/self/fdinfo/' + fd, 'utf8')
          return info.split('\\n').some((l) => l.startsWith('tfd:') && Number(l.split(/\\s+/)[1]) === number)
        } catch { return false }
      })
      const before = registered()
      await collect(() => warnings.length > 0)
      await collect(() => !isOpen(number))
      console.log(before, registered(), isOpen(copy))`)
    expect(ended).toMatchObject({ code: 0, stdout: 'true false true\n', stderr: '' })
  })

  it('may be a regular file, too', async () => {
    const ended = await run(`
      const open = () => { const f = new FD(fs.openSync(process.execPath, 'r')); f.init(); return f.sysfd }
      const number = open()
      await collect(() => warnings.length > 0)
      console.log(isOpen(number), warnings.length)`)
    expect(ended).toMatchObject({ code: 0, stdout: 'false 1\n', stderr: '' })
  })

  it('is not one on which a read waits', async () => {
    const ended = await run(`
      let got
      const start = () => { const [a, b] = tcpPair(); a.read(new Uint8Array(8)).then((n) => { got = n }); return [b, a.sysfd] }
      const [b, number] = start()
      await collect(() => !isOpen(number))
      const before = isOpen(number)
      await b.write(new Uint8Array(3))
      await turns(5)
      console.log(before, got, warnings.length)
      await b.close()
      process.exit(0)`)
    expect(ended).toMatchObject({ code: 0, stdout: 'true 3 0\n', stderr: '' })
  })

  it('is watched over only when it has been open for a while', async () => {
    const ended = await run(`
      let cells = 0
      const { register } = FinalizationRegistry.prototype
      FinalizationRegistry.prototype.register = function (...args) { cells++; return register.apply(this, args) }
      for (let i = 0; i < 100; i++) {
        await poll.makeAhead()
        const [a, b] = tcpPair()
        await Promise.all([a.close(), b.close()])
      }
      grow()
      const short = cells
      const [a, b] = tcpPair()
      const young = cells
      grow()
      const old = cells
      grow()
      await Promise.all([a.close(), b.close()])
      console.log(short, young, old, cells)`)
    expect(ended).toMatchObject({ code: 0, stdout: '0 0 2 2\n', stderr: '' })
  })

  it('is not one that was closed or detached', async () => {
    const ended = await run(`
      const make = async () => { const [a, b] = tcpPair(); await a.close(); return b.detach() }
      const number = await make()
      await collect(() => warnings.length > 0)
      console.log(isOpen(number), warnings.length)`)
    expect(ended).toMatchObject({ code: 0, stdout: 'true 0\n', stderr: '' })
  })
})
