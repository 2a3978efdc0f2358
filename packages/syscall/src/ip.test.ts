import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIP, parseIP } from './ip.js'

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))

const valid: [text: string, hex: string, printed: string][] = [
  ['0.0.0.0', '00000000', '0.0.0.0'],
  ['127.0.0.1', '7f000001', '127.0.0.1'],
  ['255.255.255.255', 'ffffffff', '255.255.255.255'],
  ['9.10.99.100', '090a6364', '9.10.99.100'],
  ['::', '00000000000000000000000000000000', '::'],
  ['::1', '00000000000000000000000000000001', '::1'],
  ['1::', '00010000000000000000000000000000', '1::'],
  ['fe80::1', 'fe800000000000000000000000000001', 'fe80::1'],
  ['2001:DB8::A:b', '20010db80000000000000000000a000b', '2001:db8::a:b'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008', '1:2:3:4:5:6:7:8'],
  [
    '0001:0002:0003:0004:0005:0006:0007:0008',
    '00010002000300040005000600070008',
    '1:2:3:4:5:6:7:8',
  ],
  ['1:2:3:4:5:6:7::', '00010002000300040005000600070000', '1:2:3:4:5:6:7:0'],
  ['::2:3:4:5:6:7:8', '00000002000300040005000600070008', '0:2:3:4:5:6:7:8'],
  ['1:0:0:2:0:0:0:3', '00010000000000020000000000000003', '1:0:0:2::3'],
  ['1:0:0:2:3:0:0:4', '00010000000000020003000000000004', '1::2:3:0:0:4'],
  ['::1.2.3.4', '00000000000000000000000001020304', '::102:304'],
  ['::ffff:1.2.3.4', '00000000000000000000ffff01020304', '1.2.3.4'],
  ['::ffff:7f00:1', '00000000000000000000ffff7f000001', '127.0.0.1'],
  ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221', '64:ff9b::c000:221'],
  ['1:2:3:4:5:6:7.8.9.10', '0001000200030004000500060708090a', '1:2:3:4:5:6:708:90a'],
  [
    '0000:0000:0000:0000:0000:fffe:255.255.255.255',
    '00000000000000000000fffeffffffff',
    '::fffe:ffff:ffff',
  ],
]

const invalid = [
  ['', 'nothing'],
  ['localhost', 'a name'],
  ['1.2.3', 'three octets'],
  ['1.2.3.4.5', 'five octets'],
  ['1.2.3.', 'an empty octet at the end'],
  ['.1.2.3', 'an empty octet at the start'],
  ['1..2.3', 'an empty octet inside'],
  ['1.2.3.256', 'an octet above 255'],
  ['1.2.3.04', 'a leading zero'],
  ['1.2.3.00', 'a double zero'],
  ['1.2.3.4 ', 'a space behind'],
  ['1.2.3.4\n', 'a newline behind'],
  ['+1.2.3.4', 'a sign'],
  ['1.2.3.0x4', 'a hex octet'],
  ['1.2.3.٤', 'a digit that is not ASCII'],
  [':', 'one colon'],
  [':::', 'three colons'],
  ['1:2:3:4:5:6:7', 'seven groups'],
  ['1:2:3:4:5:6:7:8:9', 'nine groups'],
  ['1:2:3:4::5:6:7:8', 'a :: that stands for nothing'],
  ['1::2::3', 'two ::'],
  [':1:2:3:4:5:6:7:8', 'a colon in front'],
  ['1:2:3:4:5:6:7:', 'a colon behind'],
  ['1:2:3:4:5:6:7:8:', 'a colon behind eight groups'],
  ['::12345', 'five digits'],
  ['::00001', 'five digits although the number is small'],
  ['::g', 'a letter that is no hex digit'],
  ['::1%lo', 'a zone'],
  ['%lo', 'only a zone'],
  ['[::1]', 'brackets'],
  ['1.2.3.4::', 'a dotted quad in front'],
  ['::1.2.3.4:5', 'a dotted quad inside'],
  ['1:2:3:4:5:6:7:1.2.3.4', 'no room for the dotted quad'],
  ['1:2:3:4:5:1.2.3.4', 'a dotted quad too early'],
  ['1:2:3:4:5:6::1.2.3.4', 'a :: that stands for nothing before a quad'],
  ['::1.2.3.04', 'a leading zero in the embedded quad'],
  ['::1.2.3', 'a short embedded quad'],
  [`::${'0'.repeat(100)}`, 'far too long a text'],
] as const

describe('parseIP', () => {
  it.each(valid)('reads %s', (text, hex) => {
    expect(parseIP(text)).toEqual(bytesOf(hex))
  })

  it.each(invalid)('refuses %j: %s', (text) => {
    expect(parseIP(text)).toBeNull()
  })

  it('never throws, whatever the string', () => {
    const nearly = fc.string({ unit: fc.constantFrom(...'0123456789abcdefF:.%x'), maxLength: 48 })
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), nearly), (text) => {
        const bytes = parseIP(text)
        if (bytes !== null) expect([4, 16]).toContain(bytes.length)
      }),
    )
  })

  it('reads every address that a generator of the standard forms makes', () => {
    fc.assert(fc.property(fc.ipV4(), (text) => parseIP(text)?.length === 4))
    fc.assert(fc.property(fc.ipV6(), (text) => parseIP(text)?.length === 16))
  })
})

describe('formatIP', () => {
  it.each(valid)('prints what was read from %s', (_text, hex, printed) => {
    expect(formatIP(bytesOf(hex))).toBe(printed)
  })

  it('prints a text that reads back as the same address', () => {
    const four = fc.uint8Array({ minLength: 4, maxLength: 4 })
    // Few different bytes, so that runs of zeros are common.
    const sixteen = fc.array(fc.constantFrom(0, 0, 1, 0xff), { minLength: 16, maxLength: 16 })
    fc.assert(
      fc.property(
        fc.oneof(
          four,
          sixteen.map((all) => Uint8Array.from(all)),
        ),
        (bytes) => {
          const mapped = Buffer.from(bytes).toString('hex', 0, 12) === '00000000000000000000ffff'
          expect(parseIP(formatIP(bytes))).toEqual(mapped ? bytes.slice(12) : bytes)
        },
      ),
    )
  })

  it('reads a view in the middle of a larger buffer', () => {
    const all = bytesOf('ffff20010db8000000000000000000000001ffff')
    expect(formatIP(all.subarray(2, 18))).toBe('2001:db8::1')
  })

  it.each([0, 3, 5, 15, 17])('throws a TypeError for %d bytes', (length) => {
    expect(() => formatIP(new Uint8Array(length))).toThrow(
      new TypeError(`an IP address has 4 or 16 bytes, not ${length}`),
    )
  })
})
