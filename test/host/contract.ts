// What deviations.ts means. It is a contract: a test that is listed has to fail on the host backend, and fails the
// run when it passes. What a reason stands for is held by tests of its own in held.test.ts.
import * as net from 'node:net'
import { relative } from 'node:path'
import type { CapabilityName } from '../../tools/capabilities.mjs'
import { root } from '../../tools/step.mjs'
import { DEVIATIONS } from './deviations.js'

/** What only tests do, and no program. */
type TestReason =
  /** It hands the number to a call of the addon, or looks for it in /proc. */
  | 'number'
  /** It makes a pipe, a socket pair, a FIFO, a terminal or a file into an FD. */
  | 'own descriptor'
  /** It replaces or counts calls that this backend does not make, or not so often. */
  | 'other calls'
  /** It fills the buffers of the kernel, which the runtime empties into its own. */
  | 'full buffers'
  /** It expects an answer within the call or the turn that this backend has some turns later. */
  | 'turns'

export type Reason = CapabilityName | TestReason

/** Tests by their file below packages/: titles from the outermost `describe` on, or those of a `describe`. */
export type Listed = Readonly<Record<string, Partial<Readonly<Record<Reason, readonly string[]>>>>>

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

/** Reasons that this Node does not give. */
const GONE: Partial<Record<Reason, boolean>> = {
  probes: 'BoundSocket' in net,
  bind: 'BoundSocket' in net,
  reusePort: process.platform === 'linux' && (major > 22 || (major === 22 && minor >= 12)),
}

interface Named {
  readonly name: string
}

interface Task extends Named {
  readonly suite?: Task | undefined
  readonly file: { readonly filepath: string }
}

/** A file of tests, as far as it matters here. */
export type FileTask = Group & { readonly filepath: string }

interface Group {
  readonly tasks: readonly (Task | (Task & Group))[]
}

const BETWEEN = ' > '

/** A file's key in the list. */
export const fileOf = ({ filepath }: { readonly filepath: string }): string =>
  relative(`${root}packages`, filepath).replaceAll('\\', '/')

/** The titles that lead to a test. */
function titleOf(task: Task): string {
  return task.suite === undefined || task.suite.name === ''
    ? task.name
    : `${titleOf(task.suite)}${BETWEEN}${task.name}`
}

const isIn = (title: string, listed: string): boolean =>
  title === listed || title.startsWith(`${listed}${BETWEEN}`)

/** What is listed for a file, each with its reason. */
function listedFor(file: string): [Reason, string][] {
  const reasons = Object.entries(DEVIATIONS[file] ?? {}) as [Reason, readonly string[]][]
  return reasons
    .filter(([reason]) => GONE[reason] !== true)
    .flatMap(([reason, titles]) => titles.map((title): [Reason, string] => [reason, title]))
}

/** Why a test is listed; undefined for one that has to pass. */
export function reasonOf(task: Task): Reason | undefined {
  const title = titleOf(task)
  return listedFor(fileOf(task.file)).find(([, listed]) => isIn(title, listed))?.[0]
}

const testsOf = (group: Group): Task[] =>
  group.tasks.flatMap((task) => ('tasks' in task ? testsOf(task) : [task]))

/** What is listed for a file, and no test of it has such a title. */
export function unmatched(file: FileTask): string[] {
  const titles = testsOf(file).map(titleOf)
  return listedFor(fileOf(file))
    .map(([, listed]) => listed)
    .filter((listed) => !titles.some((title) => isIn(title, listed)))
}
