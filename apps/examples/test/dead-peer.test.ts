import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { afterAll, expect, it } from 'vitest'
import { run } from './program.js'

/** Whether this machine lets this user make network namespaces. */
const allowed = ((): boolean => {
  try {
    execFileSync('ip', ['netns', 'add', 'netfd-probe'], { stdio: 'ignore' })
    execFileSync('ip', ['netns', 'delete', 'netfd-probe'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

const namespaces = (): string[] => {
  try {
    return readdirSync('/run/netns').filter((name) => name.startsWith('netfd-'))
  } catch {
    return []
  }
}

const before = namespaces()
afterAll(() => expect(namespaces()).toEqual(before))

it.runIf(allowed)('notices a dead peer by keep-alive and by user timeout only', async () => {
  const { code, stdout, stderr } = await run('dead-peer')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const outcome = (title: string): string | undefined =>
    stdout
      .split('\n')
      .find((line) => line.startsWith(`  ${title}  `))
      ?.slice(title.length + 2)
      .trim()
  expect(outcome('request sent, user timeout 2 s')).toMatch(/^ETIMEDOUT after \d\.\d s$/)
  expect(outcome('idle, keep-alive 1 s + 2 probes')).toMatch(/^ETIMEDOUT after \d\.\d s$/)
  expect(outcome('request sent, keep-alive 1 s + 2 probes')).toBe('not noticed')
  expect(outcome('idle, no keep-alive')).toBe('not noticed')
})

it('explains what it needs when ip(8) is not there, and exits with 1', async () => {
  const { code, stderr } = await run('dead-peer', [], { env: { PATH: '/nonexistent' } })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^no network namespaces here: the command ip is missing/)
})

it.runIf(process.getuid?.() === 0)('explains that it takes root, and exits with 1', async () => {
  const { code, stderr } = await run('dead-peer', [], { uid: 65_534 })
  expect(code).toBe(1)
  expect(stderr).toBe('no network namespaces here: that takes root (try sudo)\n')
})
