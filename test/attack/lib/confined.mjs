// @ts-check
// What a part is confined in, where this machine allows it.
import { execFileSync } from 'node:child_process'

/** Whether this user may make namespaces. */
export const mayUnshare = () => {
  try {
    execFileSync('unshare', ['--net', '--mount', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/**
 * The words that start a program in a network of its own, with nothing but a loopback interface.
 * @param {{ fileSize?: number, files?: number }} [limits] the largest file in bytes; how many descriptors
 */
export const confined = ({ fileSize, files } = {}) => {
  const limits = [
    ...(fileSize === undefined ? [] : [`--fsize=${fileSize}`]),
    ...(files === undefined ? [] : [`--nofile=${files}`]),
  ]
  const limited = limits.length === 0 ? [] : ['prlimit', ...limits]
  if (!mayUnshare()) return limited
  return [
    'unshare',
    '--net',
    '--mount',
    'sh',
    '-c',
    'ip link set lo up && exec "$@"',
    'sh',
    ...limited,
  ]
}
