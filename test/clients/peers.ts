// The servers that are programs of Node's.
import { fileURLToPath } from 'node:url'
import type { Folder } from '../servers/folder.js'
import type { Place } from '../servers/place.js'
import { portAt, Server } from '../servers/server.js'

const child = fileURLToPath(new URL('./peers-child.mjs', import.meta.url))

/** What starts the one of that name. */
export const startPeer =
  (name: string) =>
  async (place: Place, { key, cert }: Folder): Promise<Server> => {
    const [port, securePort] = [await portAt(place, 7000), await portAt(place, 7001)]
    const command = [process.execPath, child, name, `${port}`, `${securePort}`, key, cert]
    // As this process: it reads the checkout.
    const user = { name: 'node', uid: 0, gid: 0, root: false }
    const killSignal = 'SIGKILL'
    return await Server.start({
      place,
      user,
      command,
      port,
      securePort,
      ready: /serving/,
      killSignal,
    })
  }
