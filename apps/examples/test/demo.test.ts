import { expect, it } from 'vitest'
import { run, runInTerminal } from './program.js'

const ESCAPE = '\u001b['
const sockets = ['Listening socket', 'Dialed socket', 'Accepted socket', 'Dialed socket (to Node)']

it('prints aligned plain text into a pipe, and exits with 0', async () => {
  const { code, stdout, stderr } = await run('demo')
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(stdout).not.toContain(ESCAPE)
  for (const title of sockets) expect(stdout).toContain(`\n${title}, descriptor `)
  const facts = stdout.split('\n').filter((line) => line.includes('✓'))
  expect(facts).toHaveLength(3 + 3 * 8)
  expect(new Set(facts.map((line) => /^ {2}✓ .{14} {2}(?=\S)/.test(line)))).toEqual(new Set([true]))
  expect(stdout).not.toContain('✗')
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThan(80)
})

it('says what the kernel has for each socket, names decoded', async () => {
  const { stdout } = await run('demo')
  const facts = stdout.split('\n').filter((line) => line.includes('✓'))
  const values = new Set(facts.map((line) => line.slice(4).replace(/ {2,}/, ': ')))
  expect(values).toEqual(
    new Set([
      'open flags: O_RDWR|O_NONBLOCK|O_CLOEXEC',
      'epoll events: EPOLLIN|EPOLLOUT|EPOLLERR|EPOLLHUP|EPOLLRDHUP|EPOLLET',
      'SO_REUSEADDR: on',
      'SO_REUSEADDR: off',
      'TCP_NODELAY: on',
      'SO_KEEPALIVE: on',
      'TCP_KEEPIDLE: 15 s',
      'TCP_KEEPINTVL: 15 s',
      'TCP_KEEPCNT: 9 probes',
    ]),
  )
})

it('moves data both ways, half-closes, and talks to a Node http server', async () => {
  const { stdout } = await run('demo')
  expect(stdout).toMatch(/ send +the server reads "hello, server" and then the end/)
  expect(stdout).toMatch(/ answer +the client reads "HELLO, SERVER" over the other half/)
  expect(stdout).toMatch(/ http +"HTTP\/1.1 200 OK" and "hello from node:http"/)
})

it('is coloured on a terminal', async () => {
  const { code, stdout } = await runInTerminal('demo')
  expect(code).toBe(0)
  expect(stdout).toContain(`${ESCAPE}32m✓`)
})

it.each(['NO_COLOR', 'NODE_DISABLE_COLORS'])('is plain on a terminal with %s', async (name) => {
  const { code, stdout } = await runInTerminal('demo', [], { [name]: '1' })
  expect(code).toBe(0)
  expect(stdout).toContain('✓ open flags')
  expect(stdout).not.toContain(ESCAPE)
})

it('marks and names a line that is not as Go has it, and exits with 1', async () => {
  const { code, stdout, stderr } = await run('demo', ['--spoil'])
  expect(code).toBe(1)
  expect(stdout).toMatch(/^ {2}✗ TCP_NODELAY +off, but Go has it on$/m)
  expect(stdout.match(/✗/g)).toHaveLength(1)
  expect(stdout).not.toContain('Every line')
  expect(stderr).toBe('not as Go has it: Dialed socket: TCP_NODELAY\n')
})
