import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { undocumented } from './check-docs.mjs'
import { fixture } from './fixture.js'

// Without the standard library each of these programs is made in a moment.
const OPTIONS = { noLib: true, module: ts.ModuleKind.NodeNext }

const check = (files: Record<string, string>): string[] => {
  const dir = fixture(files)
  return undocumented(dir, [join(dir, 'index.ts')], OPTIONS)
}

describe('undocumented', () => {
  it('accepts documented names, private members and literal tags', () => {
    const found = check({
      'index.ts': "export { Conn, one, two } from './a.js'\nexport type { Inet4 } from './a.js'",
      'a.ts': `
        /** A connection to a peer. */
        export class Conn {
          #state = 0
          private hidden = 1
          /** Closes it. For good. */
          close(): void { this.#state = this.hidden }
          /** @internal */
          poke(): void {}
        }
        /** Makes one of them. */
        export const one = 1, rest = { two: 2 }
        /** The numbers of the header. */
        export const { two } = rest
        /** An address of four bytes. */
        export interface Inet4 { readonly family: 'inet4' }`,
    })
    expect(found).toEqual([])
  })

  it.each([
    ['a function', 'export function f(): void {}', 'f has no doc comment'],
    ['a constant', 'export const c = 1', 'c has no doc comment'],
    ['a type', 'export type T = number', 'T has no doc comment'],
    ['a label', '/** close */\nexport const c = 1', 'c has a doc comment without a sentence'],
    ['a line comment', '// Closes the thing.\nexport const c = 1', 'c has no doc comment'],
    ['a method', '/** A class. */\nexport class C { m(): void {} }', 'C.m has no doc comment'],
    ['a property', '/** A class. */\nexport class C { p = 1 }', 'C.p has no doc comment'],
    ['a getter', '/** A class. */\nexport class C { get g() { return 1 } }', 'C.g has no doc'],
    ['a static', '/** A class. */\nexport class C { static s = 1 }', 'C.s has no doc comment'],
    [
      'a symbol',
      'declare const Symbol: { readonly iterator: unique symbol }\n' +
        '/** A class. */\nexport class C { [Symbol.iterator](): void {} }',
      'C.[Symbol.iterator] has no doc comment',
    ],
    [
      'a member',
      '/** An interface. */\nexport interface I { m: number }',
      'I.m has no doc comment',
    ],
    [
      'names from an object',
      'const o = { a: 1, b: 2 }\nexport const { a, b } = o',
      'the statement that exports several names has no doc comment',
    ],
  ])('refuses %s without a sentence', (_, text, expected) => {
    expect(check({ 'index.ts': text })).toEqual([expect.stringContaining(expected)])
  })

  it('says where the name is declared, not where it is exported', () => {
    const found = check({
      'index.ts': "export { f } from './a.js'",
      'a.ts': '\nexport const f = 1',
    })
    expect(found).toEqual(['a.ts:2: f has no doc comment'])
  })

  it('takes the comment of the interface that a class implements', () => {
    const found = check({
      'index.ts': `
        /** What closes. */
        export interface Closer {
          /** Closes it. */
          close(): void
        }
        /** A connection that closes. */
        export class Conn implements Closer { close(): void {} }`,
    })
    expect(found).toEqual([])
  })

  it('refuses an entry that does not exist', () => {
    const dir = fixture({})
    const found = undocumented(dir, [join(dir, 'index.ts')], OPTIONS)
    expect(found).toEqual(['index.ts: this entry does not exist'])
  })
})
