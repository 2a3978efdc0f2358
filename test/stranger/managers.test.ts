import { once } from 'node:events'
import { get as request } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { fixture } from '../fixture.js'
import { aligned, complaints, MANAGERS, TRIES } from './managers.mjs'
import { serveRegistry } from './registry.mjs'

it.each([
  'npm warn install-scripts   @netfd/syscall@0.0.0 (install: node-gyp rebuild)',
  'npm error code 1',
  '> node-gyp rebuild',
  'gyp info it worked if it ends with ok',
  'error /project/node_modules/@netfd/syscall: Command failed.\n> node-gyp rebuild',
  'warning Ignored scripts due to flag.',
  '│   Ignored build scripts: @netfd/syscall@0.0.0.                              │',
  'Run "pnpm approve-builds" to pick which dependencies should be allowed to run',
  ' WARN  deprecated subdependency',
  '➤ YN0007: │ @netfd/syscall@npm:0.0.0 must be built because it never has been before or the last one failed',
  '➤ YN0004: │ @netfd/syscall@npm:0.0.0 lists build scripts, but all build scripts have been disabled.',
  '➤ YN0000: · Done with warnings in 0s 183ms',
])('hears a package manager build or warn: %s', (line) => {
  expect(complaints(`added 3 packages\n${line}\n`)).not.toEqual([])
})

it.each([
  'added 3 packages in 484ms',
  '[4/4] Building fresh packages...',
  '➤ YN0000: · Done in 0s 183ms',
  'Packages: +3',
])('takes no offence at %s', (line) => {
  expect(complaints(line)).toEqual([])
})

it('lets a package manager say what it says whatever it installs', () => {
  const yarn = MANAGERS.find(({ name }) => name === 'yarn 1')
  expect(complaints('warning Ignored scripts due to flag.', yarn?.says)).toEqual([])
  expect(complaints('warning @netfd/net > @netfd/poll: old', yarn?.says)).toHaveLength(1)
})

it('tries every way to install with every package manager', () => {
  for (const { args } of MANAGERS) {
    for (const { key } of TRIES) expect(args[key].length).toBeGreaterThan(0)
  }
})

it('lines up a table', () => {
  expect(
    aligned([
      ['a', 'bb'],
      ['ccc', ''],
    ]),
  ).toEqual(['a    bb', 'ccc'])
})

const get = async (url: string) => {
  const [response] = await once(request(url, { agent: false }), 'response')
  return { status: response.statusCode, text: await text(response) }
}

it('serves what was packed, and nothing else', async () => {
  const dir = fixture({ 'net-1.2.3.tgz': 'bytes' })
  const manifest = { name: '@netfd/net', version: '1.2.3', scripts: { install: 'never' } }
  const { url, close } = await serveRegistry([{ manifest, tarball: `${dir}/net-1.2.3.tgz` }])
  onTestFinished(close)
  const version = JSON.parse(await (await get(`${url}/@netfd%2fnet`)).text).versions['1.2.3']
  expect(version).toMatchObject({ name: '@netfd/net', version: '1.2.3' })
  expect(version).not.toHaveProperty('scripts')
  expect((await get(version.dist.tarball)).text).toBe('bytes')
  expect((await get(`${url}/left-pad`)).status).toBe(404)
})
