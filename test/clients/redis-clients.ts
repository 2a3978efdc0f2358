// ioredis, and redis, which has no hook for a connection.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { ioredisConnector } from '@netfd/net/node'
import type { RedisOptions as AllOptions } from 'ioredis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import type { Client, Form, Where } from './client.js'
import { connectorOptions, LARGE, refusal, whileDown } from './client.js'

type RedisOptions = Omit<AllOptions, 'replyMapping'>

const open = (to: Where, form: Form, more: RedisOptions = {}): Redis => {
  const o = connectorOptions(form)
  const { host, port } = to
  const redis = new Redis({
    ...{ host, port, retryStrategy: () => 20, ...more },
    ...(o && { Connector: ioredisConnector(o) }),
  })
  // Each is reported to the command that it concerns as well.
  redis.on('error', () => undefined)
  return redis
}

/** Ends a client, and waits until its connection is gone. */
const close = async (redis: Redis): Promise<void> => {
  // One that has ended would wait for its connection to close once more.
  if (redis.status === 'end') return
  const ended = once(redis, 'end')
  redis.disconnect()
  await ended
}

const using = async (redis: Redis, work: (redis: Redis) => Promise<void>): Promise<void> => {
  try {
    await work(redis)
  } finally {
    await close(redis)
  }
}

const secure = ({ ca, securePort }: Where): RedisOptions => ({ port: securePort, tls: { ca } })

export const ioredis: Client = {
  name: 'ioredis',
  forms: ['socket', 'duplex', 'tuned'],
  works: {
    query: (to, form) =>
      using(open(to, form), async (redis) => {
        assert.equal(await redis.set('greeting', 'hello'), 'OK')
        assert.equal(await redis.get('greeting'), 'hello')
      }),
    pipeline: (to, form) =>
      using(open(to, form), async (redis) => {
        const pipeline = redis.pipeline()
        for (let i = 0; i < 1_000; i++) pipeline.set(`key ${i}`, i).get(`key ${i}`)
        const replies = (await pipeline.exec()) ?? []
        assert.deepEqual(replies.at(-1), [null, '999'])
      }),
    transaction: (to, form) =>
      using(open(to, form), async (redis) => {
        const replies = await redis.multi().set('counter', 1).incr('counter').exec()
        assert.deepEqual(replies?.[1], [null, 2])
      }),
    'pub/sub': (to, form) =>
      using(open(to, form), (subscriber) =>
        using(open(to, form), async (publisher) => {
          await subscriber.subscribe('news')
          const message = once(subscriber, 'message')
          await publisher.publish('news', 'hello')
          assert.deepEqual(await message, ['news', 'hello'])
        }),
      ),
    '64 MiB': (to, form) =>
      using(open(to, form), async (redis) => {
        const value = Buffer.alloc(LARGE, 'netfd ')
        await redis.set('large', value)
        assert.ok(value.equals((await redis.getBuffer('large')) ?? Buffer.alloc(0)))
        await redis.del('large')
      }),
    TLS: (to, form) =>
      using(open(to, form, secure(to)), async (redis) => {
        assert.equal(await redis.echo('hello'), 'hello')
      }),
    reconnect: (to, form) =>
      using(open(to, form, { maxRetriesPerRequest: null }), async (redis) => {
        await redis.ping()
        let pong: Promise<string> | undefined
        await whileDown(to, async () => {
          pong = redis.ping()
          await refusal(redis)
        })
        assert.equal(await pong, 'PONG')
      }),
  },
  holds: {
    plain: (to, form) => hold(to, form, {}),
    TLS: (to, form) => hold(to, form, secure(to)),
  },
}

const hold = async (to: Where, form: Form, more: RedisOptions) => {
  const redis = open(to, form, { maxRetriesPerRequest: 0, retryStrategy: () => null, ...more })
  let last: Error | undefined
  redis.on('error', (error) => {
    last = error
  })
  await redis.ping()
  // The command says only that it was not tried again; why, the client says.
  const ask = () =>
    redis.get('greeting').catch((error: Error) => {
      throw new Error(error.message, { cause: last })
    })
  return { ask, end: () => close(redis) }
}

const openRedis = async ({ host, port }: Where) => {
  const client = createClient({ socket: { host, port, reconnectStrategy: () => 20 } })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

export const redis: Client = {
  name: 'redis',
  forms: ['tuned'],
  works: {
    query: async (to) => {
      const client = await openRedis(to)
      assert.equal(await client.set('greeting', 'hello'), 'OK')
      assert.equal(await client.get('greeting'), 'hello')
      await client.close()
    },
    transaction: async (to) => {
      const client = await openRedis(to)
      assert.deepEqual(await client.multi().set('counter', '1').incr('counter').exec(), ['OK', 2])
      await client.close()
    },
    'pub/sub': async (to) => {
      const [subscriber, publisher] = [await openRedis(to), await openRedis(to)]
      const heard = new Promise((resolve) => void subscriber.subscribe('news', resolve))
      while ((await publisher.publish('news', 'hello')) === 0);
      assert.equal(await heard, 'hello')
      await Promise.all([subscriber.close(), publisher.close()])
    },
    reconnect: async (to) => {
      const client = await openRedis(to)
      await to.kill()
      const pong = client.ping()
      await to.start()
      assert.equal(await pong, 'PONG')
      await client.close()
    },
  },
  holds: {
    plain: async ({ host, port }) => {
      const client = createClient({ socket: { host, port, reconnectStrategy: false } })
      let last: Error | undefined
      client.on('error', (error: Error) => {
        last = error
      })
      await client.connect()
      await client.ping()
      const ask = () =>
        client.get('greeting').catch((error: Error) => {
          throw new Error(error.message, { cause: last })
        })
      return { ask, end: () => (client.isOpen ? client.destroy() : undefined) }
    },
  },
}
