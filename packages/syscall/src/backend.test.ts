import { describe, expect, it } from 'vitest'
import { backend, backendOf } from './backend.js'

describe('the backend', () => {
  it.each([
    ['linux', undefined, 'epoll'],
    ['linux', '', 'epoll'],
    ['linux', 'epoll', 'epoll'],
    ['linux', 'host', 'host'],
    ['darwin', undefined, 'host'],
    ['win32', '', 'host'],
    ['darwin', 'epoll', 'epoll'],
  ])('on %s with NETFD_BACKEND=%s is %s', (platform, wanted, chosen) => {
    expect(backendOf(wanted, platform)).toBe(chosen)
  })

  it('is no other word', () => {
    expect(() => backendOf('kqueue', 'darwin')).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: "NETFD_BACKEND is 'epoll' or 'host', not 'kqueue'",
      }),
    )
  })

  it('is that of this process', () => {
    expect(backend).toBe(backendOf(process.env.NETFD_BACKEND, process.platform))
  })
})
