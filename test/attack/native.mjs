// @ts-check
// Every entry of the addon.

import { confined } from './lib/confined.mjs'
import { giving } from './lib/descriptors.mjs'
import { attackNative } from './lib/native-calls.mjs'

/** @type {import('./lib/part.mjs').Part} */
export const part = {
  what: 'calls every entry of the addon with arguments at random, on descriptors of every kind',
  seconds: 60,
  before: async () => [...confined({ fileSize: 1 << 22 }), ...giving()],
  run: attackNative,
}
