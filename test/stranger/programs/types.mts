// What a TypeScript program sees of the packages, under its own rules for finding modules.
import type { Duplex } from 'node:stream'
import type { Conn, TCPListener } from '@netfd/net'
import { dial, listen } from '@netfd/net'
import type { BufReader } from '@netfd/net/bufio'
import { bufReader } from '@netfd/net/bufio'
import { dialDuplex } from '@netfd/net/node'
import type { Socket } from '@netfd/net/web'
import { connect } from '@netfd/net/web'
import { FD } from '@netfd/poll'
import type { SyscallError } from '@netfd/syscall'
import { recv } from '@netfd/syscall/raw'

export const server: Promise<TCPListener> = listen('tcp', ':0')
export const client: Promise<Conn> = dial('tcp', 'localhost:80')
// @ts-expect-error a network that there is not
export const misspelt: Promise<Conn> = dial('tpc', 'localhost:80')
export const duplex: Duplex = dialDuplex({ port: 80, options: { noDelay: true } })
export const reader = async (): Promise<BufReader> => bufReader(await client, { size: 64 })
export const socket: Socket = connect('localhost:80', { secureTransport: 'starttls' })
export const arriving: ReadableStream<Uint8Array> = socket.readable
export const n: number = recv(0, new Uint8Array(1))
export const code = (error: SyscallError): string => error.code
export { FD }
