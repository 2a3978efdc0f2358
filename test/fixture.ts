// A throw-away folder for one test, so that a check can be shown what it must refuse.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Writes the files below a new folder, which is removed when the running test ends. */
export const fixture = (files: Record<string, string>, parent = tmpdir()): string => {
  const dir = mkdtempSync(join(parent, 'netfd-fixture-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    const path = join(dir, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  return dir
}
