import type { Client } from './client.js'
import { grpc, kafkajs, mqtt, nodemailer, tedious, ws } from './peer-clients.js'
import { startPeer } from './peers.js'
import { suite } from './suite.js'

const peers: Record<string, Client> = {
  ws,
  mqtt,
  smtp: nodemailer,
  grpc,
  kafka: kafkajs,
  tds: tedious,
}

for (const [name, client] of Object.entries(peers)) {
  suite({ program: null, start: startPeer(name), clients: [client] })
}
