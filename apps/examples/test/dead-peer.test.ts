import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Program } from './program.js'
import { run, start } from './program.js'

/** Whether this machine lets this user make network namespaces. */
const allowed = ((): boolean => {
  const name = `netfd-probe-${process.pid}`
  try {
    execFileSync('ip', ['netns', 'add', name], { stdio: 'ignore' })
    execFileSync('ip', ['netns', 'delete', name], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

/** The namespaces of one run, of which there may be several on this machine at once. */
const namespaces = ({ pid }: Program): string[] => {
  try {
    return readdirSync('/run/netns').filter((name) => name.startsWith(`netfd-${pid}-`))
  } catch (error) {
    // Nobody has made one since this machine was started.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

it.runIf(allowed)('notices a dead peer by keep-alive and by user timeout only', async () => {
  const program = start('dead-peer')
  const { code, stdout, stderr } = await program.ended
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
  expect(namespaces(program)).toEqual([])
})

it.runIf(allowed)('takes its namespaces away when it is interrupted', async () => {
  const program = start('dead-peer', ['--window', '60000'])
  await program.until(/The plug is pulled/)
  expect(namespaces(program)).toHaveLength(2)
  expect(await program.stop('SIGTERM')).toMatchObject({ code: 0, stderr: '' })
  expect(namespaces(program)).toEqual([])
})

it('explains what it needs when ip(8) is not there, and exits with 1', async () => {
  const { code, stderr } = await run('dead-peer', [], { env: { PATH: '/nonexistent' } })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^no network namespaces here: the command ip is missing/)
})

it('explains that it takes root, and exits with 1', async () => {
  // Really somebody else, it could not read a checkout that only root may enter. So it is told another
  // number, and its ip refuses as the real one would.
  const NODE_OPTIONS = '--import=data:text/javascript,process.getuid=()=>65534'
  const PATH = mkdtempSync(join(tmpdir(), 'netfd-ip-'))
  onTestFinished(() => rmSync(PATH, { recursive: true }))
  writeFileSync(join(PATH, 'ip'), '#!/bin/sh\necho Operation not permitted >&2\nexit 1\n', {
    mode: 0o755,
  })
  const { code, stderr } = await run('dead-peer', [], { env: { NODE_OPTIONS, PATH } })
  expect(code).toBe(1)
  expect(stderr).toBe('no network namespaces here: that takes root (try sudo)\n')
})
