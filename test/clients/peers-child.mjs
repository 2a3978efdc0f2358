#!/usr/bin/env node
// Servers of Node's world, one a process: node peers-child.mjs NAME PORT SECUREPORT KEY CERT. Prints a line
// when it serves. They do what the clients' tests need of them, and two of them hardly know their protocol.
import { readFileSync } from 'node:fs'
import net from 'node:net'
import tls from 'node:tls'
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js'
import { Aedes } from 'aedes'
import { SMTPServer } from 'smtp-server'
import { WebSocketServer } from 'ws'
import { echoService } from './echo-service.mjs'

const [, , name = '', port = '', securePort = '', keyPath = '', certPath = ''] = process.argv
const [key, cert] = [readFileSync(keyPath), readFileSync(certPath)]
const HOST = '0.0.0.0'

/** @param {net.Server} server @param {string} port */
const listen = (server, port) =>
  new Promise((resolve) => server.listen(Number(port), HOST, () => resolve(undefined)))

/** Sends back what comes. */
const ws = async () => {
  const server = new WebSocketServer({ port: Number(port), host: HOST })
  server.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
    socket.on('error', () => undefined)
  })
  await new Promise((resolve) => server.once('listening', () => resolve(undefined)))
}

const mqtt = async () => {
  const broker = await Aedes.createBroker()
  await listen(net.createServer(broker.handle), port)
  await listen(tls.createServer({ key, cert }, broker.handle), securePort)
}

/** Takes every mail and keeps none; the second port speaks TLS from the start, the first after STARTTLS. */
const smtp = async () => {
  /** @param {boolean} secure */
  const server = (secure) => {
    const server = new SMTPServer({
      ...{ secure, key, cert, authOptional: true, logger: false },
      onData: (stream, _session, callback) => {
        stream.resume()
        stream.once('end', () => callback())
      },
    })
    server.on('error', () => undefined)
    return server
  }
  await listen(server(false).server, port)
  await listen(server(true).server, securePort)
}

const grpc = async () => {
  const server = new GrpcServer()
  server.addService(echoService, {
    /** @param {{ request: Buffer }} call @param {(error: null, reply: Buffer) => void} reply */
    echo: ({ request }, reply) => reply(null, request),
  })
  const credentials = ServerCredentials.createInsecure()
  await new Promise((resolve, reject) =>
    server.bindAsync(`${HOST}:${port}`, credentials, (error) =>
      error ? reject(error) : resolve(undefined),
    ),
  )
}

/** The frames of a connection, by where their length stands.
 * @param {net.Socket} socket
 * @param {(bytes: Buffer) => number} sizeOf of one whose first eight bytes are there
 * @param {(frame: Buffer) => void} heard
 */
const frames = (socket, sizeOf, heard) => {
  let rest = Buffer.alloc(0)
  socket.on('error', () => undefined)
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes])
    while (rest.length >= 8 && rest.length >= sizeOf(rest)) {
      const size = sizeOf(rest)
      heard(rest.subarray(0, size))
      rest = rest.subarray(size)
    }
  })
}

const API_VERSIONS = 18
const METADATA = 3

/** Answers an ApiVersions request, and no other. */
const kafka = async () => {
  /** @param {net.Socket} socket */
  const serve = (socket) =>
    frames(
      socket,
      (bytes) => 4 + bytes.readInt32BE(0),
      (frame) => {
        if (frame.readInt16BE(4) !== API_VERSIONS) return
        const keys = [API_VERSIONS, METADATA]
        const reply = Buffer.alloc(4 + 4 + 2 + 4 + keys.length * 6 + 4)
        reply.writeInt32BE(reply.length - 4, 0)
        frame.copy(reply, 4, 8, 12)
        reply.writeInt32BE(keys.length, 10)
        for (const [i, key] of keys.entries()) {
          reply.writeInt16BE(key, 14 + i * 6)
          reply.writeInt16BE(2, 14 + i * 6 + 4)
        }
        socket.write(reply)
      },
    )
  await listen(net.createServer(serve), port)
  await listen(tls.createServer({ key, cert }, serve), securePort)
}

const PRELOGIN = 0x12

/** Answers a PRELOGIN with one that wants no encryption, and hangs up at the login. */
const tds = async () => {
  const options = [0x00, 0, 11, 0, 6, 0x01, 0, 17, 0, 1, 0xff]
  const payload = [...options, 15, 0, 0, 0, 0, 0, 2]
  const reply = Buffer.from([0x04, 0x01, 0, 8 + payload.length, 0, 0, 1, 0, ...payload])
  /** @param {net.Socket} socket */
  const serve = (socket) =>
    frames(
      socket,
      (bytes) => bytes.readUInt16BE(2),
      (frame) => {
        if (frame[0] === PRELOGIN) socket.write(reply)
        else socket.end()
      },
    )
  await listen(net.createServer(serve), port)
}

/** @type {Record<string, () => Promise<void>>} */
const peers = { ws, mqtt, smtp, grpc, kafka, tds }
await peers[name]?.()
console.log('serving')
