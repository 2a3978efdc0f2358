// A package as it is published: its own files, and what it gets from the checkout around it.
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, posix } from 'node:path'

/** @typedef {string | { type?: string, url?: string } | undefined} Repository */

/** The address of the repository, or '' where package.json does not say.
 * @param {Repository} repository
 */
export const repositoryURL = (repository) =>
  (typeof repository === 'string' ? repository : repository?.url) ?? ''

/** The manifest with the repository that the root of the checkout names: npm's statement of where a package
 * comes from (--provenance) wants it in each.
 * @param {Record<string, unknown>} manifest
 * @param {Repository} repository
 * @param {string} folder of the package
 */
export const withRepository = (manifest, repository, folder) => {
  const url = repositoryURL(repository)
  if (url === '') return manifest
  return { ...manifest, repository: { type: 'git', url, directory: `packages/${folder}` } }
}

/** Makes links to the guides of the checkout links to those in the package.
 * @param {string} text
 */
export const withOwnGuides = (text) => text.replaceAll('](../../docs/', '](docs/')

/** The targets of the links in a Markdown text that are files, relative to it.
 * @param {string} text
 */
const fileLinks = (text) =>
  [...text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/i.test(target))

/** The links of packed Markdown files that lead to nothing in the package.
 * @param {readonly string[]} files
 * @param {(path: string) => string} read
 */
export const linkProblems = (files, read) =>
  files
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      fileLinks(read(path))
        .filter((target) => !files.includes(posix.join(posix.dirname(path), target)))
        .map((target) => `${path} links to ${target}, which is not in the package`),
    )

/** Copies the guides and the pictures in them.
 * @param {string} docs
 * @param {string} into
 */
const copyGuides = (docs, into) => {
  mkdirSync(into)
  for (const name of readdirSync(docs).filter((path) => path.endsWith('.md'))) {
    const text = readFileSync(join(docs, name), 'utf8')
    writeFileSync(join(into, name), text)
    for (const picture of fileLinks(text).filter((target) => target.endsWith('.svg'))) {
      mkdirSync(dirname(join(into, picture)), { recursive: true })
      cpSync(join(docs, picture), join(into, picture))
    }
  }
}

/** Fills a folder with the package; answers the folder.
 * @param {string} dir the package, in its checkout
 * @param {string} stage
 */
export const stagePackage = (dir, stage) => {
  const checkout = join(dir, '..', '..')
  /** @param {string} folder */
  const manifestIn = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const own = manifestIn(dir)
  const manifest = withRepository(own, manifestIn(checkout).repository, basename(dir))
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  writeFileSync(
    join(stage, 'README.md'),
    withOwnGuides(readFileSync(join(dir, 'README.md'), 'utf8')),
  )
  for (const name of ['LICENSE', ...own.files]) {
    if (existsSync(join(dir, name))) cpSync(join(dir, name), join(stage, name), { recursive: true })
  }
  if (own.files.includes('docs')) copyGuides(join(checkout, 'docs'), join(stage, 'docs'))
  return stage
}

/** The place of everything; removed when the process ends. */
export const scratch = () => {
  const dir = mkdtempSync(join(tmpdir(), 'netfd-stranger-'))
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** Packs a package as it is published, without running scripts; answers the tarball and what is in it.
 * @param {string} dir the package
 * @param {string} into
 */
export const pack = (dir, into) => {
  const stage = stagePackage(dir, mkdtempSync(join(into, 'stage-')))
  const quiet = ['--json', '--ignore-scripts', '--loglevel=error']
  const args = ['pack', ...quiet, '--pack-destination', into]
  const [packed] = JSON.parse(execFileSync('npm', args, { cwd: stage, encoding: 'utf8' }))
  /** @type {{ filename: string, files: { path: string }[], size: number, unpackedSize: number }} */
  const { filename, files, size, unpackedSize } = packed
  return {
    stage,
    tarball: join(into, filename),
    files: files.map(({ path }) => path),
    size,
    unpackedSize,
  }
}
