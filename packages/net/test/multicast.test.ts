// What goes to a group, from one machine to another: two namespaces with a cable between them.
import { describe, expect, it } from 'vitest'
import { cable, canMakeNamespaces } from './netns.js'
import { program, Running } from './program.js'

describe.skipIf(!canMakeNamespaces)('two machines in a group', () => {
  it('ask the group and answer, alone and to all, as mDNS does', async () => {
    const child = program('multicast-child.ts')
    const [here, there] = cable()
    const node = (...args: string[]): string[] => [process.execPath, child, ...args]
    const responder = new Running(there.exec(...node('respond', there.device)))
    expect(JSON.parse(await responder.line())).toBe('ready')
    const asker = new Running(here.exec(...node('ask', here.device)))
    const asked = { asked: 'who is netfd.local?', by: '10.77.0.1' }
    expect(JSON.parse(await responder.line())).toEqual(asked)
    expect(JSON.parse(await asker.line())).toEqual({ answer: 'here', by: '10.77.0.2:5353' })
    expect(JSON.parse(await asker.line())).toEqual({
      heard: 'who is netfd.local?',
      by: '10.77.0.1',
    })
    expect(JSON.parse(await asker.line())).toEqual({ heard: 'here, all', by: '10.77.0.2' })
    expect(await asker.ended).toMatchObject({ code: 0, stderr: '' })
    expect(await responder.ended).toMatchObject({ code: 0, stderr: '' })
  })
})
