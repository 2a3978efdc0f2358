// The folder of one test file's servers: their data, their keys, their logs.
import { execFile } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { processGone } from './left.js'
import type { User } from './users.js'

const run = promisify(execFile)

const PREFIX = 'netfd-servers-'

/** A folder with a certificate for `localhost` and the addresses given; disposing of it removes it. */
export class Folder implements Disposable {
  readonly path: string
  readonly key: string
  readonly cert: string

  private constructor(path: string) {
    this.path = path
    this.key = join(path, 'key.pem')
    this.cert = join(path, 'cert.pem')
  }

  static async make(...addresses: readonly string[]): Promise<Folder> {
    sweep()
    // The process id tells a later run whether the folder was left behind.
    const folder = new Folder(mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`)))
    // Servers of other users must get through to their own folders.
    chmodSync(folder.path, 0o755)
    const names = ['DNS:localhost', 'IP:127.0.0.1', ...addresses.map((address) => `IP:${address}`)]
    await run('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', `subjectAltName=${names.join(',')}`],
      ...['-keyout', folder.key, '-out', folder.cert],
    ])
    return folder
  }

  /** A new folder inside, which belongs to a server's user. */
  own(name: string, user: User): string {
    const path = join(this.path, name)
    mkdirSync(path, { mode: 0o700 })
    if (user.root) chownSync(path, user.uid, user.gid)
    return path
  }

  /** A copy of the key, or of the certificate, that no other user reads: servers insist on that. */
  copy(from: string, to: string, user: User): string {
    copyFileSync(from, to)
    chmodSync(to, 0o600)
    if (user.root) chownSync(to, user.uid, user.gid)
    return to
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Removes the folders of runs that were killed. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = /^netfd-servers-(\d+)-/.exec(name) ?? []
    if (pid === undefined || !processGone(Number(pid))) continue
    rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}
