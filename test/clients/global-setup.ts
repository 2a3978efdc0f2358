// Before and after the tests of the clients: the table of docs/clients.md says what this run says.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { all } from './all.js'
import { page, readResults, withResults } from './results.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** The file that takes the results of the clients. */
    clientResults: string
  }
}

/** The column of the table that this run fills. */
const runtime = process.env.NETFD_CLIENTS_ON ?? `Node ${process.versions.node.split('.')[0]}`

/** Called by vitest before the tests of the project; what it returns, after them. */
export function setup(project: TestProject): () => void {
  const dir = mkdtempSync(join(tmpdir(), 'netfd-clients-'))
  const file = join(dir, 'results')
  writeFileSync(file, '')
  project.provide('clientResults', file)
  return () => {
    const results = readResults(file)
    rmSync(dir, { recursive: true })
    const old = readFileSync(page, 'utf8')
    const text = withResults(old, all, results, runtime)
    if (text === old) return
    if (process.env.NETFD_CLIENTS_TABLE === 'write') return writeFileSync(page, text)
    // vitest takes an error from here for a mishap at its end.
    console.error(
      'docs/clients.md says something else than this run. To have it say the same: NETFD_CLIENTS_TABLE=write npm test -- --project clients',
    )
    process.exitCode = 1
  }
}
