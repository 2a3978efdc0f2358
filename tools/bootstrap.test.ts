import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fixture } from '../test/fixture.js'
import {
  compilerProblem,
  markInstalled,
  needsInstall,
  nodeProblem,
  platformProblem,
} from './bootstrap.mjs'

describe('nodeProblem', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '26.1.0'])('accepts Node %s', (version) => {
    expect(nodeProblem(version)).toBeNull()
  })

  it.each(['20.18.9', '18.20.8', '8.0.0'])('says what to install instead of Node %s', (version) => {
    expect(nodeProblem(version)).toContain(
      `This is Node ${version}; netfd needs Node 20.19 or newer`,
    )
  })
})

describe('platformProblem', () => {
  it('accepts Linux and names any other system', () => {
    expect(platformProblem('linux')).toBeNull()
    expect(platformProblem('darwin')).toBe('netfd runs on Linux only, and this is darwin.')
  })
})

describe('compilerProblem', () => {
  it('is silent when everything is there', () => {
    expect(compilerProblem(() => true)).toBeNull()
  })

  it('takes any C++ compiler', () => {
    expect(compilerProblem((command) => command !== 'g++')).toBeNull()
  })

  it('names what is missing and the command that installs it', () => {
    expect(compilerProblem((command) => command !== 'make')).toBe(
      'To compile the addon, make is missing. On Debian or Ubuntu: sudo apt-get install -y make',
    )
    expect(compilerProblem(() => false)).toMatch(
      /a C\+\+ compiler and make and Python 3 are missing.*install -y g\+\+ make python3$/,
    )
  })
})

describe('needsInstall', () => {
  it('is true until the lock file that was installed is the one that is there', () => {
    const dir = fixture({ 'package-lock.json': '{}' })
    expect(needsInstall(dir)).toBe(true)
    mkdirSync(join(dir, 'node_modules'))
    expect(needsInstall(dir)).toBe(true)
    markInstalled(dir)
    expect(needsInstall(dir)).toBe(false)
    writeFileSync(join(dir, 'package-lock.json'), '{"packages":{}}')
    expect(needsInstall(dir)).toBe(true)
  })
})
