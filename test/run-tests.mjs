// One line a test, on any runtime; the process ends with 1 if one failed.
/** Runs the tests whose titles contain `wanted`, one after the other.
 * @param {Readonly<Record<string, () => Promise<void>>>} tests
 * @param {string} wanted
 */
export const runTests = async (tests, wanted) => {
  let failed = 0
  const chosen = Object.entries(tests).filter(([title]) => title.includes(wanted))
  for (const [title, test] of chosen) {
    try {
      await test()
      console.log(`✓ ${title}`)
    } catch (error) {
      failed++
      console.log(`✗ ${title}`)
      console.error(error)
    }
  }
  console.log(`${chosen.length - failed} passed, ${failed} failed`)
  if (failed > 0 || chosen.length === 0) process.exitCode = 1
}
