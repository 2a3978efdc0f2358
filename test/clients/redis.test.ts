import { startRedis } from '../servers/redis.js'
import { ioredis, redis } from './redis-clients.js'
import { suite } from './suite.js'

suite({ program: 'redis-server', start: startRedis, clients: [ioredis, redis] })
