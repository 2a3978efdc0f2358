#!/usr/bin/env node
// Fails on a public name without a doc comment that holds a sentence: every export of every entry,
// and every public member of the exported classes and interfaces.
import { relative } from 'node:path'
import ts from 'typescript'
import { entries, isMain, packages, report } from './packages.mjs'
import { root } from './step.mjs'

/** At least two words that end as a sentence does. */
const SENTENCE = /\S+\s+\S[\s\S]*?[.!?:]['")`\]]*(\s|$)/

/** Whether a member is for users: not private, protected, #private or marked @internal.
 * @param {ts.Symbol} member
 */
const isPublic = (member) => {
  const declaration = member.declarations?.[0]
  if (declaration === undefined) return false
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected
  if (ts.getCombinedModifierFlags(declaration) & hidden) return false
  const name = ts.getNameOfDeclaration(declaration)
  if (name && ts.isPrivateIdentifier(name)) return false
  return !isInternal(member)
}

/** @param {ts.Symbol} symbol */
const isInternal = (symbol) => symbol.getJsDocTags().some((tag) => tag.name === 'internal')

const MEMBER_KINDS = ts.SymbolFlags.Method | ts.SymbolFlags.Property | ts.SymbolFlags.Accessor

/** The members of a class (static ones too) or interface that its own declaration lists.
 * @param {ts.Symbol} symbol
 * @param {ts.TypeChecker} checker
 */
const members = (symbol, checker) => {
  if (!(symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface))) return []
  // Of the types, not the symbol: only they know members such as [Symbol.asyncIterator].
  const types = [checker.getDeclaredTypeOfSymbol(symbol)]
  if (symbol.flags & ts.SymbolFlags.Class) types.push(checker.getTypeOfSymbol(symbol))
  return types
    .flatMap((type) => checker.getPropertiesOfType(type))
    .filter((member) => member.flags & MEMBER_KINDS && member.name !== 'prototype')
    .filter((member) =>
      member.declarations?.some((d) => symbol.declarations?.some((s) => s === d.parent)),
    )
}

/** @param {ts.Symbol} member */
const memberName = (member) => {
  const declaration = member.declarations?.[0]
  const name = declaration && ts.getNameOfDeclaration(declaration)
  return name?.getText() ?? member.name
}

/** The statement that a name was taken out of an object in: one comment there serves all its names.
 * @param {ts.Declaration} declaration
 */
const destructuring = (declaration) =>
  ts.isBindingElement(declaration)
    ? ts.findAncestor(declaration, ts.isVariableStatement)
    : undefined

/** The doc comment's text.
 * @param {ts.Symbol} symbol
 * @param {ts.VariableStatement | undefined} statement
 * @param {ts.TypeChecker} checker
 */
const docText = (symbol, statement, checker) => {
  if (!statement) return ts.displayPartsToString(symbol.getDocumentationComment(checker))
  return ts
    .getJSDocCommentsAndTags(statement)
    .map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? '')
    .join('\n')
}

/** `readonly family: 'inet4'` says all there is to say.
 * @param {ts.Symbol} symbol
 */
const isTag = (symbol) => {
  const declaration = symbol.declarations?.[0]
  if (!declaration || !ts.isPropertySignature(declaration) || !declaration.type) return false
  return ts.isLiteralTypeNode(declaration.type)
}

/** Every undocumented name that the entries make public.
 * @param {string} dir the checkout, for the paths in the answer
 * @param {string[]} files the entries
 * @param {ts.CompilerOptions} options
 */
export const undocumented = (dir, files, options) => {
  const program = ts.createProgram(files, options)
  const checker = program.getTypeChecker()
  /** @type {Set<string>} */
  const problems = new Set()
  /** @param {ts.Symbol} symbol @param {string} name */
  const check = (symbol, name) => {
    const declaration = symbol.declarations?.[0]
    const source = declaration?.getSourceFile()
    if (!declaration || !source) return
    const statement = destructuring(declaration)
    const text = docText(symbol, statement, checker).trim()
    if (SENTENCE.test(text) || isTag(symbol)) return
    const { line } = source.getLineAndCharacterOfPosition((statement ?? declaration).getStart())
    const subject = statement ? 'the statement that exports several names' : name
    const want = text === '' ? 'has no doc comment' : 'has a doc comment without a sentence'
    problems.add(`${relative(dir, source.fileName)}:${line + 1}: ${subject} ${want}`)
  }
  for (const file of files) {
    const source = program.getSourceFile(file)
    if (!source) problems.add(`${relative(dir, file)}: this entry does not exist`)
    const module = source && checker.getSymbolAtLocation(source)
    for (const exported of module ? checker.getExportsOfModule(module) : []) {
      const aliased = exported.flags & ts.SymbolFlags.Alias
      const symbol = aliased ? checker.getAliasedSymbol(exported) : exported
      if (isInternal(symbol)) continue
      check(symbol, exported.name)
      for (const member of members(symbol, checker).filter(isPublic)) {
        check(member, `${exported.name}.${memberName(member)}`)
      }
    }
  }
  return [...problems]
}

/** The compiler options of the project.
 * @param {string} dir the checkout
 */
export const projectOptions = (dir) => {
  const path = `${dir}/tsconfig.base.json`
  const { config } = ts.readConfigFile(path, ts.sys.readFile)
  return ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, dir, undefined, path)
    .options
}

if (isMain(import.meta.url)) {
  const files = packages(root).flatMap((name) => entries(root, name))
  report(undocumented(root, files, projectOptions(root)), 'every public name is documented')
}
