// Makes a program that plain Node runs, in a child process or a worker, out of a file beside the tests.
import type { SpawnSyncReturns } from 'node:child_process'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll } from 'vitest'

// Called as a program: as a module it would leave a thread with descriptors of its own behind.
const esbuild = createRequire(import.meta.url).resolve('esbuild/bin/esbuild')
const here = fileURLToPath(new URL('.', import.meta.url))
const binding = pathToFileURL(join(here, '..', 'src', 'binding.ts')).href

/** Bundles test/`name` with the sources it imports; the path of the program, gone after the tests. */
export function bundle(name: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'netfd-syscall-'))
  afterAll(() => rmSync(dir, { recursive: true }))
  const outfile = join(dir, name.replace(/\.ts$/, '.mjs'))
  execFileSync(esbuild, [
    join(here, name),
    `--outfile=${outfile}`,
    '--bundle',
    '--format=esm',
    '--platform=node',
    '--target=node20',
    '--log-level=warning',
    // The loader looks for the addon beside its own source, wherever the bundle lies.
    `--define:import.meta.url=${JSON.stringify(binding)}`,
  ])
  return outfile
}

/** Far longer than any of these programs takes: one that hangs is killed, and fails its test. */
const HANGS = 120_000

/** For tests whose program has much to do, on a machine that has as well. */
export const PATIENCE = HANGS + 10_000

/** Runs such a program in a process of its own until it ends. */
export function runProgram(program: string, ...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    timeout: HANGS,
    killSignal: 'SIGKILL',
  })
}
