#!/usr/bin/env node
// npm run docs:serve: shows a folder of files on this machine alone, by default the docs site.
//
//   node tools/serve.mjs [folder] [port]
import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize, resolve } from 'node:path'
import { pipeline } from 'node:stream'
import { isMain } from './packages.mjs'
import { root } from './step.mjs'

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** The file that a path of the address stands for, or null. No `..` leads out of the folder.
 * @param {string} folder
 * @param {string} path
 */
const fileAt = (folder, path) => {
  try {
    const file = join(folder, normalize(`/${decodeURIComponent(path)}`))
    const index = statSync(file).isDirectory() ? join(file, 'index.html') : file
    return statSync(index).isFile() ? index : null
  } catch {
    // No such file, or no such text: to the reader both are a page that does not exist.
    return null
  }
}

/** Serves a folder on 127.0.0.1; resolves to the server once it listens.
 * @param {string} folder
 * @param {number} port 0 is any
 * @returns {Promise<import('node:http').Server>}
 */
export const serve = (folder, port) =>
  new Promise((done, failed) => {
    const server = createServer((request, response) => {
      const file = fileAt(folder, new URL(request.url ?? '/', 'http://localhost').pathname)
      if (file === null) {
        response.writeHead(404).end('not found')
        return
      }
      response.setHeader('content-type', TYPES[extname(file)] ?? 'text/plain; charset=utf-8')
      // A reader who goes away in the middle ends this answer, and nothing else.
      pipeline(createReadStream(file), response, () => undefined)
    })
    server.once('error', failed).listen(port, '127.0.0.1', () => done(server))
  })

/** `serve`, on any other port when this one is taken, which it says.
 * @param {string} folder
 * @param {number} port
 * @param {(text: string) => void} say
 */
export const serveNear = async (folder, port, say) => {
  try {
    return await serve(folder, port)
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EADDRINUSE') throw error
    say(`Port ${port} is taken by another program, so here is another port.`)
    return await serve(folder, 0)
  }
}

if (isMain(import.meta.url)) {
  const [folder = join(root, 'docs/api'), port = '8080'] = process.argv.slice(2)
  const server = await serveNear(resolve(folder), Number(port), console.log)
  const address = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`http://127.0.0.1:${address.port}/  (Ctrl-C ends it)`)
}
