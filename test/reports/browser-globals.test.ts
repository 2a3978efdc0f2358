// Programs that have the globals of a browser, and run in Node all the same: jest-jsdom, the renderer of
// an Electron program, a server that makes pages. The built packages are what they load.
import { execFileSync, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { fixture } from '../fixture.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const resolve = createRequire(import.meta.url).resolve

/** What such programs put there before they load anything. */
const GLOBALS = {
  'an empty document': 'globalThis.document = {}',
  'all of a page': `
    globalThis.window = globalThis.self = globalThis
    globalThis.document = { currentScript: null, baseURI: 'http://localhost/' }
    globalThis.location = { href: 'http://localhost/' }`,
  'a script that runs': `
    globalThis.window = globalThis.self = globalThis
    globalThis.document = { currentScript: { tagName: 'SCRIPT', src: 'http://localhost/main.js' } }`,
}

const TALK = `
const talk = async () => {
  const listener = await listen('tcp', '127.0.0.1:0')
  const conn = await dial('tcp', String(listener.addr))
  const served = await listener.accept()
  await conn.write('hello')
  const buf = new Uint8Array(5)
  await served.readFull(buf)
  for (const open of [conn, served, listener]) await open.close()
  console.log(new TextDecoder().decode(buf))
}
talk().catch((error) => console.log(error.code, error.message))
`

const ESM = `import { dial, listen } from '@netfd/net'${TALK}`

/** What a program printed, on both streams. */
const output = (dir: string, name: string): string => {
  const { stdout, stderr } = spawnSync(process.execPath, [join(dir, name)], { encoding: 'utf8' })
  return stdout + stderr
}

/** Bundles main.mjs into CommonJS. */
const bundlers = {
  esbuild: (dir: string, external: readonly string[]): void => {
    const outside = external.map((name) => `--external:${name}`)
    execFileSync(resolve('esbuild/bin/esbuild'), [
      ...[join(dir, 'main.mjs'), `--outfile=${join(dir, 'bundle.cjs')}`, '--bundle'],
      ...['--format=cjs', '--platform=node', '--log-level=error', ...outside],
    ])
  },
  rollup: (dir: string, external: readonly string[]): void => {
    execFileSync(process.execPath, [
      ...[join(root, 'node_modules/rollup/dist/bin/rollup'), join(dir, 'main.mjs'), '--silent'],
      ...['--file', join(dir, 'bundle.cjs'), '--format=cjs', '--plugin=node-resolve'],
      ...(external.length > 0 ? ['--external', external.join(',')] : []),
    ])
  },
}

describe.each(Object.entries(GLOBALS))('a program with %s', (_, globals) => {
  it.each([
    '@netfd/syscall',
    '@netfd/syscall/raw',
    '@netfd/poll',
    '@netfd/net',
    '@netfd/net/node',
    '@netfd/net/web',
  ])('loads %s from CommonJS and from ES modules', (name) => {
    const dir = fixture(
      {
        'main.cjs': `${globals}\nconsole.log(typeof require('${name}'))`,
        'main.mjs': `${globals}\nconsole.log(typeof (await import('${name}')))`,
      },
      root,
    )
    expect(output(dir, 'main.cjs')).toBe('object\n')
    expect(output(dir, 'main.mjs')).toBe('object\n')
  })

  it('talks over a connection', () => {
    const load = "const { dial, listen } = require('@netfd/net')"
    const dir = fixture({ 'main.cjs': `${globals}\n${load}${TALK}` }, root)
    expect(output(dir, 'main.cjs')).toBe('hello\n')
  })

  it.each(Object.entries(bundlers))('talks from a CommonJS bundle of %s', (__, bundle) => {
    const dir = fixture({ 'main.mjs': ESM, 'run.cjs': `${globals}\nrequire('./bundle.cjs')` }, root)
    bundle(dir, ['@netfd/syscall', '@netfd/syscall/raw', '@netfd/syscall/internal'])
    expect(output(dir, 'run.cjs')).toBe('hello\n')
  })

  it.each(Object.entries(bundlers))(
    'is told by a bundle of %s with the addon in it to leave it out',
    (__, bundle) => {
      const dir = fixture(
        { 'main.mjs': ESM, 'run.cjs': `${globals}\nrequire('./bundle.cjs')` },
        root,
      )
      bundle(dir, [])
      const text = output(dir, 'run.cjs')
      expect(text).toMatch(/^ERR_NO_ADDON /)
      expect(text).toContain(`${join(dir, 'bundle.cjs')} is a bundle`)
      expect(text).toContain("external: ['@netfd/syscall']")
      expect(text).not.toContain('node-gyp')
    },
  )
})

it('a module that has no file, as a development server hands it out, is loaded', () => {
  const dir = fixture({ 'main.mjs': ESM }, root)
  const bundle = join(dir, 'bundle.mjs')
  execFileSync(resolve('esbuild/bin/esbuild'), [
    ...[join(dir, 'main.mjs'), `--outfile=${bundle}`, '--bundle', '--format=esm'],
    ...['--platform=node', '--log-level=error'],
  ])
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      "import('data:text/javascript,' + encodeURIComponent(await (await import('node:fs')).promises.readFile(process.argv[1], 'utf8')))",
      bundle,
    ],
    { encoding: 'utf8' },
  )
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^ERR_NO_ADDON /)
})
