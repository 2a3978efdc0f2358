// The parts of Bun's and Deno's APIs that the two servers here use.
interface BunSocket {
  data: { held: Uint8Array; toSend: number; other?: BunSocket; ending: boolean }
  write(data: Uint8Array, offset?: number, length?: number): number
  end(): void
  shutdown(): void
  terminate(): void
  pause(): void
  resume(): void
  timeout(seconds: number): void
  setNoDelay(on: boolean): boolean
}

interface BunHandlers {
  open?(socket: BunSocket): void
  data?(socket: BunSocket, data: Uint8Array): void
  drain?(socket: BunSocket): void
  end?(socket: BunSocket): void
  close?(socket: BunSocket): void
  timeout?(socket: BunSocket): void
  error?(socket: BunSocket, error: Error & { code?: string }): void
}

interface BunTarget {
  hostname?: string
  port?: number
  unix?: string
  allowHalfOpen?: boolean
  data?: BunSocket['data']
  socket: BunHandlers
}

interface BunRuntime {
  listen(target: BunTarget): { port?: number }
  connect(target: BunTarget): Promise<BunSocket>
  gc(force: boolean): void
}

interface DenoConn {
  read(buffer: Uint8Array): Promise<number | null>
  write(data: Uint8Array): Promise<number>
  close(): void
  closeWrite(): Promise<void>
  setNoDelay?(on: boolean): void
}

interface DenoRuntime {
  listen(
    at: { hostname: string; port: number } | { transport: 'unix'; path: string },
  ): AsyncIterable<DenoConn> & {
    readonly addr: { port?: number }
  }
  connect(to: { hostname: string; port: number }): Promise<DenoConn>
}
