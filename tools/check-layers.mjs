#!/usr/bin/env node
// Fails on an import that goes up or sideways: syscall < poll < net. Type-only and dynamic imports
// count, and so do relative paths that lead into another package. Prints the graph.
import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import ts from 'typescript'
import { filesBelow, isMain, LAYERS, manifest, packages, report } from './packages.mjs'
import { root } from './step.mjs'

/** Every module name in a source text, with its line; null for an import() of an expression.
 * @param {string} file
 * @param {string} text
 */
export const imports = (file, text) => {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  /** @type {{ name: string | null, line: number }[]} */
  const found = []
  /** @param {ts.Node} node @param {ts.Node | undefined} name */
  const add = (node, name) => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1
    found.push({ name: name && ts.isStringLiteralLike(name) ? name.text : null, line })
  }
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier)
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node, node.moduleSpecifier)
    else if (ts.isExternalModuleReference(node)) add(node, node.expression)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node, node.argument.literal)
    } else if (ts.isCallExpression(node)) visitCall(node)
    ts.forEachChild(node, visit)
  }
  /** @param {ts.CallExpression} node */
  const visitCall = (node) => {
    const [name] = node.arguments
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node, name)
    const required = ts.isIdentifier(node.expression) && node.expression.text === 'require'
    if (required && name && ts.isStringLiteralLike(name)) add(node, name)
  }
  visit(source)
  return found
}

const isTest = (/** @type {string} */ file) => /\.test\.ts$/.test(file) || /\/test\//.test(file)

/** The package a module name leads to from a file, or null for one that is not ours.
 * @param {string} dir the checkout
 * @param {string} file
 * @param {string} name
 */
const target = (dir, file, name) => {
  const scoped = /^@netfd\/([^/]+)/.exec(name)
  if (scoped) return scoped[1] ?? null
  if (!name.startsWith('.')) return null
  const path = relative(dir, resolve(dirname(file), name)).split(sep)
  return path[0] === 'packages' || path[0] === 'apps' ? (path[1] ?? null) : '(outside)'
}

/** The sentence for one import that must not be, or null.
 * @param {{ from: string, to: string | null, name: string | null, test: boolean }} edge
 */
const verdict = ({ from, to, name, test }) => {
  if (name === null) return 'import() of an expression: which package it leads to cannot be checked'
  if (to === null) return null
  if (to === from) {
    if (name.startsWith('.') || test) return null
    return `${name} is its own package: use a relative path`
  }
  if (to === '(outside)') return test ? null : `${name} leaves the package`
  const down = LAYERS.indexOf(to) < LAYERS.indexOf(from)
  // A test may use the helpers of a lower package's tests, which are exported by nobody.
  if (name.startsWith('.') && !(test && down)) {
    return `${name} is a path into ${to}: import @netfd/${to}`
  }
  if (!LAYERS.includes(to)) return `${name} is no package that ${from} may use`
  if (down) return null
  return `${from} may not import ${to}: imports go down, ${LAYERS.join(' < ')}`
}

/** Every import of a package's sources and tests that names a module of ours, or an expression.
 * @param {string} dir the checkout
 * @param {string} from the package
 */
const edges = (dir, from) => {
  const folders = ['src', 'test'].map((name) => join(dir, 'packages', from, name))
  return folders
    .flatMap((folder) => filesBelow(folder, /\.[cm]?ts$/))
    .flatMap((file) =>
      imports(file, readFileSync(file, 'utf8')).map(({ name, line }) => ({
        from,
        to: name === null ? null : target(dir, file, name),
        name,
        test: isTest(file),
        at: `${relative(dir, file)}:${line}`,
      })),
    )
}

/** Reads every source and test of every package.
 * @param {string} dir the checkout
 */
export const checkLayers = (dir) => {
  /** @type {string[]} */
  const problems = []
  /** @type {Map<string, Map<string, number>>} */
  const graph = new Map()
  for (const from of packages(dir)) {
    const declared = manifest(dir, from).dependencies ?? {}
    const uses = new Map()
    graph.set(from, uses)
    for (const edge of edges(dir, from)) {
      const { to, at } = edge
      const problem = verdict(edge)
      if (problem !== null) problems.push(`${at}: ${problem}`)
      else if (to !== null && LAYERS.includes(to) && to !== from) {
        uses.set(to, (uses.get(to) ?? 0) + 1)
        if (`@netfd/${to}` in declared) continue
        problems.push(`${at}: @netfd/${to} is not in the dependencies of ${from}`)
      }
    }
  }
  return { problems, graph }
}

if (isMain(import.meta.url)) {
  const { problems, graph } = checkLayers(root)
  for (const [from, uses] of [...graph].reverse()) {
    const list = [...uses].map(([to, count]) => `${to} (${count})`).join(', ')
    console.log(`${from.padEnd(8)} -> ${list || 'nothing'}`)
  }
  report(problems, 'imports only go down')
}
