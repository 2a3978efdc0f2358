// nginx. Debian: apt-get install nginx-light.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Folder } from './folder.js'
import type { Place } from './place.js'
import { portAt, Server } from './server.js'
import { user } from './users.js'

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

/** The size of `/large`, in bytes. */
const LARGE = 64 * 1024 * 1024

/**
 * Starts one: `/` says hello, `/large` is {@link LARGE} bytes, and any method is taken. The second port
 * speaks HTTP/1.1 and HTTP/2 over TLS.
 */
export async function startNginx(place: Place, folder: Folder): Promise<Server> {
  const port = await portAt(place, 8080)
  const securePort = await portAt(place, 8443)
  const www = user('www-data')
  const dir = folder.own('nginx', www)
  writeFileSync(join(dir, 'large'), Buffer.alloc(LARGE, 'netfd '))
  const key = folder.copy(folder.key, join(dir, 'key.pem'), www)
  const config = join(folder.path, 'nginx.conf')
  writeFileSync(config, configuration({ dir, port, securePort, key, cert: folder.cert }))
  const command = ['nginx', '-c', config, '-e', join(dir, 'error.log')]
  // SIGTERM ends it at once; a graceful stop would be SIGQUIT.
  const killSignal = 'SIGTERM'
  return await Server.start({ place, user: www, command, port, securePort, killSignal })
}

interface Settings {
  readonly dir: string
  readonly port: number
  readonly securePort: number
  readonly key: string
  readonly cert: string
}

const configuration = ({ dir, port, securePort, key, cert }: Settings): string => `
daemon off;
master_process off;
pid ${dir}/pid;
error_log ${dir}/error.log;
events { worker_connections 256; }
http {
  access_log off;
  default_type application/octet-stream;
  sendfile on;
  keepalive_timeout 600;
${TEMPORARY.map((name) => `  ${name}_temp_path ${dir}/${name};`).join('\n')}
  server {
    listen ${port};
    listen ${securePort} ssl http2;
    ssl_certificate ${cert};
    ssl_certificate_key ${key};
    location = / { return 200 "hello"; }
    location = /large { root ${dir}; }
  }
}
`
