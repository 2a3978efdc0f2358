import { startNginx } from '../servers/nginx.js'
import { axiosClient, gotClient, nodeHttp, nodeHttp2, nodeHttps } from './http-clients.js'
import { suite } from './suite.js'
import { globalFetch, undici } from './undici-clients.js'

suite({
  program: 'nginx',
  start: startNginx,
  clients: [nodeHttp, nodeHttps, nodeHttp2, axiosClient, gotClient, undici, globalFetch],
})
