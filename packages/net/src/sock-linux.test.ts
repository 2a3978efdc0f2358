// Go: net/sock_linux_test.go. How many connections may wait, by the kernel's own limit and age.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { backlogOf, listenerBacklog } from './sock-linux.js'

describe('backlogOf (TestMaxAckBacklog)', () => {
  it.each([
    ['4096\n', '6.1.0', 4096],
    ['128', '2.6.32', 128],
    ['65535\n', '4.0.9', 65_535],
    ['65536\n', '4.0.9', 65_535],
    ['65536\n', '4.1.0', 65_536],
    ['65536\n', '3.19.8-generic', 65_535],
    ['65536\n', '10.0', 65_536],
    ['65536\n', 'unknown', 65_535],
    ['16777214\n', '6.1.0', 16_777_214],
    ['16777215\n', '6.1.0', 128],
    ['0\n', '6.1.0', 128],
    ['', '6.1.0', 128],
    ['many\n', '6.1.0', 128],
    ['\t 511 7\n', '6.1.0', 511],
  ])('of %j on kernel %s is %i', (somaxconn, kernel, want) => {
    expect(backlogOf(somaxconn, kernel)).toBe(want)
  })
})

it('listenerBacklog is the limit of this kernel', () => {
  expect(listenerBacklog()).toBe(Number(readFileSync('/proc/sys/net/core/somaxconn', 'latin1')))
})
