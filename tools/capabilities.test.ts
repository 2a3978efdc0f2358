import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { capabilityTable, page } from './capabilities.mjs'
import { withPart } from './markdown.mjs'

it('the table of the page is this one', () => {
  const text = readFileSync(page, 'utf8')
  expect(
    withPart(text, 'capabilities', capabilityTable()),
    'stale: node tools/capabilities.mjs',
  ).toBe(text)
})
