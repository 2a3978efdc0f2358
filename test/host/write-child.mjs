// A program of held.test.ts: writes to a peer that does not read until a write has to wait, and exits, or ends by
// itself. Prints how many bytes the resolved writes were.
import { dial } from '@netfd/net'

const [port, how] = process.argv.slice(2)
const conn = await dial('tcp', `127.0.0.1:${port}`)
const piece = new Uint8Array(16_384)
let taken = 0
for (let waits = false; !waits; ) {
  const turn = new Promise((resolve) => setTimeout(resolve, 100, true))
  const writing = conn.write(piece).then(
    () => {
      taken += piece.length
      return false
    },
    () => true,
  )
  waits = await Promise.race([writing, turn])
}
console.log(taken)
if (how === 'exit') process.exit()
conn.unref()
