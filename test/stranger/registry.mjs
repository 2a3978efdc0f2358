// A package registry on loopback that has packed tarballs and nothing else, so that package managers can
// be watched at what they do with packages that are not published yet.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

/** What a registry tells of a version when it is asked to be short: no scripts, no `gypfile`. */
const TOLD = ['name', 'version', 'dependencies', 'engines', 'os', 'cpu', 'preferUnplugged']

/** Long ago: package managers hold back what is younger than a day. */
const PUBLISHED = '2020-01-01T00:00:00.000Z'

/**
 * @typedef {{ name: string, version: string } & Record<string, unknown>} Manifest
 * @typedef {{ manifest: Manifest, tarball: string }} Release
 */

/** The document about a package.
 * @param {Release} release
 * @param {string} url of the registry
 */
const packument = ({ manifest, tarball }, url) => {
  const bytes = readFileSync(tarball)
  const { name, version } = manifest
  const dist = {
    tarball: `${url}/${name}/-/${name.split('/').at(-1)}-${version}.tgz`,
    shasum: createHash('sha1').update(bytes).digest('hex'),
    integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
  }
  const told = Object.fromEntries(TOLD.map((key) => [key, manifest[key]]))
  return {
    name,
    'dist-tags': { latest: version },
    time: { created: PUBLISHED, modified: PUBLISHED, [version]: PUBLISHED },
    versions: { [version]: { ...told, dist } },
  }
}

/** Serves until it is closed; answers its URL.
 * @param {readonly Release[]} releases
 * @returns {Promise<{ url: string, close: () => void }>}
 */
export const serveRegistry = (releases) =>
  new Promise((resolve, reject) => {
    let url = ''
    const server = createServer(({ url: path = '' }, response) => {
      const asked = decodeURIComponent(path.slice(1).split('?', 1)[0] ?? '')
      const release = releases.find(({ manifest }) => asked.includes(manifest.name))
      if (release === undefined) response.writeHead(404).end('{}')
      else if (asked.includes('/-/')) response.end(readFileSync(release.tarball))
      else {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(packument(release, url)))
      }
    })
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') return reject(new Error('no address'))
      url = `http://127.0.0.1:${address.port}`
      const close = () => {
        server.close()
        server.closeAllConnections()
      }
      resolve({ url, close })
    })
  })
