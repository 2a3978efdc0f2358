// Runs programs that use this package in processes and threads of their own, straight from the sources.
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll } from 'vitest'

const packages = fileURLToPath(new URL('../../', import.meta.url))

const ENTRY = (net: boolean) => `
${net ? `export * as net from '${packages}net/src/index.ts'` : ''}
export * from '${packages}poll/src/internal.ts'
export * as sys from '${packages}syscall/src/index.ts'
export * from '${packages}poll/test/child-tools.ts'
`

/** Where the bundle is; valid inside tests of a file that called `bundleForChildren`. */
export let bundleURL = ''
let dir = ''

/** Bundles the sources once for this test file; with `net`, programs have that package as well. */
export function bundleForChildren(o: { net?: boolean } = {}): void {
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'netfd-child-'))
    // The addon is looked for beside the folder of the module that loads it.
    mkdirSync(join(dir, 'dist'))
    mkdirSync(join(dir, 'native', 'build', 'Release'), { recursive: true })
    const addon = join('native', 'build', 'Release', 'syscall.node')
    copyFileSync(join(packages, 'syscall', addon), join(dir, addon))
    writeFileSync(join(dir, 'entry.ts'), ENTRY(o.net === true))
    await build({
      configFile: false,
      logLevel: 'silent',
      root: dir,
      ssr: { noExternal: true },
      resolve: {
        alias: [
          {
            find: '@netfd/syscall/internal',
            replacement: join(packages, 'syscall/src/internal.ts'),
          },
          { find: '@netfd/syscall/raw', replacement: join(packages, 'syscall/src/raw.ts') },
          { find: '@netfd/poll/internal', replacement: join(packages, 'poll/src/internal.ts') },
          { find: '@netfd/poll', replacement: join(packages, 'poll/src/index.ts') },
          { find: '@netfd/syscall', replacement: join(packages, 'syscall/src/index.ts') },
        ],
      },
      build: {
        ssr: join(dir, 'entry.ts'),
        outDir: join(dir, 'dist'),
        minify: false,
        rollupOptions: { output: { entryFileNames: 'bundle.mjs' } },
      },
    })
    const host = join('dist', 'host.cjs')
    copyFileSync(join(packages, 'syscall', host), join(dir, host))
    bundleURL = pathToFileURL(join(dir, 'dist', 'bundle.mjs')).href
  })
  afterAll(() => rmSync(dir, { recursive: true }))
}

/** How a child process ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** The start of every program: `poll` and `sys`, and TCP ends to work with. */
const HEAD = () => `const poll = await import(${JSON.stringify(bundleURL)})
const { FD, hook, host, keptPair, net, sys, tcpPair, turns } = poll
await poll.makeAhead()
`

/** The program as a module's address, for a worker thread. */
export const programURL = (program: string): URL =>
  new URL(`data:text/javascript,${encodeURIComponent(HEAD() + program)}`)

/** A program of which nothing is heard for so long (ms) is killed: its event loop stands still. */
const TIMEOUT = 20_000

/** Runs a program in a process of its own; `feed` is its standard input. */
export function runChild(
  program: string,
  o: { args?: string[]; env?: Record<string, string>; feed?: string } = {},
): Promise<Ended> {
  const args = [...(o.args ?? []), '--input-type=module', '-e', HEAD() + program]
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...o.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: TIMEOUT,
    killSignal: 'SIGKILL',
  })
  const out = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    out.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    out.stderr += chunk
  })
  // A child that ends without reading makes the pipe break.
  child.stdin.on('error', () => undefined)
  child.stdin.end(o.feed ?? '')
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, ...out }))
  })
}
