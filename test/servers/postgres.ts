// PostgreSQL. Debian: apt-get install postgresql.
import { execFile } from 'node:child_process'
import { appendFileSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Folder } from './folder.js'
import type { Place } from './place.js'
import { portAt, Server } from './server.js'
import { become, user } from './users.js'

const run = promisify(execFile)

const VERSIONS = '/usr/lib/postgresql'

/** Where the newest one's programs are: Debian keeps them apart by version, and off the PATH. */
export function postgresBin(): string {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).map(Number) : []
  if (versions.length === 0) return ''
  return `${VERSIONS}/${Math.max(...versions)}/bin`
}

/** Starts one that trusts everyone: user and database are `postgres`; TLS for those who ask for it. */
export async function startPostgres(place: Place, folder: Folder): Promise<Server> {
  const port = await portAt(place, 5432)
  const postgres = user('postgres')
  const dir = folder.own('postgres', postgres)
  const init = ['-D', dir, '-A', 'trust', '-U', 'postgres', '--no-sync']
  await run('setpriv', [...become(postgres), join(postgresBin(), 'initdb'), ...init], { cwd: dir })
  appendFileSync(join(dir, 'pg_hba.conf'), 'host all all 0.0.0.0/0 trust\n')
  folder.copy(folder.key, join(dir, 'server.key'), postgres)
  folder.copy(folder.cert, join(dir, 'server.crt'), postgres)
  const command = [
    ...[join(postgresBin(), 'postgres'), '-D', dir, '-h', '0.0.0.0', '-p', `${port}`, '-k', dir],
    ...['-c', 'ssl=on', '-c', 'fsync=off', '-c', 'max_connections=60'],
    // A connection that comes while it is told to end keeps it waiting for its first message, that long.
    ...['-c', 'authentication_timeout=5s'],
  ]
  const ready = /ready to accept connections/
  // SIGQUIT ends its children too, and waits for no client: one behind a pulled cable never goes.
  return await Server.start({
    ...{ place, user: postgres, command, port, ready, killSignal: 'SIGQUIT', cwd: dir },
  })
}
