// Two network namespaces with a cable between them, which can be pulled. Needs root and ip(8).
import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import { Helper } from './helper.js'

const run = promisify(execFile)

async function ip(...args: string[]): Promise<void> {
  await run('ip', args)
}

/** One end of the cable: a namespace, a device in it, and the address of that. */
export interface End {
  readonly namespace: string
  readonly device: string
  readonly address: string
}

/**
 * Two namespaces, joined by a veth pair. Disposing of it ends the processes that were started in them,
 * and takes them away.
 */
export class Cable implements AsyncDisposable {
  readonly near: End
  readonly far: End
  readonly #helpers: Helper[] = []

  private constructor(name: string) {
    // 198.18.0.0/15 is set aside for tests of network devices. Nothing outside sees these two.
    this.near = { namespace: `${name}-near`, device: 'near', address: '198.18.0.1' }
    this.far = { namespace: `${name}-far`, device: 'far', address: '198.18.0.2' }
  }

  /** Makes the namespaces; rejects with a sentence that says what is missing. */
  static async lay(): Promise<Cable> {
    const cable = new Cable(`netfd-${process.pid}`)
    const { near, far } = cable
    try {
      await ip('netns', 'add', near.namespace)
      await ip('netns', 'add', far.namespace)
      const peer = ['type', 'veth', 'peer', 'name', far.device, 'netns', far.namespace]
      await ip('-n', near.namespace, 'link', 'add', near.device, ...peer)
      for (const { namespace, device, address } of [near, far]) {
        await ip('-n', namespace, 'address', 'add', `${address}/30`, 'dev', device)
        await ip('-n', namespace, 'link', 'set', device, 'up')
      }
      return cable
    } catch (error) {
      await cable[Symbol.asyncDispose]()
      throw new Error(`no network namespaces here: ${reason(error as ExecError)}`)
    }
  }

  /** Starts a program of Node's at one end, with a channel for messages. */
  start({ namespace }: End, ...args: string[]): Helper {
    const command = ['netns', 'exec', namespace, process.execPath, ...args]
    const child = spawn('ip', command, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const helper = new Helper(child)
    this.#helpers.push(helper)
    return helper
  }

  /** Ends the processes at both ends. */
  async stop(): Promise<void> {
    await Promise.all(this.#helpers.map((helper) => helper.stop()))
  }

  /** Pulls the plug at the far end: what is sent from now on is lost without a word. */
  async pull(): Promise<void> {
    await ip('-n', this.far.namespace, 'link', 'set', this.far.device, 'down')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    // One that was never made cannot be deleted, and there is nothing to do about one that stays.
    await Promise.allSettled(
      [this.near, this.far].map(({ namespace }) => ip('netns', 'delete', namespace)),
    )
  }
}

type ExecError = NodeJS.ErrnoException & { stderr?: string }

function reason(error: ExecError): string {
  if (error.code === 'ENOENT') return 'the command ip is missing (Debian: apt-get install iproute2)'
  if (process.getuid?.() !== 0) return 'that takes root (try sudo)'
  return error.stderr?.trim() || error.message
}
