// @ts-check
// Compiles the C programs and the Go peer into bench/build/, when a source is newer.
import { execFile } from 'node:child_process'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const BENCH = dirname(dirname(fileURLToPath(import.meta.url)))
export const BUILD = join(BENCH, 'build')
const NATIVE = join(BENCH, 'native')
const GO = join(BENCH, 'servers', 'go')

/** @type {Record<string, string[]>} */
const PROGRAMS = {
  'echo-server': ['echo-server.c', 'proxy.c', 'common.c'],
  load: ['load.c', 'load-echo.c', 'load-bulk.c', 'load-connect.c', 'histogram.c', 'common.c'],
}

/** @param {string} path */
const modified = async (path) => {
  try {
    return (await stat(path)).mtimeMs
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0
    throw error
  }
}

/**
 * @param {string} target
 * @param {string} folder every file in it counts as a source
 */
const isFresh = async (target, folder) => {
  const names = await readdir(folder)
  const sources = await Promise.all(names.map((name) => modified(join(folder, name))))
  return (await modified(target)) > Math.max(...sources)
}

/** The C server and the load generator. Rejects with the compiler's own words. */
export const buildNative = async () => {
  await mkdir(BUILD, { recursive: true })
  for (const [name, files] of Object.entries(PROGRAMS)) {
    const target = join(BUILD, name)
    if (await isFresh(target, NATIVE)) continue
    const sources = files.map((file) => join(NATIVE, file))
    await run('cc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', target, ...sources])
  }
}

/**
 * The Go peer.
 * @returns {Promise<string | null>} its path, or null where there is no `go`
 */
export const buildGo = async () => {
  const target = join(BUILD, 'go-server')
  try {
    await run('go', ['version'])
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  if (!(await isFresh(target, GO))) await run('go', ['build', '-o', target, '.'], { cwd: GO })
  return target
}
