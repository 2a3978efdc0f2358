import { startMariadb } from '../servers/mariadb.js'
import { mysql2 } from './mysql-clients.js'
import { suite } from './suite.js'

suite({ program: 'mariadbd', start: startMariadb, clients: [mysql2] })
