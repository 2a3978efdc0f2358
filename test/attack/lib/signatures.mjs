// @ts-check
// What the entries of the addon take, read from the types that are written from its rows: an entry that is
// added is attacked without a word here.
import { readFileSync } from 'node:fs'

/** @typedef {{ name: string, type: string }} Parameter */
/** @typedef {{ name: string, parameters: readonly Parameter[], answer: string }} Signature */

/** Those that take nothing and answer with a table. */
const TABLES = ['constants', 'errnos']

/**
 * Splits at the commas that are in no bracket.
 * @param {string} text
 */
const split = (text) => {
  /** @type {string[]} */
  const parts = []
  let depth = 0
  let part = ''
  for (const c of text) {
    if ('([{'.includes(c)) depth++
    if (')]}'.includes(c)) depth--
    if (c === ',' && depth === 0) {
      parts.push(part)
      part = ''
    } else part += c
  }
  return [...parts, part].map((one) => one.trim()).filter((one) => one !== '')
}

/** @param {string} text @returns {Parameter} */
const parameter = (text) => {
  const found = /^(\w+)\??: (.+)$/s.exec(text)
  if (found === null) throw new Error(`no parameter: ${text}`)
  return { name: found[1] ?? '', type: found[2] ?? '' }
}

/**
 * Of each entry that `source`, which is native.ts, declares and takes arguments.
 * @param {string} source
 * @returns {Signature[]}
 */
const parse = (source) => {
  /** @type {Map<string, Signature>} */
  const all = new Map()
  const row = /^ {2}(?:readonly (\w+): Native\['(\w+)'\]|(\w+)\(([\s\S]*?)\): (.+))$/gm
  for (const [, twin, of = '', name = '', parameters = '', answer = ''] of source.matchAll(row)) {
    const entry = twin ?? name
    const like = all.get(of)
    if (twin !== undefined && like === undefined)
      throw new Error(`${twin} is like no entry before it`)
    all.set(entry, {
      ...(like ?? { parameters: split(parameters).map(parameter), answer }),
      name: entry,
    })
  }
  return [...all.values()].filter(({ name }) => !TABLES.includes(name))
}

/**
 * Of each entry that the addon has; throws when the types miss one.
 * @param {object} native
 * @returns {Signature[]}
 */
export const signatures = (native) => {
  const file = new URL('../../../packages/syscall/src/native.ts', import.meta.url)
  const all = parse(readFileSync(file, 'utf8'))
  const named = new Set(all.map(({ name }) => name))
  const missing = Object.keys(native).filter((name) => !named.has(name) && !TABLES.includes(name))
  if (missing.length > 0) throw new Error(`native.ts does not have ${missing}`)
  return all
}
