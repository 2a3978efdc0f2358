// The entries of @netfd/net, as they are built: what one brings, and what they share.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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
  it('brings neither sockets nor streams of Node; @netfd/net/node does', () => {
    const loaded = printed(
      'commonjs',
      `const before = new Set(process.moduleLoadList)
      const more = () => ['net', 'stream'].filter((name) =>
        process.moduleLoadList.includes('NativeModule ' + name) && !before.has('NativeModule ' + name))
      require('@netfd/net')
      const without = more()
      require('@netfd/net/node')
      console.log(JSON.stringify([without, before.has('NativeModule stream') || more().includes('stream')]))`,
    )
    expect(loaded).toEqual([[], true])
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

  it.each(['js', 'parts.js', 'cjs'])('is not in node.%s a second time', (kind) => {
    const text = readFileSync(join(root, 'packages/net/dist', `node.${kind}`), 'utf8')
    const classes = [...text.matchAll(/^var (\w+) = class\b/gm)].map(([, name]) => name)
    expect(classes).toContain('NetDuplex')
    expect(classes.filter((name) => /TCP|Error|NetFD|Dialer/.test(name ?? ''))).toEqual([])
  })
})
