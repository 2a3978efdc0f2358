// What every example does with its command line.
import type { ParseArgsConfig } from 'node:util'
import { parseArgs } from 'node:util'

type Options = NonNullable<ParseArgsConfig['options']>
type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true }>
>

/** An error that the person at the keyboard made: the usage is printed below it. */
export class UsageError extends Error {
  readonly code = 'ERR_PARSE_ARGS_USAGE'
}

/**
 * Runs an example that takes `positionals` arguments at most. `--help` prints `help`; a wrong command
 * line ends it with exit code 2, and any other error with its message and exit code 1.
 */
export async function cli<const O extends Options>(
  help: string,
  options: O,
  positionals: number,
  main: (args: Parsed<O>) => Promise<void>,
): Promise<void> {
  process.stdout.on('error', endWithReader)
  try {
    if (process.argv.slice(2).includes('--help')) {
      console.log(help.trim())
      return
    }
    const args = parseArgs({ options, allowPositionals: true })
    const superfluous = args.positionals[positionals]
    if (superfluous !== undefined) throw new UsageError(`unexpected argument: ${superfluous}`)
    await main(args)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const usage = code?.startsWith('ERR_PARSE_ARGS') === true
    console.error(usage ? `${message}\n\n${help.trim()}` : message)
    process.exitCode = usage ? 2 : 1
  }
}

/** What a server of these does with the error of one connection: it is printed, and harms no other. */
export const complain = (error: unknown): void => console.error((error as Error).message)

/** `| head` has seen enough: the program that printed for it ends, without a word. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit()
}
