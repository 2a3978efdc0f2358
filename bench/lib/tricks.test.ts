import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BENCH } from './build.mjs'
import { edited } from './edited.mjs'
import { TRICKS } from './tricks.mjs'
import { makeWorkloads } from './workloads.mjs'

const source = (file: string): string => readFileSync(join(dirname(BENCH), file), 'utf8')

describe('each trick that can be switched off', () => {
  it.each(TRICKS.map((trick) => [trick.id, trick] as const))(
    '%s still fits the sources, and has a workload',
    (_, { both = [], edits, workload }) => {
      const all = [...both, ...edits]
      for (const file of new Set(all.map((edit) => edit.file))) {
        expect(edited(file, source(file), all)).not.toBe(source(file))
      }
      const ids = makeWorkloads({ fileLimit: 1024 }).map(({ id }) => id)
      expect(ids).toContain(workload)
    },
  )

  it('is reported when the sources have moved on', () => {
    const edit = { file: 'a.ts', from: 'gone', to: 'here' }
    expect(() => edited('a.ts', 'text', [edit])).toThrow('a.ts has no "gone"')
    expect(edited('b.ts', 'text', [edit])).toBe('text')
  })
})
