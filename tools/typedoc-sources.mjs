// For typedoc: the version on every page, and beside each name the line that declares it, once package.json in
// the root names the repository. Without an address there is nothing to link to, and no line is shown.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Application, Converter } from 'typedoc'
import { repositoryURL } from './pack.mjs'
import { manifest } from './packages.mjs'
import { root } from './step.mjs'

/** The page of the repository that shows its files at a commit, or '' without a repository.
 * @param {import('./pack.mjs').Repository} repository
 * @param {string} revision
 */
export const filesAt = (repository, revision) => {
  const url = repositoryURL(repository)
  if (url === '') return ''
  const page = url
    .replace(/^git\+/, '')
    .replace(/^(?:ssh:\/\/)?git@([^:/]+)[:/]/, 'https://$1/')
    .replace(/^github:/, 'https://github.com/')
    .replace(/\.git$/, '')
  return `${page}/blob/${revision}/`
}

/** The commit that is checked out: the site is of one version, and a line moves in the next. */
const head = () => {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], {
    cwd: root,
    encoding: 'utf8',
  })
  return status === 0 ? stdout.trim() : 'HEAD'
}

/** Names each file from the root of the checkout, and its line's page; what is declared elsewhere has none.
 * @param {import('typedoc').ProjectReflection} project
 * @param {string} files the page of the repository
 */
const link = (project, files) => {
  for (const reflection of Object.values(project.reflections)) {
    if (!reflection.isDeclaration() && !reflection.isSignature()) continue
    reflection.sources = (reflection.sources ?? []).flatMap((source) => {
      const fileName = relative(root, source.fullFileName)
      if (!fileName.startsWith('packages/')) return []
      return [Object.assign(source, { fileName, url: `${files}${fileName}#L${source.line}` })]
    })
  }
}

/** @param {Application} app */
export const load = (app) => {
  const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const files = filesAt(process.env.NETFD_REPOSITORY || repository, head())
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    const packageOptions = app.options.getValue('packageOptions')
    const own = { includeVersion: true, disableSources: files === '', disableGit: true }
    app.options.setValue('packageOptions', {
      ...packageOptions,
      ...own,
      sourceLinkTemplate: '{path}',
    })
  })
  // After typedoc's own handler, which names files from wherever all of a package's files are.
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => link(project, files), -100)
  app.on(Application.EVENT_PROJECT_REVIVE, (project) => {
    project.packageVersion = manifest(root, 'net').version
  })
}
