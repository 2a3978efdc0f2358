import { startPostgres } from '../servers/postgres.js'
import { nodePostgres, postgresJs } from './postgres-clients.js'
import { suite } from './suite.js'

suite({ program: 'postgres', start: startPostgres, clients: [nodePostgres, postgresJs] })
