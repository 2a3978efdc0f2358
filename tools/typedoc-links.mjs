// For typedoc: the links between guides and names, both ways. A name in backquotes, in a guide or a doc comment,
// leads to its page, once in each section; the page of a class, a function or an option set lists the
// guides that speak of it most; and `@netfd/net/docs/x.md` in a doc comment, which is where an editor's reader
// finds the guide, is the guide itself on the site.
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import {
  Application,
  DeclarationReflection,
  JSX,
  MarkdownEvent,
  PageEvent,
  Reflection,
  ReflectionKind,
} from 'typedoc'
import { filesBelow } from './packages.mjs'
import { root } from './step.mjs'

/** How many guides a page lists. */
const GUIDES = 5

/** `dial`, `new Dialer(…)`, `conn.setReadDeadline(t)`, `TCPConn.read`, and not `read(2)`, a manual page. */
const NAME = /^(?:await |new )*([A-Za-z]\w*)(?:\.([a-z]\w*))?(?:\((?!\d\)).*)?$/s

/** What the guides call a value of each class. */
const VALUES = new Map([
  ['conn', 'TCPConn'],
  ['peer', 'TCPConn'],
  ['listener', 'TCPListener'],
  ['dialer', 'Dialer'],
  ['fd', 'FD'],
  ['error', 'OpError'],
])

/** Whose methods the guides name without a value, in the order in which they are meant. */
const BARE = ['TCPConn', 'TCPListener', 'Dialer', 'ListenConfig', 'FD']

const { Method, SomeModule, Variable } = ReflectionKind

/** @typedef {import('typedoc').DeclarationReflection} Declaration */
/** What is used here of markdown-it, which comes with typedoc and without types.
 * @typedef {{ type: string, content: string, children: Token[] | null, attrSet: (name: string, value: string) => void }} Token
 * @typedef {{ tokens: Token[], Token: new (type: string, tag: string, nesting: number) => Token }} State
 * @typedef {{ core: { ruler: { push: (name: string, rule: (state: State) => void) => void } } }} MarkdownIt
 */

/** @typedef {{ own: Map<string, Declaration>, others: Map<string, Declaration | null> }} Names */

/** The names that a guide may mean: those of @netfd/net itself, and of all other entries. One that two of them
 * have means neither. A number is none: who names an error's code speaks of the error.
 * @param {import('typedoc').ProjectReflection} project
 * @returns {Names}
 */
const namesOf = (project) => {
  const modules = project.getReflectionsByKind(SomeModule).filter((of) => of.isDeclaration())
  /** @param {Declaration} module */
  const exported = ({ children = [] }) =>
    children.filter(
      (child) =>
        !child.kindOf(SomeModule) && !(child.kindOf(Variable) && /^[A-Z\d_]+$/.test(child.name)),
    )
  const own = new Map(
    modules
      .filter(({ name }) => name === '@netfd/net')
      .flatMap((module) => exported(module).map((child) => [child.name, child])),
  )
  /** @type {Names['others']} */
  const others = new Map()
  for (const module of modules.filter(({ name }) => name !== '@netfd/net' && name !== 'raw')) {
    for (const child of exported(module)) {
      others.set(child.name, others.has(child.name) ? null : child)
      others.set(`${module.name}.${child.name}`, child)
    }
  }
  return { own, others }
}

/** @param {Declaration | undefined} owner @param {string} name */
const member = (owner, name) => owner?.children?.find((child) => child.name === name)

/** @param {Names} names @param {string} name */
const entry = ({ own, others }, name) => own.get(name) ?? others.get(name) ?? undefined

/** @param {Names} names @param {string} name */
const method = (names, name) =>
  BARE.map((owner) => member(entry(names, owner), name)).find((found) => found?.kindOf(Method))

/** What a piece of code in backquotes names.
 * @param {Names} names
 * @param {string} code
 * @param {import('typedoc').Reflection | undefined} [page] whose own members come first
 * @returns {Declaration | undefined}
 */
const named = (names, code, page) => {
  const [, first = '', second] = NAME.exec(code) ?? []
  if (second !== undefined) return member(entry(names, VALUES.get(first) ?? first), second)
  const own = page?.isDeclaration() && !page.kindOf(SomeModule) ? member(page, first) : undefined
  return own ?? names.own.get(first) ?? method(names, first) ?? entry(names, first)
}

/** The page of a name: its class's for a method.
 * @param {Declaration} target
 */
const pageOf = (target) => (target.parent?.kindOf(SomeModule) ? target : target.parent)

/** @param {string} text */
const codes = (text) =>
  [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, code = '']) => code,
  )

/** What samples import.
 * @param {Names} names
 * @param {string} text
 */
const imported = (names, text) =>
  [...text.matchAll(/^import (?:type )?\{([^}]*)\} from '@netfd\/\w+(?:\/(\w+))?'/gm)].flatMap(
    ([, list = '', module = '']) =>
      list.split(',').map((part) => {
        const name = part.trim().replace(/^type /, '')
        return names.others.get(`${module}.${name}`) ?? entry(names, name)
      }),
  )

/** The guides of each page, those that name it and its members most first.
 * @param {import('typedoc').ProjectReflection} project
 * @param {Names} names
 */
const guidesOf = (project, names) => {
  /** @type {Map<import('typedoc').Reflection, { guide: import('typedoc').DocumentReflection, much: number }[]>} */
  const guides = new Map()
  for (const guide of project.documents ?? []) {
    const text = guide.content.map((part) => part.text).join('')
    /** @type {Map<import('typedoc').Reflection, number>} */
    const counts = new Map()
    const targets = codes(text).map((code) => named(names, code))
    for (const target of [...targets, ...imported(names, text)]) {
      const page = target && pageOf(target)
      if (page) counts.set(page, (counts.get(page) ?? 0) + 1)
    }
    for (const [page, n] of counts) {
      const much = n / Math.sqrt(text.length)
      guides.set(page, [...(guides.get(page) ?? []), { guide, much }])
    }
  }
  for (const all of guides.values()) all.sort((a, b) => b.much - a.much).splice(GUIDES)
  return guides
}

/** The guides by their file.
 * @param {import('typedoc').ProjectReflection} project
 */
const filesOf = (project) =>
  new Map(
    (project.documents ?? []).flatMap((guide) => {
      const file = filesBelow(join(root, 'docs'), /\.md$/).find((path) =>
        readFileSync(path, 'utf8').startsWith(`---\ntitle: ${guide.name}\n`),
      )
      return file === undefined ? [] : [[relative(root, file), guide]]
    }),
  )

/** @param {import('typedoc').ProjectReflection} project */
const siteOf = (project) => {
  const names = namesOf(project)
  return { names, guides: guidesOf(project, names), files: filesOf(project) }
}

/** typedoc makes the mark of a heading, and its line in the page's contents, of the text in it: code is some.
 * @param {State} state
 * @param {Token} heading
 */
const keepCode = (state, heading) => {
  for (const code of heading.children?.filter(({ type }) => type === 'code_inline') ?? []) {
    code.children = [Object.assign(new state.Token('text', '', 0), { content: code.content })]
  }
}

/** Makes the names of one text links.
 * @param {MarkdownIt} md
 * @param {(code: string) => string | undefined} address
 */
const linkNames = (md, address) => {
  md.core.ruler.push('netfd_names', (state) => {
    /** @type {Set<string>} */
    let seen = new Set()
    for (const [at, token] of state.tokens.entries()) {
      const before = state.tokens[at - 1]?.type
      if (token.type === 'heading_open') seen = new Set()
      if (before === 'heading_open') keepCode(state, token)
      if (token.type !== 'inline' || before === 'heading_open' || !token.children) continue
      let depth = 0
      token.children = token.children.flatMap((child) => {
        depth += child.type === 'link_open' ? 1 : child.type === 'link_close' ? -1 : 0
        const href =
          child.type === 'code_inline' && depth === 0 ? address(child.content) : undefined
        if (href === undefined || seen.has(href)) return [child]
        seen.add(href)
        const open = new state.Token('link_open', 'a', 1)
        open.attrSet('href', href)
        return [open, child, new state.Token('link_close', 'a', -1)]
      })
    }
  })
}

/** The guides under the comment of a page's own name.
 * @param {import('typedoc').DefaultThemeRenderContext} context
 * @param {readonly import('typedoc').DocumentReflection[]} guides
 */
const listed = (context, guides) => {
  const links = guides.flatMap((guide, at) => [
    at === 0 ? '' : ', ',
    JSX.createElement('a', { href: context.urlTo(guide) ?? '' }, guide.name),
  ])
  return JSX.createElement('p', { class: 'netfd-guides' }, 'Guides: ', ...links)
}

/** Makes the file of a guide in a doc comment a link to it.
 * @param {string} text
 * @param {(file: string) => string} link
 */
const linkFiles = (text, link) =>
  text.replaceAll(/`?@netfd\/net\/(docs\/[\w-]+\.md)`?/g, (_, file) => link(file))

/** @param {import('typedoc').Application} app */
export const load = (app) => {
  const { renderer } = app
  /** @type {ReturnType<typeof siteOf> | undefined} */
  let site
  /** @type {PageEvent | undefined} */
  let page
  /** @param {import('typedoc').RouterTarget} target */
  const address = (target) =>
    page && renderer.router?.hasUrl(target)
      ? renderer.router.relativeUrl(page.model, target) || undefined
      : undefined

  renderer.on(PageEvent.BEGIN, (event) => {
    page = event
    site ??= siteOf(event.project)
  })
  renderer.on(
    MarkdownEvent.PARSE,
    (event) => {
      event.parsedText = linkFiles(event.parsedText, (file) => {
        const guide = site?.files.get(file)
        if (guide === undefined) throw new Error(`${file} is no guide of the site`)
        return `[${guide.name}](${address(guide)})`
      })
    },
    100,
  )
  /** @param {MarkdownIt} parser */
  const names = (parser) =>
    linkNames(parser, (code) => {
      const model = page?.model instanceof Reflection ? page.model : undefined
      const target = site && named(site.names, code, model)
      return target && address(target)
    })
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    app.options.setValue('markdownItLoader', names)
  })
  renderer.hooks.on('comment.afterTags', (context, _, of) => {
    const model = page?.model
    if (!(model instanceof DeclarationReflection)) return JSX.createElement(JSX.Fragment, null)
    const own = of === model || of === model.signatures?.[0]
    const guides = own ? (site?.guides.get(model) ?? []) : []
    if (guides.length === 0) return JSX.createElement(JSX.Fragment, null)
    return listed(
      context,
      guides.map(({ guide }) => guide),
    )
  })
}
