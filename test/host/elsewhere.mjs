// Loaded before a program (node --import): it then runs as on a Mac, where no addon loads. Its workers do, too.
const missing = () => {
  throw new Error('no addon is to be loaded here')
}

Object.defineProperty(process, 'platform', { value: 'darwin' })
Object.defineProperty(process, 'dlopen', { value: missing })
