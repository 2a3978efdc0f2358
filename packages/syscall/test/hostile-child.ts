// Runs the whole table of wrong arguments and prints what went wrong; a crash prints nothing.
import { entries, problemsOf } from './hostile.js'

const found: string[] = []
for (const name of entries) found.push(...(await problemsOf(name)))
console.log(JSON.stringify({ entries: entries.length, found }))
