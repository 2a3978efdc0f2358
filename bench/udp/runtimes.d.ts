// The parts of Bun's and Deno's APIs that the two subjects here use.
interface BunSocketUdp {
  readonly port: number
  send(data: Uint8Array, port?: number, address?: string): boolean
  sendMany(list: readonly Uint8Array[]): number
  close(): void
}

interface BunUdp {
  udpSocket(o: {
    hostname?: string
    port?: number
    connect?: { hostname: string; port: number }
    socket: {
      data?(socket: BunSocketUdp, data: Uint8Array, port: number, address: string): void
      drain?(socket: BunSocketUdp): void
    }
  }): Promise<BunSocketUdp>
}

interface DenoAddr {
  transport: 'udp'
  hostname: string
  port: number
}

interface DenoUdp {
  listenDatagram(at: DenoAddr): {
    readonly addr: DenoAddr
    send(data: Uint8Array, to: DenoAddr): Promise<number>
    receive(buf: Uint8Array): Promise<[Uint8Array, DenoAddr]>
    close(): void
  }
}
