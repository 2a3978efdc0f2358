#!/usr/bin/env node
// Fails when package-lock.json would make `npm ci` fail on another machine, or names a registry.
//
// npm drops an optional platform package from the lock when the registry does not have it at that
// moment; `npm ci` then refuses the lock elsewhere. So every optional dependency of every locked
// package must have an entry of its own.
import { readFileSync } from 'node:fs'
import { isMain, report } from './packages.mjs'

/**
 * @typedef {{ resolved?: string, link?: boolean, optionalDependencies?: Record<string, string> }} Entry
 * @typedef {{ packages?: Record<string, Entry> }} Lock
 */

/** The places, innermost first, where Node would look for `name` from the package at `from`.
 * @param {string} from
 * @param {string} name
 */
export const lookupPaths = (from, name) => {
  const found = []
  let at = from
  for (;;) {
    found.push(`${at === '' ? '' : `${at}/`}node_modules/${name}`)
    if (at === '') return found
    const parent = at.lastIndexOf('node_modules/')
    at = parent > 0 ? at.slice(0, parent - 1) : ''
  }
}

/** Every reason why the lock is not fit to be committed.
 * @param {Lock} lock
 * @returns {string[]}
 */
export const problems = (lock) => {
  const packages = lock.packages ?? {}
  const found = []
  for (const [path, entry] of Object.entries(packages)) {
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (!lookupPaths(path, name).some((p) => p in packages)) {
        found.push(`${path || 'the root'}: optional dependency ${name} has no lock entry`)
      }
    }
    if (entry.resolved !== undefined && /^[a-z+]+:/i.test(entry.resolved)) {
      found.push(`${path}: names the address ${entry.resolved}`)
    }
  }
  return found
}

if (isMain(import.meta.url)) {
  const path = process.argv[2] ?? 'package-lock.json'
  report(problems(JSON.parse(readFileSync(path, 'utf8'))), `${path}: complete, no addresses`)
}
