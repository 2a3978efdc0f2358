import { readFileSync } from 'node:fs'
import { constants, sockopt } from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import { markdownTable, withPart } from './markdown.mjs'
import { optionTables, page } from './option-tables.mjs'

describe('withPart', () => {
  const text = 'a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n'

  it('replaces what stands between the marks and nothing else', () => {
    const once = 'a\n<!-- x:begin -->\n\nnew\n\n<!-- x:end -->\nb\n'
    expect(withPart(text, 'x', 'new')).toBe(once)
    expect(withPart(once, 'x', 'new')).toBe(once)
    expect(withPart(text, 'x', '')).toBe('a\n<!-- x:begin -->\n<!-- x:end -->\nb\n')
  })

  it('refuses a text without the marks', () => {
    expect(() => withPart(text, 'y', '')).toThrow('<!-- y:begin -->')
  })
})

describe('markdownTable', () => {
  it('keeps a bar inside a cell from ending it', () => {
    expect(markdownTable(['a'], [['b|c']])).toBe('| a |\n|---|\n| b\\|c |')
  })
})

describe('optionTables', () => {
  it('has every option of the table, and the page has these tables', () => {
    const tables = optionTables(sockopt, constants)
    for (const name of Object.keys(sockopt)) expect(tables).toContain(`| \`${name}\` |`)
    const text = readFileSync(page, 'utf8')
    expect(withPart(text, 'options', tables), 'stale: node tools/option-tables.mjs').toBe(text)
  })

  it('says how a value is written and what is special about it', () => {
    const tables = optionTables(sockopt, constants)
    expect(tables).toContain('| `userTimeout` | `TCP_USER_TIMEOUT` | number, ms |  |')
    expect(tables).toContain('| `mark` | `SO_MARK` | number | privileged, unsigned |')
    expect(tables).toContain('| `info` | `TCP_INFO` | `TCPInfo` | read only |')
  })
})
