// @netfd/net/bufio: reading and writing through a buffer, as Go's bufio.
export { LineTooLongError } from './errors.js'
export type { BufOptions, LineOptions } from './options.js'
export { BufReader, bufReader } from './reader.js'
export { BufWriter, bufWriter } from './writer.js'
