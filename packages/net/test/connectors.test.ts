// The connectors without their clients: what they check, where they lead, and what becomes of a failure.
import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { ConnectOptions } from '@netfd/net/node'
import * as node from '@netfd/net/node'
import { describe, expect, it, onTestFinished } from 'vitest'
import { FailedStream } from '../src/node/failed-stream.js'
import { scratch } from './program.js'
import { blackHole, refusing } from './support.js'

/** Makes a connector; what it returns has it dial, and answers the error that this comes to. */
type Make = (o: ConnectOptions) => () => Promise<unknown>

const TO = { host: 'there', port: 1 }

/** The error of a stream. */
const failure = (stream: Duplex): Promise<unknown> =>
  new Promise((resolve) => stream.once('error', resolve))

/** The error of a request. */
const asked = (request: http.ClientRequest): Promise<unknown> =>
  new Promise((resolve) => {
    request.on('response', (response) => response.resume())
    request.once('error', resolve)
  })

const undici =
  (target: Partial<node.UndiciTarget>): Make =>
  (o) => {
    const connect = node.undiciConnector(o)
    const whole = { hostname: 'there', protocol: 'http:', port: '1', ...target }
    return () => new Promise((resolve) => connect(whole, (...[error]) => resolve(error)))
  }

const ioredis =
  (target: object): Make =>
  (o) => {
    const connector = new (node.ioredisConnector(o))(target)
    return async () => failure(await connector.connect())
  }

const nodemailer =
  (target: node.NodemailerTarget): Make =>
  (o) => {
    const getSocket = node.nodemailerGetSocket(o)
    return () => new Promise((resolve) => getSocket(target, resolve))
  }

const mysql =
  (config: node.MysqlTarget['config']): Make =>
  (o) => {
    const stream = node.mysqlStream(o as node.DuplexConnectOptions)
    return () => failure(stream({ config }))
  }

const onSockets: Record<string, Make> = {
  httpAgent: (o) => {
    const agent = node.httpAgent(o)
    return () => asked(http.get({ ...TO, agent }))
  },
  httpsAgent: (o) => {
    const agent = node.httpsAgent(o)
    return () => asked(https.get({ ...TO, agent }))
  },
  undiciConnector: undici({}),
  postgresSocket: (o) => {
    const socket = node.postgresSocket(o)
    return async () => failure(await socket({ host: ['there', 'elsewhere'], port: [1, 2] }))
  },
  ioredisConnector: ioredis(TO),
  nodemailerGetSocket: nodemailer(TO),
  tediousConnector: (o) => {
    // Its types do not say that tedious tells it where to.
    const connect = node.tediousConnector(o) as unknown as (to: object) => Promise<unknown>
    return () => connect(TO).catch((error: unknown) => error)
  },
}

const onDuplexes: Record<string, Make> = {
  pgStream: (o) => {
    const stream = node.pgStream(o as node.DuplexConnectOptions)
    return () => failure(stream().connect(1, 'there'))
  },
  mysqlStream: mysql(TO),
  mqttStream: (o) => {
    const stream = node.mqttStream({ ...TO, ...(o as node.DuplexConnectOptions) })
    return () => failure(stream())
  },
  kafkaSocketFactory: (o) => {
    const factory = node.kafkaSocketFactory(o as node.DuplexConnectOptions)
    return () => failure(factory({ ...TO, onConnect: () => undefined }))
  },
}

const all = Object.entries({ ...onSockets, ...onDuplexes })

/** A dialer that notes where it should have gone. */
const noted = () => {
  const addresses: string[] = []
  const error = Object.assign(new Error('not today'), { code: 'ENOTODAY' })
  const dial = (_: string, address: string) => {
    addresses.push(address)
    return Promise.reject(error)
  }
  return { addresses, error, dialer: { dial } as unknown as node.ConnectOptions['dialer'] }
}

describe.each(all)('%s', (name, make) => {
  it.each([
    [
      { userTimout: 1 },
      TypeError,
      `${name} has no option 'userTimout': did you mean 'userTimeout'?`,
    ],
    [{ userTimeout: '1' }, TypeError, 'userTimeout must be a number'],
    [{ userTimeout: -1 }, RangeError, 'userTimeout must be'],
    [{ keepAliveConfig: { idle: 'x' } }, TypeError, 'idle must be a number'],
    [{ options: { nodelay: true } }, TypeError, "did you mean 'noDelay'?"],
    [{ dialer: {} }, TypeError, 'dialer must be a Dialer'],
    [{ form: 'stream' }, TypeError, 'form must be'],
    [{ setup: 1 }, TypeError, 'setup must be a function'],
  ])('refuses %o when it is made', (o, kind, text) => {
    const wrong = () => make(o as unknown as ConnectOptions)
    expect(wrong).toThrow(kind)
    expect(wrong).toThrow(text)
  })

  it('dials by the dialer given, and hands its error on', async () => {
    const { addresses, dialer, error } = noted()
    expect(await make({ dialer })()).toBe(error)
    expect(addresses).toEqual(['there:1'])
  })
})

describe.each(Object.entries(onDuplexes))('%s', (name, make) => {
  it('has no socket to give', () => {
    const text = `${name} gives a Duplex: its client wants it before it is connected`
    expect(() => make({ form: 'socket' })).toThrow(new TypeError(text))
  })
})

describe('where a connector leads that its client tells too little', () => {
  it.each<[string, Make, string]>([
    ['mysqlStream', mysql({}), 'localhost:3306'],
    ['ioredisConnector', ioredis({}), 'localhost:6379'],
    ['nodemailerGetSocket', nodemailer({}), 'localhost:587'],
    ['nodemailerGetSocket, over TLS', nodemailer({ secure: true }), 'localhost:465'],
    ['undiciConnector', undici({ hostname: '[::1]', port: '' }), '[::1]:80'],
    ['undiciConnector, over TLS', undici({ protocol: 'https:', port: '' }), 'there:443'],
  ])('%s', async (_, make, address) => {
    const { addresses, dialer } = noted()
    await make({ dialer })()
    expect(addresses).toEqual([address])
  })

  it.each([
    [{ host: 1, port: 1 }, TypeError, 'host must be a string'],
    [{ host: 'there' }, TypeError, 'port must be a number'],
    [{ host: 'there', port: 65536 }, RangeError, 'port must be a whole number'],
  ])('mqttStream refuses %o', (o, kind, text) => {
    const make = () => node.mqttStream(o as unknown as node.MqttOptions)
    expect(make).toThrow(kind)
    expect(make).toThrow(text)
  })

  it.each([{ path: '/run/redis.sock' }, { sentinels: [TO] }])(
    'ioredisConnector refuses a client with %o',
    (target) => {
      const Connector = node.ioredisConnector()
      expect(() => new Connector(target)).toThrow(
        new TypeError('ioredisConnector dials a host and a port, no path and no sentinels'),
      )
    },
  )
})

describe('a connection that never comes', () => {
  it('takes writes, and fails when its client has had two turns to listen', async () => {
    const error = new Error('not today')
    const stream = new FailedStream(error)
    const order: unknown[] = []
    stream.write('lost', (error) => order.push(['written', error]))
    setImmediate(() => order.push('first turn'))
    stream.on('error', (error) => order.push(['error', error]))
    stream.on('close', (hadError: boolean) => order.push(['close', hadError]))
    const closed = new Promise((resolve) => stream.once('close', resolve))
    stream.setNoDelay().setKeepAlive().setTimeout().ref().unref()
    await closed
    expect(order).toEqual(['first turn', ['written', error], ['error', error], ['close', true]])
  })
})

describe('an agent', () => {
  it('ends a dial that hangs when it is destroyed', async () => {
    const { address } = await blackHole()
    const agent = node.httpAgent()
    const request = http.get(`http://${address}/`, { agent })
    const ended = asked(request)
    agent.destroy()
    expect(await ended).toMatchObject({ code: 'ABORT_ERR' })
    expect(agent.sockets).toEqual({})
  })

  it('counts a connection that is being dialed, and none that failed', async () => {
    const { ip, port } = await refusing()
    const agent = node.httpAgent({}, { maxTotalSockets: 1 })
    const requests = [1, 2, 3].map(() => asked(http.get({ host: ip, port, agent })))
    expect(Object.values(agent.sockets).flat()).toHaveLength(1)
    for (const error of await Promise.all(requests)) {
      expect(error).toMatchObject({ code: 'ECONNREFUSED', address: ip, port })
    }
    expect(agent.sockets).toEqual({})
    expect((agent as unknown as { totalSocketCount: number }).totalSocketCount).toBe(0)
  })

  it('fails a request whose certificate cannot be read, and closes the connection', async () => {
    const server = net.createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as net.AddressInfo
    const accepted = once(server, 'connection')
    const agent = node.httpsAgent({}, { ca: 'no certificate', cert: 'none', key: 'none' })
    const ended = asked(https.get({ host: '127.0.0.1', port, agent }))
    const [peer] = (await accepted) as [net.Socket]
    await once(peer.resume(), 'close')
    expect(await ended).toBeInstanceOf(Error)
  })

  it('leaves a Unix socket to Node', async () => {
    const socketPath = join(scratch(), 'http.sock')
    const server = http.createServer((_, response) => response.end('hello')).listen(socketPath)
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const agent = node.httpAgent()
    const [response] = await once(http.get({ socketPath, agent }), 'response')
    expect(await once(response, 'data')).toEqual([Buffer.from('hello')])
    agent.destroy()
  })
})

describe('the connector of ioredis', () => {
  it('ends a dial that its client has given up, without a word', async () => {
    const { address } = await blackHole()
    const [host, port] = address.split(':')
    const connector = new (node.ioredisConnector())({ host, port: Number(port) })
    const connecting = connector.connect()
    expect(connector.connecting).toBe(true)
    connector.disconnect()
    const stream = await connecting
    expect(stream.destroyed).toBe(true)
    expect(connector.connecting).toBe(false)
  })
})
