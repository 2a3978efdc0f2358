// A system that is not Linux, as far as Linux can play one: the platform's name is another's, and the packages
// lie where there is no addon.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from '../tools/step.mjs'

let dir: string

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'netfd-laptop-'))
  for (const name of ['syscall', 'poll', 'net']) {
    const to = join(dir, 'node_modules', '@netfd', name)
    mkdirSync(to, { recursive: true })
    for (const part of ['package.json', 'dist'])
      cpSync(join(root, 'packages', name, part), join(to, part), { recursive: true })
  }
  writeFileSync(
    join(dir, 'platform.cjs'),
    "Object.defineProperty(process, 'platform', { value: 'darwin' })",
  )
})
afterAll(() => rmSync(dir, { recursive: true }))

const TOLD = `
  const told = []
  const listener = await listen('tcp', '127.0.0.1:0')
  const serving = listener.accept().then(async (conn) => {
    const buf = new Uint8Array(5)
    await conn.readFull(buf)
    await conn.write(buf)
    await conn.close()
  })
  const conn = await dial('tcp', String(listener.addr))
  await conn.write('hello')
  conn.closeWrite()
  const buf = new Uint8Array(5)
  await conn.readFull(buf)
  told.push(backend, new TextDecoder().decode(buf), await conn.read(buf))
  for (const refused of [() => conn.detach(), () => conn.syscallConn().control(() => 1)])
    try { refused() } catch ({ code, errno }) { told.push(code, errno) }
  try { socket(2, 1) } catch ({ code }) { told.push(code) }
  await Promise.all([serving, conn.close(), listener.close()])
  console.log(told.join(' '))
`

it.each([
  [
    'a module',
    'mjs',
    `import { backend, dial, listen } from '@netfd/net'
     import { socket } from '@netfd/syscall'
     ${TOLD}`,
  ],
  [
    'CommonJS',
    'cjs',
    `const { backend, dial, listen } = require('@netfd/net')
     const { socket } = require('@netfd/syscall')
     void (async () => { ${TOLD} })()`,
  ],
])('serves a program that is %s, and gives it no number away', (_, extension, program) => {
  const file = join(dir, `program.${extension}`)
  writeFileSync(file, program)
  const env = { ...process.env, NETFD_BACKEND: '' }
  const args = ['--require', join(dir, 'platform.cjs'), file]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env })
  expect([stderr, stdout]).toEqual(['', 'host hello  ENOTSUP -95 ENOTSUP -95 ERR_NO_ADDON\n'])
})
