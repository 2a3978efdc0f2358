// Every client, in the order of the documentation.
import type { Client } from './client.js'
import { axiosClient, gotClient, nodeHttp, nodeHttp2, nodeHttps } from './http-clients.js'
import { mysql2 } from './mysql-clients.js'
import { grpc, kafkajs, mqtt, nodemailer, tedious, ws } from './peer-clients.js'
import { nodePostgres, postgresJs } from './postgres-clients.js'
import { ioredis, redis } from './redis-clients.js'
import { globalFetch, undici } from './undici-clients.js'

export const all: readonly Client[] = [
  ...[nodeHttp, nodeHttps, nodeHttp2, axiosClient, gotClient, ws, undici, globalFetch],
  ...[nodePostgres, postgresJs, mysql2, ioredis, redis],
  ...[mqtt, kafkajs, nodemailer, tedious, grpc],
]
