import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hook } from './hook.js'
import { scopeIdToZone, zoneToScopeId } from './zone.js'

const interfaces = readdirSync('/sys/class/net').filter((name) => {
  return readdirSync(`/sys/class/net/${name}`).includes('ifindex')
})
const indexOf = (name: string) => Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'utf8'))

describe('zoneToScopeId and scopeIdToZone', () => {
  it('know the interfaces that the kernel lists, the loopback one among them', () => {
    expect(interfaces).toContain('lo')
    for (const name of interfaces) {
      expect(zoneToScopeId(name), name).toBe(indexOf(name))
      expect(scopeIdToZone(indexOf(name))).toBe(name)
    }
  })

  it('ask the hook', () => {
    const { ifNametoindex, ifIndextoname } = hook
    try {
      hook.ifNametoindex = () => 7
      hook.ifIndextoname = () => 'seven0'
      expect([zoneToScopeId('seven0'), scopeIdToZone(7)]).toEqual([7, 'seven0'])
    } finally {
      Object.assign(hook, { ifNametoindex, ifIndextoname })
    }
  })

  it('take 0 and no zone for each other', () => {
    expect(zoneToScopeId('')).toBe(0)
    expect(scopeIdToZone(0)).toBe('')
  })

  it.each([
    ['4000000000', 4_000_000_000],
    ['4294967295', 4_294_967_295],
    ['04000000000', 4_000_000_000],
    ['4294967296', 0],
    ['0', 0],
    ['-1', 0],
    ['1.5', 0],
    ['0x10', 0],
    ['nosuch0', 0],
    ['a-name-beyond-IFNAMSIZ', 0],
    ['lo\0x', 0],
    ['lo ', 0],
    ['LO', 0],
  ])('zoneToScopeId(%j), the name of no interface, is %d', (zone, id) => {
    expect(zoneToScopeId(zone)).toBe(id)
  })

  it('scopeIdToZone falls back to the number', () => {
    expect(scopeIdToZone(4_000_000_000)).toBe('4000000000')
  })
})
