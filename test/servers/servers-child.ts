// Starts a server, says so, and waits to be killed; for servers.test.ts.
import { Folder } from './folder.js'
import { canLay, FarEnd, loopback } from './place.js'
import { startRedis } from './redis.js'

const place = canLay ? FarEnd.lay() : loopback
const folder = await Folder.make(place.address)
const { address, port } = await startRedis(place, folder)
console.log(JSON.stringify({ address, port, folder: folder.path, place: place.name }))
