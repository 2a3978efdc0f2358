// A dial together with what netfd told about it on its diagnostics channel.
import { tracingChannel } from 'node:diagnostics_channel'
import type { Dialer, DialTrace, TCPConn, TCPNetwork } from '@netfd/net'

/** How a dial went: its steps, and either a connection or an error. */
export interface TracedDial {
  readonly trace: DialTrace
  readonly result: PromiseSettledResult<TCPConn>
}

/** Dials and keeps the trace. */
export async function tracedDial(
  dialer: Dialer,
  network: TCPNetwork,
  address: string,
  signal?: AbortSignal,
): Promise<TracedDial> {
  const { start } = tracingChannel<DialTrace>('netfd:dial')
  let trace: DialTrace | undefined
  const keep = (message: unknown) => {
    trace = message as DialTrace
  }
  // The channel is for all dials of the process, yet "start" comes before dial() returns: between
  // these two lines there is only ours.
  start.subscribe(keep)
  const dialing = dialer.dial(network, address, { signal })
  start.unsubscribe(keep)
  const [result] = await Promise.allSettled([dialing])
  if (trace === undefined) throw new Error('@netfd/net published no trace of the dial')
  return { trace, result }
}
