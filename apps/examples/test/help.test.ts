import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { run } from './program.js'

const src = new URL('../src/', import.meta.url)
const names = readdirSync(src)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3))

/** The rest of their command line is a command, or servers, of any number. */
const endless = new Set(['load-balancer', 'redis-client'])

describe.each(names)('%s', (name) => {
  it('says with --help what it does and how it is called', async () => {
    const { code, stdout, stderr } = await run(name, ['--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^${name}( \\S+)* {3}[A-Z].*\\.\n`))
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  })

  it('refuses an option that it does not have, with exit code 2', async () => {
    const { code, stderr } = await run(name, ['--no-such-option'])
    expect(code).toBe(2)
    expect(stderr).toContain(`\n${name}`)
  })

  it('opens with what it shows and how to run it', () => {
    const [first = '', ...rest] = readFileSync(new URL(`${name}.ts`, src), 'utf8').split('\n')
    const end = rest.findIndex((line) => !line.startsWith('//'))
    expect(first).toMatch(/^\/\/ [A-Z]/)
    expect(rest.slice(0, end).join('\n')).toMatch(
      new RegExp(`^//   .*(npm start|node dist/${name}.js)`, 'm'),
    )
  })
})

it.each(names.filter((name) => !endless.has(name)))(
  '%s refuses more arguments than it takes',
  async (name) => {
    const { code, stderr } = await run(name, ['a', 'b', 'c'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^unexpected argument: [abc]\n/)
  },
)
