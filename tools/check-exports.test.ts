import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { fixture } from './fixture.js'
import { root, tool } from './step.mjs'

const manifest = (name: string, rest: object): string =>
  JSON.stringify({ name, version: '0.0.0', type: 'module', ...rest })

const exports = { '.': { types: './dist/index.d.ts', default: './dist/index.js' } }

const knip = (sources: Record<string, string>): { status: number | null; output: string } => {
  const dir = fixture({
    'package.json': manifest('fixture', { private: true, workspaces: ['packages/*'] }),
    'knip.json': readFileSync(`${root}knip.json`, 'utf8'),
    'packages/net/package.json': manifest('@netfd/net', { exports }),
    'packages/net/tsconfig.json': '{ "compilerOptions": { "outDir": "dist", "rootDir": "src" } }',
    ...sources,
  })
  const args = [tool('knip/bin/knip.js'), '--no-progress', '--include', 'exports,types,files']
  const done = spawnSync(process.execPath, args, { cwd: dir, encoding: 'utf8' })
  return { status: done.status, output: done.stdout + done.stderr }
}

it('knip fails on an export that nobody imports and that is not public', () => {
  const { status, output } = knip({
    'packages/net/src/index.ts': "export { used } from './a.js'",
    'packages/net/src/a.ts': 'export const used = 1\nexport const dead = 2',
  })
  expect(output).toMatch(/^dead\s+packages\/net\/src\/a\.ts:2/m)
  expect(output).not.toMatch(/^used/m)
  expect(status).toBe(1)
})

it('knip passes exports that another file or the public entry uses', () => {
  const { status, output } = knip({
    'packages/net/src/index.ts': "export { used } from './a.js'",
    'packages/net/src/a.ts': "import { helper } from './b.js'\nexport const used = helper",
    'packages/net/src/b.ts': 'export const helper = 1',
  })
  expect(output).not.toContain('Unused')
  expect(status).toBe(0)
})
