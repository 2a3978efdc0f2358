// The clients of what peers-child.mjs serves.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js'
import {
  httpAgent,
  kafkaSocketFactory,
  mqttStream,
  nodemailerGetSocket,
  tediousConnector,
} from '@netfd/net/node'
import type { Admin } from 'kafkajs'
import { Kafka, logLevel } from 'kafkajs'
import type { IClientOptions } from 'mqtt'
import mqttPackage, { MqttClient } from 'mqtt'
import { createTransport } from 'nodemailer'
import { Connection } from 'tedious'
import WebSocket from 'ws'
import type { Client, Form, Held, Where } from './client.js'
import {
  connectorOptions,
  duplexOptions,
  hasCode,
  isRefused,
  LARGE,
  refusal,
  whileDown,
} from './client.js'
import { echoService } from './echo-service.mjs'

const openWs = async ({ host, port }: Where, form: Form): Promise<WebSocket> => {
  const o = connectorOptions(form)
  const agent = o ? httpAgent(o) : new http.Agent()
  const socket = new WebSocket(`ws://${host}:${port}/`, { agent, maxPayload: LARGE })
  await once(socket, 'open')
  return socket
}

const closeWs = async (socket: WebSocket): Promise<void> => {
  const closed = once(socket, 'close')
  socket.close()
  await closed
}

/** Sends it there, and answers what comes back. */
const echoed = async (socket: WebSocket, data: string | Buffer): Promise<Buffer> => {
  const message = once(socket, 'message')
  socket.send(data)
  return (await message)[0] as Buffer
}

export const ws: Client = {
  name: 'ws',
  forms: ['socket', 'duplex', 'tuned'],
  works: {
    messages: async (to, form) => {
      const socket = await openWs(to, form)
      for (let i = 0; i < 100; i++) assert.equal(String(await echoed(socket, `${i}`)), `${i}`)
      await closeWs(socket)
    },
    '64 MiB': async (to, form) => {
      const socket = await openWs(to, form)
      assert.equal((await echoed(socket, Buffer.alloc(LARGE, 'netfd '))).length, LARGE)
      await closeWs(socket)
    },
    refused: async (to, form) => {
      await whileDown(to, () => isRefused(openWs(to, form)))
    },
  },
  holds: {
    plain: async (to, form) => {
      const socket = await openWs(to, form)
      await echoed(socket, 'hello')
      let last: Error | undefined
      ;(socket as unknown as { _socket: Socket })._socket.once('error', (error) => {
        last = error
      })
      // That its connection is gone it says with an event, but not why.
      const ask = () =>
        new Promise((resolve, reject) => {
          socket.once('message', resolve)
          socket.once('close', () => reject(last))
          socket.send('hello')
        })
      return { ask, end: () => socket.terminate() }
    },
  },
}

/** mqtt's own connections, or ours. */
const openMqtt = (to: Where, form: Form, secure: boolean): MqttClient => {
  const { host, ca } = to
  const port = secure ? to.securePort : to.port
  const o = duplexOptions(form)
  const options: IClientOptions = { reconnectPeriod: 20, connectTimeout: 10_000 }
  if (o === undefined) {
    const protocol = secure ? 'mqtts' : 'mqtt'
    return mqttPackage.connect({ ...options, protocol, host, port, ...(secure && { ca }) })
  }
  const stream = mqttStream({ ...o, host, port, ...(secure && { tls: { ca, servername: '' } }) })
  return new MqttClient(stream, options)
}

/** The next event of that name. Errors in between, as of a server that is down, are events of their own. */
const heard = (client: MqttClient, event: 'connect' | 'close' | 'message'): Promise<unknown[]> =>
  new Promise((resolve) => client.once(event, (...args: unknown[]) => resolve(args)))

const usingMqtt = async (client: MqttClient, work: (client: MqttClient) => Promise<void>) => {
  client.on('error', () => undefined)
  try {
    await heard(client, 'connect')
    await work(client)
  } finally {
    await client.endAsync(true)
  }
}

const passesOn = async (client: MqttClient): Promise<void> => {
  await client.subscribeAsync('lamp', { qos: 1 })
  const message = heard(client, 'message')
  await client.publishAsync('lamp', 'on', { qos: 1 })
  const [topic, payload] = await message
  assert.deepEqual([topic, String(payload)], ['lamp', 'on'])
}

export const mqtt: Client = {
  name: 'mqtt',
  forms: ['duplex', 'tuned'],
  works: {
    'pub/sub': (to, form) => usingMqtt(openMqtt(to, form, false), passesOn),
    TLS: (to, form) => usingMqtt(openMqtt(to, form, true), passesOn),
    reconnect: (to, form) =>
      usingMqtt(openMqtt(to, form, false), async (client) => {
        let connected: Promise<unknown> | undefined
        await whileDown(to, async () => {
          await refusal(client)
          connected = heard(client, 'connect')
        })
        await connected
        await passesOn(client)
      }),
  },
  holds: {
    plain: async (to, form) => {
      const client = openMqtt(to, form, false)
      client.options.reconnectPeriod = 0
      await heard(client, 'connect')
      // What is published waits for the next connection; that this one has ended, the client says.
      const failed = new Promise<never>((_, reject) => {
        client.on('error', () => undefined)
        client.stream.once('error', reject)
      })
      failed.catch(() => undefined)
      const ask = () => {
        client.publish('lamp', 'on', { qos: 1 }, () => undefined)
        return failed
      }
      return { ask, end: () => client.endAsync(true) }
    },
  },
}

interface Mailing {
  readonly secure?: boolean
  readonly ignoreTLS?: boolean
  readonly pool?: true
}

const openMail = (to: Where, form: Form, { secure = false, ...more }: Mailing = {}) => {
  const { host, ca } = to
  const o = connectorOptions(form)
  return createTransport({
    ...{ host, port: secure ? to.securePort : to.port, secure, tls: { ca }, ...more },
    ...(o && { getSocket: nodemailerGetSocket(o) }),
  })
}

type Transport = ReturnType<typeof openMail>

const send = async (transport: Transport): Promise<void> => {
  const mail = { from: 'a@localhost', to: 'b@localhost', subject: 'Hello', text: 'Hello' }
  const { accepted } = await transport.sendMail(mail)
  assert.deepEqual(accepted, ['b@localhost'])
}

const usingMail = async (transport: Transport): Promise<void> => {
  try {
    await send(transport)
    await send(transport)
  } finally {
    transport.close()
  }
}

export const nodemailer: Client = {
  name: 'nodemailer',
  forms: ['socket', 'duplex', 'tuned'],
  works: {
    mail: (to, form) => usingMail(openMail(to, form, { ignoreTLS: true })),
    STARTTLS: (to, form) => usingMail(openMail(to, form)),
    TLS: (to, form) => usingMail(openMail(to, form, { secure: true })),
    pool: (to, form) => usingMail(openMail(to, form, { pool: true })),
    refused: async (to, form) => {
      await whileDown(to, () => isRefused(send(openMail(to, form))))
    },
  },
  holds: {
    plain: async (to, form) => {
      const transport = openMail(to, form, { ignoreTLS: true })
      // The text is asked for when the server has said that it takes it.
      let wanted = (): void => undefined
      const begun = new Promise<void>((resolve) => {
        wanted = resolve
      })
      const text = new Readable({ read: () => wanted() })
      const sent = transport.sendMail({ from: 'a@localhost', to: 'b@localhost', text })
      sent.catch(() => undefined)
      await begun
      const ask = () => {
        text.push('Hello')
        text.push(null)
        return sent
      }
      return { ask, end: () => text.destroy() && undefined }
    },
  },
}

const openKafka = ({ host, port, securePort, ca }: Where, form: Form, secure: boolean): Admin => {
  const o = duplexOptions(form)
  const kafka = new Kafka({
    ...{ brokers: [`${host}:${secure ? securePort : port}`], logLevel: logLevel.NOTHING },
    ...{ retry: { retries: 0 }, ...(secure && { ssl: { ca } }) },
    ...(o && { socketFactory: kafkaSocketFactory(o) }),
  })
  return kafka.admin({ retry: { retries: 0 } })
}

/** Connects, which ends with the answer to its ApiVersions request. */
const connects = async (admin: Admin): Promise<void> => {
  await admin.connect()
  await admin.disconnect()
}

export const kafkajs: Client = {
  name: 'kafkajs',
  forms: ['duplex', 'tuned'],
  works: {
    ApiVersions: (to, form) => connects(openKafka(to, form, false)),
    TLS: (to, form) => connects(openKafka(to, form, true)),
    refused: async (to, form) => {
      await whileDown(to, () => isRefused(connects(openKafka(to, form, false))))
    },
  },
  holds: {
    plain: async (to, form) => {
      const admin = openKafka(to, form, false)
      await admin.connect()
      return { ask: () => admin.listTopics(), end: () => admin.disconnect() }
    },
  },
}

/** What comes of a login at a server that hangs up at it. */
const login = async ({ host, port }: Where, form: Form): Promise<Error | undefined> => {
  const o = connectorOptions(form)
  const connection = new Connection({
    server: host,
    authentication: { type: 'default', options: { userName: 'u', password: 'p' } },
    options: { port, encrypt: false, ...(o && { connector: tediousConnector(o) }) },
  })
  const ended = once(connection, 'end')
  const error = await new Promise<Error | undefined>((resolve) => connection.connect(resolve))
  connection.close()
  await ended
  return error
}

export const tedious: Client = {
  name: 'tedious',
  forms: ['socket', 'duplex', 'tuned'],
  works: {
    PRELOGIN: async (to, form) => assert.match(String(await login(to, form)), /socket hang up/),
    refused: async (to, form) => {
      await whileDown(to, async () => {
        assert.ok(hasCode(await login(to, form), 'ECONNREFUSED'))
      })
    },
  },
  holds: {},
}

const Echo = makeGenericClientConstructor(echoService, 'Echo')

const openGrpc = ({ host, port }: Where) =>
  new Echo(`${host}:${port}`, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 })

type GrpcClient = ReturnType<typeof openGrpc>

const call = (client: GrpcClient, data: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { path, requestSerialize, responseDeserialize } = echoService.echo
    client.makeUnaryRequest(
      ...[path, requestSerialize, responseDeserialize, Buffer.from(data)],
      (error: Error | null, reply?: Buffer) => (error ? reject(error) : resolve(String(reply))),
    )
  })

export const grpc: Client = {
  name: '@grpc/grpc-js',
  forms: ['tuned'],
  works: {
    calls: async (to) => {
      const client = openGrpc(to)
      const asked = Array.from({ length: 20 }, (_, i) => call(client, `${i}`))
      assert.equal((await Promise.all(asked)).at(-1), '19')
      client.close()
    },
  },
  holds: {
    plain: async (to): Promise<Held> => {
      const client = openGrpc(to)
      await call(client, 'hello')
      return { ask: () => call(client, 'hello'), end: () => client.close() }
    },
  },
}
