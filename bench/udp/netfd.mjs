// @ts-check
// The subjects of the UDP workloads with @netfd/net.
import { count, wanted } from './subject.mjs'

const { dial, listenPacket, PacketBatch } = await import(process.env.NETFD ?? '@netfd/net')
const { kind, variant, size, seconds, port } = wanted

const server = async () => {
  const conn = await listenPacket('udp4', '127.0.0.1:0')
  console.log(`port ${conn.localAddr.port}`)
  return conn
}

const subjects = {
  recv: async () => {
    const conn = await server()
    if (variant === '1') {
      const buf = new Uint8Array(2048)
      do await conn.readFrom(buf)
      while (count(1, seconds))
    } else if (variant === 'gro') {
      conn.setGRO(true)
      const batch = new PacketBatch({ count: 8, size: 65_535, control: 32 })
      for (;;) {
        const n = await conn.readBatch(batch)
        let packets = 0
        for (let i = 0; i < n; i++) {
          packets += Math.ceil(batch.data(i).length / batch.segmentSize(i))
        }
        if (!count(packets, seconds)) break
      }
    } else {
      const batch = new PacketBatch({ count: Number(variant) })
      while (count(await conn.readBatch(batch), seconds));
    }
    await conn.close()
  },
  echo: async () => {
    const conn = await server()
    if (variant === '1') {
      const buf = new Uint8Array(2048)
      do {
        const { n, addr } = await conn.readFrom(buf)
        await conn.writeTo(buf.subarray(0, n), addr)
      } while (count(1, seconds))
    } else {
      const batch = new PacketBatch()
      do {
        await conn.readBatch(batch)
        await conn.writeBatch(batch)
      } while (count(batch.length, seconds))
    }
    await conn.close()
  },
  send: async () => {
    const conn = await dial('udp4', `127.0.0.1:${port}`)
    if (variant === '1') {
      const data = new Uint8Array(size)
      do await conn.write(data)
      while (count(1, seconds))
    } else if (variant === 'gso') {
      const data = new Uint8Array(54 * size)
      do await conn.writeSegments(data, size)
      while (count(54, seconds))
    } else if (variant === 'list') {
      const list = Array.from({ length: 32 }, () => new Uint8Array(size))
      while (count(await conn.writeBatch(list), seconds));
    } else {
      const batch = new PacketBatch({ size })
      for (let i = 0; i < 32; i++) batch.set(i, size)
      while (count(await conn.writeBatch(batch), seconds));
    }
    await conn.close()
  },
}
await subjects[kind]()
