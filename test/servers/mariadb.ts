// MariaDB. Debian: apt-get install mariadb-server.
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Folder } from './folder.js'
import type { Place } from './place.js'
import { portAt, Server } from './server.js'
import { user } from './users.js'

const run = promisify(execFile)

/** The statements that it runs at its start, one a line: it ignores any other. */
const INIT = [
  "CREATE USER IF NOT EXISTS 'u'@'%' IDENTIFIED BY 'p'",
  "GRANT ALL ON *.* TO 'u'@'%'",
  'CREATE DATABASE IF NOT EXISTS test',
]

/** Starts one: user `u`, password `p`, database `test`; TLS for those who ask for it. */
export async function startMariadb(place: Place, folder: Folder): Promise<Server> {
  const port = await portAt(place, 3306)
  const mysql = user('mysql')
  const dir = folder.own('mysql', mysql)
  const owner = mysql.root ? [`--user=${mysql.name}`] : []
  await run('mariadb-install-db', [
    ...['--no-defaults', `--datadir=${dir}`, '--auth-root-authentication-method=normal'],
    ...['--skip-test-db', ...owner],
  ])
  const init = join(folder.path, 'init.sql')
  writeFileSync(init, INIT.map((line) => `${line};\n`).join(''))
  const key = folder.copy(folder.key, join(dir, 'key.pem'), mysql)
  const command = [
    ...['mariadbd', '--no-defaults', `--datadir=${dir}`, `--socket=${dir}/s.sock`],
    ...[`--port=${port}`, '--bind-address=0.0.0.0', '--skip-name-resolve', `--init-file=${init}`],
    ...[`--ssl-cert=${folder.cert}`, `--ssl-key=${key}`, '--innodb-buffer-pool-size=16M'],
    ...['--innodb-flush-log-at-trx-commit=0', '--max-allowed-packet=128M'],
  ]
  const ready = /ready for connections/
  return await Server.start({ place, user: mysql, command, port, ready, killSignal: 'SIGKILL' })
}
