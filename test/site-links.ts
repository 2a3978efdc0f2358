// Every link inside a built site, and those that lead nowhere.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { filesBelow } from '../tools/packages.mjs'

const HREF = /\s(?:href|src)="([^"]*)"/g
const ID = /\sid="([^"]+)"/g

const matches = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found = '']) => found.replaceAll('&amp;', '&'))

/** What is wrong with the links of the HTML pages below a folder, and how many there are. */
export function brokenLinks(site: string): { broken: string[]; count: number } {
  const pages = new Map(
    filesBelow(site, /\.html$/).map((file) => [file, readFileSync(file, 'utf8')]),
  )
  const ids = new Map([...pages].map(([file, text]) => [file, new Set(matches(text, ID))]))
  const broken: string[] = []
  let count = 0
  for (const [file, text] of pages) {
    for (const href of new Set(matches(text, HREF))) {
      // Another site, or a mark that the page's own script acts on.
      if (/^(https?:|data:|#$)/.test(href)) continue
      count++
      const [path = '', fragment = ''] = href.split('#')
      const target = path === '' ? file : resolve(dirname(file), decodeURI(path))
      const known = ids.get(target)
      const found = target.startsWith(site) && existsSync(target)
      if (!found || (known && fragment !== '' && !known.has(decodeURIComponent(fragment)))) {
        broken.push(`${relative(site, file)}: ${href}`)
      }
    }
  }
  return { broken, count }
}

/** The pages of the site below one of its folders, as addresses. */
export const pagesBelow = (site: string, folder: string): string[] =>
  filesBelow(join(site, folder), /\.html$/).map((file) => `/${relative(site, file)}`)

/** The pages below the folders of a site that link to none in a folder of the others, as addresses. */
export const pagesWithout = (site: string, folders: string[], others: string[]): string[] =>
  folders
    .flatMap((folder) => pagesBelow(site, folder))
    .filter((page) => {
      const text = readFileSync(join(site, page), 'utf8')
      const [, content = ''] = text.split('<div class="col-content">')
      const [main = ''] = content.split('<div class="col-sidebar">')
      return !matches(main, HREF).some((href) => others.some((to) => href.startsWith(`../${to}/`)))
    })
