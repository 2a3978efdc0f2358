// @ts-check
// netfd's sources with some changes, as one program: both sides of a trick are built in the same way.
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { BENCH, BUILD } from './build.mjs'

/** @typedef {import('./tricks.mjs').Edit} Edit */

const ROOT = dirname(BENCH)

/**
 * The text of a source with its changes made. Throws when one does not fit any more.
 * @param {string} file
 * @param {string} text
 * @param {readonly Edit[]} edits
 */
export const edited = (file, text, edits) => {
  let result = text
  for (const edit of edits) {
    if (edit.file !== file) continue
    if (!result.includes(edit.from)) throw new Error(`${file} has no ${JSON.stringify(edit.from)}`)
    result = result.replaceAll(edit.from, edit.to)
  }
  return result
}

/** @type {(edits: readonly Edit[]) => import('esbuild').Plugin} */
const plugin = (edits) => ({
  name: 'edited',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^@netfd\// }, ({ path }) => {
      const [, name = '', entry = ''] = path.split('/')
      const folder = join(ROOT, 'packages', name, 'src')
      const file = join(folder, `${entry || 'index'}.ts`)
      return { path: existsSync(file) ? file : join(folder, entry, 'index.ts') }
    })
    onLoad({ filter: /packages\/\w+\/src\/.*\.ts$/ }, async ({ path }) => {
      const file = path.slice(ROOT.length + 1)
      return { loader: 'ts', contents: edited(file, await readFile(path, 'utf8'), edits) }
    })
  },
})

/**
 * Bundles the netfd peer from the edited sources.
 * @param {string} name
 * @param {readonly Edit[]} edits
 * @returns {Promise<string>} the program's path
 */
export const buildEdited = async (name, edits) => {
  const folder = join(BUILD, 'tricks', name)
  const outfile = join(folder, 'dist', 'server.mjs')
  await rm(folder, { recursive: true, force: true })
  await mkdir(join(folder, 'native'), { recursive: true })
  // The loader looks for the addon beside the folder of the program.
  const addon = join('native', 'build')
  await symlink(join(ROOT, 'packages', 'syscall', addon), join(folder, addon))
  await build({
    entryPoints: [join(BENCH, 'servers', 'netfd.mjs')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    plugins: [plugin(edits)],
  })
  return outfile
}
