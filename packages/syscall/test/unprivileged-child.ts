// Sets every option without any capability and prints what the kernel answered, option by option.
import { AF_INET, AF_INET6, close, SOCK_STREAM, setOption, socket } from '../src/index.js'
import { cases } from './option-samples.js'

const NOBODY = 65534
process.setegid?.(NOBODY)
process.seteuid?.(NOBODY)

const answers: Record<string, string[]> = {}
for (const { name, row, values, refused } of cases) {
  answers[name] = [...(values ?? []), ...(refused ? [refused.value] : [])].map((value) => {
    const fd = socket(name.startsWith('ipv6') ? AF_INET6 : AF_INET, SOCK_STREAM)
    try {
      setOption(fd, row, value as never)
      return 'ok'
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? String(error)
    } finally {
      close(fd)
    }
  })
}
console.log(JSON.stringify(answers))
