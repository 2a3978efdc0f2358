// redis-server. Debian: apt-get install redis-server.
import { join } from 'node:path'
import type { Folder } from './folder.js'
import type { Place } from './place.js'
import { portAt, Server } from './server.js'
import { user } from './users.js'

/** Starts one that keeps nothing; with a second port for TLS. */
export async function startRedis(place: Place, folder: Folder): Promise<Server> {
  const port = await portAt(place, 6379)
  const redis = user('redis')
  const dir = folder.own('redis', redis)
  const securePort = await portAt(place, 6380)
  const key = folder.copy(folder.key, join(dir, 'key.pem'), redis)
  const command = [
    ...['redis-server', '--bind', '0.0.0.0', '--port', `${port}`, '--protected-mode', 'no'],
    ...['--save', '', '--appendonly', 'no', '--dir', dir],
    ...['--tls-port', `${securePort}`, '--tls-cert-file', folder.cert, '--tls-key-file', key],
    ...['--tls-auth-clients', 'no'],
  ]
  const ready = /Ready to accept connections/
  const killSignal = 'SIGKILL'
  return await Server.start({ place, user: redis, command, port, securePort, ready, killSignal })
}
