// @netfd/net/node: connections for what is written for the sockets and streams of Node.
export type { ConnectOptions, DuplexOptions, Form, TuneOptions } from './options.js'
