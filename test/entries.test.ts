// The entries of @netfd/net and @netfd/poll, as they are built: what one brings, shows and shares.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { root } from '../tools/step.mjs'

/** What a program prints, run where the packages are found as a user finds them. */
function printed(type: 'module' | 'commonjs', program: string): unknown {
  const args = [`--input-type=${type}`, '--eval', program]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
  })
  expect([status, stderr]).toEqual([0, ''])
  return JSON.parse(stdout)
}

describe('@netfd/net', () => {
  it('brings neither sockets nor streams of Node, nor do its bufio and web; @netfd/net/node does', () => {
    const loaded = printed(
      'commonjs',
      `const before = new Set(process.moduleLoadList)
      const more = () => ['net', 'stream'].filter((name) =>
        process.moduleLoadList.includes('NativeModule ' + name) && !before.has('NativeModule ' + name))
      require('@netfd/net')
      require('@netfd/net/bufio')
      require('@netfd/net/web')
      const without = more()
      require('@netfd/net/node')
      console.log(JSON.stringify([without, before.has('NativeModule stream') || more().includes('stream')]))`,
    )
    expect(loaded).toEqual([[], true])
  })

  it.each([
    ['module', 'js', 'import'],
    ['commonjs', 'cjs', 'require'],
  ] as const)(
    'is loaded as a %s from one file for each package, with few builtins',
    (type, ext, load) => {
      const program = `
      const { Session } = process.getBuiltinModule('inspector')
      const session = new Session()
      const files = []
      session.connect()
      session.on('Debugger.scriptParsed', ({ params: { url } }) => files.push(url))
      session.post('Debugger.enable')
      files.length = 0
      const before = new Set(process.moduleLoadList)
      const report = () => {
        const builtins = process.moduleLoadList.filter((name) => !before.has(name))
        console.log(JSON.stringify([files.filter((url) => /dist/.test(url)).sort(), builtins]))
      }
      Promise.resolve(${load}('@netfd/net')).then(report)`
      const [files, builtins] = printed(type, program) as [string[], string[]]
      const names = files.map((url) => url.replace(/.*packages\//, ''))
      const core = `dist/internal.${ext}`
      expect(names).toEqual([`net/dist/index.${ext}`, `poll/${core}`, `syscall/${core}`])
      // The last two are what an import of node:util has loaded with it.
      const dear = [
        'net',
        'stream',
        'dns',
        'dns/promises',
        'fs/promises',
        'http',
        'timers/promises',
      ]
      const loaded = [...dear, 'internal/mime', 'internal/util/parse_args/parse_args']
      expect(loaded.filter((name) => builtins.includes(`NativeModule ${name}`))).toEqual([])
    },
  )

  it.each([
    ['module', 'import'],
    ['commonjs', 'require'],
  ] as const)('shares its classes with @netfd/syscall as a %s', (type, load) => {
    const program = `
      const told = async () => {
        const net = await ${load}('@netfd/net'), sys = await ${load}('@netfd/syscall')
        const raw = await ${load}('@netfd/syscall/raw')
        const error = await net.listen('tcp', '192.0.2.1:0').then(() => null, (error) => error)
        let own = null
        try { sys.close(2 ** 30) } catch (error) { own = error }
        const kept = net.hook.socket === raw.socket && sys.sockopt.noDelay.name === 'TCP_NODELAY'
        const both = [own, error.cause].map((error) => error instanceof sys.SyscallError)
        console.log(JSON.stringify([...both, kept]))
      }
      told()`
    expect(printed(type, program)).toEqual([true, true, true])
  })

  it.each(['module', 'commonjs'] as const)('is one with @netfd/net/node as a %s', (type) => {
    const load =
      type === 'module'
        ? `const net = await import('@netfd/net'), node = await import('@netfd/net/node')`
        : `const net = require('@netfd/net'), node = require('@netfd/net/node')`
    const program = `${load}
      const told = async () => {
        const listener = await net.listen('tcp', '127.0.0.1:0')
        const duplex = node.dialDuplex({ host: '127.0.0.1', port: listener.addr.port })
        await new Promise((resolve) => duplex.once('ready', resolve))
        console.log(JSON.stringify([duplex.conn instanceof net.TCPConn, node.NetDuplex.name]))
        duplex.destroy()
        await listener.close()
      }
      told()`
    expect(printed(type, program)).toEqual([true, 'NetDuplex'])
  })

  it.each(['module', 'commonjs'] as const)('is one with @netfd/net/web as a %s', (type) => {
    const load =
      type === 'module'
        ? `const net = await import('@netfd/net'), web = await import('@netfd/net/web')`
        : `const net = require('@netfd/net'), web = require('@netfd/net/web')`
    const program = `${load}
      web.connect('127.0.0.1:1').opened.catch((error) =>
        console.log(JSON.stringify([error.cause instanceof net.OpError, error.name])))`
    expect(printed(type, program)).toEqual([true, 'SocketError'])
  })

  it.each(['module', 'commonjs'] as const)('is one with @netfd/net/bufio as a %s', (type) => {
    const load =
      type === 'module'
        ? `const net = await import('@netfd/net'), bufio = await import('@netfd/net/bufio')`
        : `const net = require('@netfd/net'), bufio = require('@netfd/net/bufio')`
    const program = `${load}
      bufio.bufReader({ read: async (buf) => buf.length }).readLine({ max: 1 }).catch((error) =>
        console.log(JSON.stringify([error instanceof net.NetError, error.name])))`
    expect(printed(type, program)).toEqual([true, 'LineTooLongError'])
  })

  it.each(['js', 'parts.js', 'cjs'])('is not in node.%s a second time', (kind) => {
    const text = readFileSync(join(root, 'packages/net/dist', `node.${kind}`), 'utf8')
    const classes = [...text.matchAll(/^var (\w+) = class\b/gm)].map(([, name]) => name)
    expect(classes).toContain('NetDuplex')
    expect(classes.filter((name) => /TCP|Error|NetFD|Dialer/.test(name ?? ''))).toEqual([])
  })
})

/** The members that the types of FD show, protected ones among them. */
function membersOf(path: string): string[] {
  const program = ts.createProgram([path], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  })
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(path)
  const module = file && checker.getSymbolAtLocation(file)
  const fd = module && checker.getExportsOfModule(module).find(({ name }) => name === 'FD')
  if (fd === undefined) throw new Error(`no FD in ${path}`)
  const members = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(fd))
  return members.map(({ name }) => name).filter((name) => !/^(__|#)/.test(name))
}

describe('@netfd/poll', () => {
  const dist = join(root, 'packages/poll/dist')

  it.each(['index.d.ts', 'index.d.cts'])('shows in %s only what a user may call of FD', (name) => {
    expect(membersOf(join(dist, name)).sort()).toEqual([
      'accept',
      'close',
      'closed',
      'detach',
      'dup',
      'getsockopt',
      'getsockoptBytes',
      'init',
      'pollable',
      'rawControl',
      'rawRead',
      'rawWrite',
      'read',
      'readFrom',
      'readMsg',
      'ref',
      'sendFile',
      'setDeadline',
      'setReadDeadline',
      'setReadTimeout',
      'setWriteDeadline',
      'setWriteTimeout',
      'setsockopt',
      'shutdown',
      'spliceFrom',
      'sysfd',
      'tryWrite',
      'unref',
      'waitRead',
      'waitWrite',
      'write',
      'writeMsg',
      'writeTo',
      'writev',
    ])
  })

  it('shows all of it to @netfd/net', () => {
    expect(membersOf(join(dist, 'internal.d.ts'))).toEqual(
      expect.arrayContaining(['wrap', 'destroy', 'guard', 'reading']),
    )
  })

  it.each(['index', 'testing'])('shows no type in %s that only its sources need', (name) => {
    const text = readFileSync(join(dist, `${name}.d.ts`), 'utf8')
    expect(text.match(/@internal|protected|\b(Op|OpHost|PollSide|KnownKind)\b/g)).toBe(null)
  })

  it.each(['module', 'commonjs'] as const)('has one state behind all entries as a %s', (type) => {
    const load = (name: string) =>
      type === 'module' ? `await import('${name}')` : `require('${name}')`
    const program = `const poll = ${load('@netfd/poll')}, testing = ${load('@netfd/poll/testing')}
      const internal = ${load('@netfd/poll/internal')}, net = ${load('@netfd/net')}
      console.log(JSON.stringify([poll.FD === internal.FD, testing.hook === internal.hook,
        testing.host === internal.host, net.CanceledError === poll.CanceledError]))`
    expect(printed(type, program)).toEqual([true, true, true, true])
  })

  it('is one file for @netfd/net', () => {
    const program = `require('@netfd/net')
      const files = Object.keys(require.cache).filter((path) => path.includes('/poll/dist/'))
      console.log(JSON.stringify(files.map((path) => path.split('/').at(-1))))`
    expect(printed('commonjs', program)).toEqual(['internal.cjs'])
  })
})
