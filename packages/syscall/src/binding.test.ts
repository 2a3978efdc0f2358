import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bundle, runProgram } from '../test/bundle.js'
import { scratch, thrown } from '../test/fds.js'
import { advice, fileOf, load, native, places } from './binding.js'

const absent = (name: string) => join(scratch(), name)

describe('load', () => {
  it('looks for what was built here first, then for what the package ships', () => {
    expect(places).toHaveLength(2)
    expect(places[0]).toMatch(/packages\/syscall\/native\/build\/Release\/syscall\.node$/)
    const shipped = `prebuilds/${process.platform}-${process.arch}/syscall.node`
    expect(places[1]).toContain(shipped)
  })

  it('passes over a place where there is nothing', () => {
    expect(load([absent('none.node'), ...places])).toBe(native)
  })

  it('passes over a file that is no addon', () => {
    const broken = absent('syscall.node')
    writeFileSync(broken, 'no ELF file')
    expect(load([broken, ...places])).toBe(native)
  })

  it('does not throw when there is no addon: the first call does, and says what was tried', () => {
    const [none, broken] = [absent('a.node'), absent('b.node')]
    writeFileSync(broken, 'no ELF file')
    const stand = load([none, broken])
    const error = thrown(() => stand.socket(2, 1, 0))
    expect(error.code).toBe('ERR_NO_ADDON')
    expect(error.message).toContain(`${process.platform}-${process.arch}`)
    expect(error.message).toContain(`${none}: not found`)
    expect(error.message).toContain(`${broken}: `)
    expect(error.message).toMatch(/too short|invalid ELF/)
  })

  it('gives an addon of its own to a file loaded under another name', () => {
    const copy = absent('copy.node')
    copyFileSync(places[0] as string, copy)
    const second = load([copy])
    expect(second).not.toBe(native)
    expect(second.constants()).toEqual(native.constants())
  })
})

describe('fileOf', () => {
  it('prefers the file that CommonJS names', () => {
    const never = () => expect.fail('asked for the address of a file that is known')
    expect(fileOf('/app/main.cjs', never)).toBe('/app/main.cjs')
  })

  it.each([undefined, '[eval]', 'relative.js', 1])('takes the address when it is %s', (name) => {
    expect(fileOf(name, () => 'file:///app/a%20b.mjs')).toBe('/app/a b.mjs')
  })

  it.each([undefined, '', 'http://localhost:5173/main.js', 'data:text/javascript,', 'blob:x'])(
    'does not throw when the address is %s: the module is where the program is',
    (url) => {
      expect(fileOf(undefined, () => url)).toBe(process.execPath)
    },
  )
})

describe('advice', () => {
  it('says how to build the addon, where its sources are', () => {
    const native = fileURLToPath(new URL('../native', import.meta.url))
    expect(advice(fileURLToPath(new URL('binding.ts', import.meta.url)))).toContain(
      `node-gyp rebuild --directory="${native}"`,
    )
  })

  it('says to leave the package out, where the module is in a bundle', () => {
    const bundle = absent('program.cjs')
    const text = advice(bundle)
    expect(text).toContain(`${bundle} is a bundle`)
    expect(text).toContain("external: ['@netfd/syscall']")
    expect(text).not.toContain('node-gyp')
  })
})

describe('the package without an addon', () => {
  it('can be imported: everything is there, and a call throws ERR_NO_ADDON', () => {
    const child = runProgram(bundle('absent-child.ts'))
    expect(child.stderr).toBe('')
    expect(JSON.parse(child.stdout)).toEqual({
      socket: 'ERR_NO_ADDON',
      watch: 'ERR_NO_ADDON',
      getOption: 'ERR_NO_ADDON',
      constant: 'number',
      name: 'ECONNREFUSED',
      ip: '::1',
    })
  })
})
