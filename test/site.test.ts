// The documentation site as a reader meets it: built, served, and clicked through in a browser.
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserServer, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { manifest } from '../tools/packages.mjs'
import { root, run, tool } from '../tools/step.mjs'
import { filesAt } from '../tools/typedoc-sources.mjs'
import { fixture } from './fixture.js'
import { brokenLinks, pagesBelow, pagesWithout } from './site-links.js'

const site = join(root, 'docs/api')
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) =>
  existsSync(path),
)
// Without these a browser looks for its maker's servers, and complains that it finds none.
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']
args.push('--disable-background-networking', '--disable-component-update', '--disable-sync')

/**
 * Long enough for a busy machine; a run in which all is well never waits that long. One step of the browser
 * has less than its test, and the build less than its hook: what is stuck fails by its own name.
 */
const SLOW = 180_000
const STEP = 60_000

beforeAll(async () => {
  const turbo = ['run', 'docs', '--output-logs=errors-only']
  const { code, output } = await run(tool('.bin/turbo'), turbo, { timeout: SLOW - STEP })
  expect(code, output).toBe(0)
}, SLOW)

describe('the links of the site', () => {
  it('all lead somewhere', () => {
    const { broken, count } = brokenLinks(site)
    expect(broken).toEqual([])
    expect(count).toBeGreaterThan(1_000)
  })

  it('are told apart: a page that is not there, and a mark that is not on it', () => {
    const page = '<a href="b.html">b</a><a href="#x">x</a><a href="https://example.org/">o</a>'
    const dir = fixture({ 'a.html': `${page}<a href="b.html#y">y</a>`, 'b.html': '<p id="z"></p>' })
    expect(brokenLinks(dir)).toEqual({ broken: ['a.html: #x', 'a.html: b.html#y'], count: 3 })
    const lost = fixture({ 'a.html': page.replace('#x', '../up.html') })
    expect(brokenLinks(lost).broken).toEqual(['a.html: b.html', 'a.html: ../up.html'])
  })
})

const NAMES = ['classes', 'functions', 'interfaces', 'types', 'variables']

describe('guides and names', () => {
  it('link to each other: every guide to a name, every class and function of a connection to a guide', () => {
    expect(pagesWithout(site, ['documents'], NAMES)).toEqual([])
    const without = pagesWithout(site, ['classes', 'functions'], ['documents'])
    const main = ['TCPConn', 'TCPListener', 'Dialer', 'dial', 'listen', 'serve', 'copyBoth', 'pipe']
    const pages = [...main.map((name) => `_netfd_net.${name}`), '_netfd_poll.index.FD']
    const missing = pages.filter((name) => without.some((page) => page.endsWith(`/${name}.html`)))
    expect(missing).toEqual([])
    // An error that two packages have is its guide's under the name that users import.
    expect(without.filter((page) => !/Error\.html$|_netfd_syscall|NetDuplex/.test(page))).toEqual(
      [],
    )
  })

  it('are told apart from a page that links to none', () => {
    const link = '<div class="col-content"><a href="../classes/A.html">A</a>'
    const menu =
      '<div class="col-content"></div><div class="col-sidebar"><a href="../classes/A.html">'
    const dir = fixture({ 'documents/a.html': link, 'documents/b.html': menu })
    expect(pagesWithout(dir, ['documents'], NAMES)).toEqual(['/documents/b.html'])
  })

  it(
    'name the version, and a line of a file where the repository has an address',
    async () => {
      const text = readFileSync(join(site, 'classes/_netfd_poll.index.FD.html'), 'utf8')
      expect(text).toContain(`netfd - v${manifest(root, 'net').version}`)
      expect(text).not.toContain('Defined in')
      const out = fixture({})
      const { code, output } = await run(
        tool('.bin/typedoc'),
        [
          '--entryPoints',
          'packages/poll',
          '--projectDocuments',
          'docs/errors.md',
          '--readme',
          'none',
          '--out',
          out,
        ],
        {
          env: { ...process.env, NETFD_REPOSITORY: 'git+https://example.org/o/netfd.git' },
          timeout: SLOW - STEP,
        },
      )
      expect(code, output).toBe(0)
      const linked = readFileSync(join(out, 'classes/index.FD.html'), 'utf8')
      expect(linked).toMatch(
        /https:\/\/example\.org\/o\/netfd\/blob\/[0-9a-f]{40}\/packages\/poll\/src\/fd\.ts#L\d+/,
      )
      expect(linked).not.toContain('lib.es5')
    },
    SLOW,
  )
})

describe('the page of a file', () => {
  it('is the repository’s, however its address is written', () => {
    const page = 'https://github.com/o/r/blob/abc/'
    for (const url of ['git+https://github.com/o/r.git', 'git@github.com:o/r.git', 'github:o/r']) {
      expect(filesAt(url, 'abc')).toBe(page)
    }
    expect(filesAt({ type: 'git', url: 'git+ssh://git@github.com/o/r.git' }, 'abc')).toBe(page)
    expect(filesAt(undefined, 'abc')).toBe('')
  })
})

/**
 * `npm run docs:serve` on a free port, and its address. A process of its own: the server keeps a file open
 * whose reader has gone, as a browser does that is closed while it loads the icon.
 */
async function serve(): Promise<{ server: ChildProcess; address: string }> {
  const config = ['--config', join(root, 'vitest.config.ts')]
  const args = [tool('vite/bin/vite.js'), 'preview', ...config, '--port', '0']
  const env = { ...process.env, NO_COLOR: '1' }
  const server = spawn(process.execPath, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  for await (const text of server.stdout.setEncoding('utf8')) {
    printed += text
    const [address] = /http:\/\/[\w.:[\]-]+\//.exec(printed) ?? []
    if (address !== undefined) return { server, address }
  }
  throw new Error(`the server of the site ended: ${printed}`)
}

/** What is wider than the window, outside the boxes that scroll. */
const TOO_WIDE = `(() => {
  const width = document.documentElement.clientWidth
  const wide = [...document.querySelectorAll('.col-content *')].filter((e) => {
    const box = e.parentElement.closest('pre, table, .tsd-signature, p:has(> img)')
    return box === null && e.getBoundingClientRect().right > width + 1
  })
  if (document.documentElement.scrollWidth > width) wide.unshift(document.documentElement)
  return wide.map((e) => e.tagName + ' ' + e.textContent.slice(0, 40))
})()`

/** The contrast between the text of the page and what is behind it, as WCAG counts it. */
const CONTRAST = `(() => {
  const light = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).map((v) => v / 255)
      .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const page = light(getComputedStyle(document.body).backgroundColor)
  const text = ['p', 'a[href]', 'p code', 'th'].flatMap((name) => {
    const e = document.querySelector('.tsd-typography ' + name)
    return e === null ? [] : [light(getComputedStyle(e).color)]
  })
  const ratios = text.map((t) => (Math.max(t, page) + 0.05) / (Math.min(t, page) + 0.05))
  return { page, ratio: Math.min(...ratios) }
})()`

describe.runIf(executablePath !== undefined || process.env.CI !== undefined)('in a browser', () => {
  let host: BrowserServer | undefined
  let browser: Browser
  let server: ChildProcess | undefined
  let baseURL: string

  beforeAll(async () => {
    const launch = executablePath === undefined ? {} : { executablePath }
    host = await chromium.launchServer({ ...launch, args, timeout: STEP })
    browser = await chromium.connect(host.wsEndpoint(), { timeout: STEP })
    const served = await serve()
    server = served.server
    baseURL = served.address
  }, SLOW)

  // A browser that is stuck does not answer when it is asked to close, and closing would wait for ever. A hook
  // for each: the server holds our stderr open, and a program that reads it waits as long as the server lives.
  afterAll(async () => {
    await host?.kill()
  })

  afterAll(async () => {
    if (server === undefined || server.exitCode !== null) return
    server.kill('SIGKILL')
    await once(server, 'exit')
  })

  /** Opens a window, calls `visit`, and fails if a page complained during it. */
  const open = async (
    width: number,
    colorScheme: 'light' | 'dark',
    visit: (page: Page, context: BrowserContext) => Promise<void>,
  ): Promise<void> => {
    const viewport = { width, height: 844 }
    const context = await browser.newContext({ baseURL, viewport, colorScheme })
    try {
      const page = await context.newPage()
      page.setDefaultTimeout(STEP)
      const complaints: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('response', (response) => {
        if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`)
      })
      await visit(page, context)
      expect(complaints).toEqual([])
    } finally {
      await context.close()
    }
  }

  const fits = async (page: Page): Promise<void> => {
    expect(await page.evaluate<string[]>(TOO_WIDE), page.url()).toEqual([])
  }

  const windows = [
    { width: 1280, scheme: 'light' },
    { width: 1280, scheme: 'dark' },
    { width: 360, scheme: 'light' },
    { width: 360, scheme: 'dark' },
  ] as const

  it.each(windows)(
    'leads from the start page to a guide, a class and a search hit ($width px, $scheme)',
    async ({ width, scheme }) => {
      await open(width, scheme, async (page) => {
        await page.goto('/')
        expect(await page.locator('h1:visible').allTextContents()).toEqual(['netfd'])
        await fits(page)
        const { page: paper, ratio } = await page.evaluate<{ page: number; ratio: number }>(
          CONTRAST,
        )
        expect(paper > 0.5).toBe(scheme === 'light')
        expect(ratio).toBeGreaterThan(4.5)

        // The navigation: beside the page, or behind a button on a phone.
        if (width < 768)
          await page.locator('#tsd-toolbar-menu-trigger, [data-toggle="menu"]').click()
        const guides = page.locator('.site-menu a, nav.tsd-navigation a')
        await guides.getByText('Socket options', { exact: true }).click()
        await page.waitForURL('**/documents/Socket_options.html')
        await page.getByRole('cell', { name: 'TCP_USER_TIMEOUT' }).waitFor()
        await fits(page)

        await page.goto('/')
        await page.locator('.col-content').getByRole('link', { name: '@netfd/net' }).first().click()
        await page
          .locator('.col-content')
          .getByRole('link', { name: 'TCPConn', exact: true })
          .click()
        await page.getByRole('heading', { name: 'Class TCPConn' }).waitFor()
        await fits(page)

        await page.locator('#tsd-search-trigger').click()
        await page.locator('#tsd-search-input').fill('setUserTimeout')
        await page.locator('#tsd-search-results a', { hasText: 'setUserTimeout' }).first().click()
        await page.waitForURL('**/*#setusertimeout')
        await page.locator('#setusertimeout').waitFor()
        await fits(page)
      })
    },
    SLOW,
  )

  /** The addresses of what the search shows first. */
  const hits = async (page: Page, query: string, count: number): Promise<string[]> => {
    const first = page.locator('#tsd-search-results li').first()
    const before = (await first.count()) === 0 ? null : await first.getAttribute('id')
    await page.locator('#tsd-search-input').fill(query)
    await page.waitForFunction(
      `(document.querySelector('#tsd-search-results li') ?? { id: null }).id !== ${JSON.stringify(before)}`,
    )
    const links = await page.locator('#tsd-search-results a').all()
    return Promise.all(
      links.slice(0, count).map(async (link) => {
        return new URL((await link.getAttribute('href')) ?? '', page.url()).pathname
      }),
    )
  }

  it(
    'finds a guide for a word of everyday use, and the name of a class or a method itself',
    async () => {
      await open(1280, 'light', async (page) => {
        await page.goto('/')
        await page.locator('#tsd-search-trigger').click()
        for (const query of ['deadline', 'timeout', 'abort', 'graceful shutdown', 'keep-alive']) {
          const found = await hits(page, query, 3)
          expect(
            found.filter((path) => path.startsWith('/documents/')),
            query,
          ).not.toEqual([])
        }
        const graceful = '/documents/Graceful_shutdown_and_restarts.html'
        expect(await hits(page, 'graceful shutdown', 1)).toEqual([graceful])
        const deadlines = '/documents/Deadlines_and_cancellation.html'
        expect(await hits(page, 'abort', 1)).toEqual([deadlines])
        expect(await hits(page, 'timeout', 1)).toEqual([deadlines])
        expect(await hits(page, 'TCPConn', 1)).toEqual(['/classes/_netfd_net.TCPConn.html'])
        expect(await hits(page, 'dial', 3)).toContain('/functions/_netfd_net.dial.html')
        expect(await hits(page, 'listen', 3)).toContain('/functions/_netfd_net.listen.html')
        const raw = await hits(page, 'sendmsg', 10)
        expect(raw.filter((path) => /\.(raw|testing)\./.test(path))).toEqual([])
      })
    },
    SLOW,
  )

  it.each([
    { width: 1280, folders: ['documents', 'modules'] },
    { width: 360, folders: ['documents', 'modules', 'classes', 'interfaces'] },
  ])(
    'shows no page that is wider than a window of $width px',
    async ({ width, folders }) => {
      const addresses = ['/', ...folders.flatMap((folder) => pagesBelow(site, folder))]
      expect(addresses.length).toBeGreaterThan(10)
      const context = await browser.newContext({
        baseURL,
        viewport: { width, height: 844 },
        // The page's own script builds the navigation, which is another test's.
        javaScriptEnabled: false,
      })
      const page = await context.newPage()
      for (const address of addresses) {
        await page.goto(address, { timeout: STEP })
        await fits(page)
      }
      await context.close()
    },
    SLOW,
  )

  it(
    'has a front picture that is read on a phone, and fits it',
    async () => {
      const svg = readFileSync(join(root, 'docs/picture.svg'), 'utf8')
      const [, width = ''] = /viewBox="0 0 (\d+) /.exec(svg) ?? []
      const sizes = [...svg.matchAll(/(?:font: |font-size: )(\d+)px/g)].map(([, size]) =>
        Number(size),
      )
      await open(390, 'light', async (page) => {
        await page.goto('/')
        const box = await page.locator('img[src$="picture.svg"]').boundingBox()
        expect(box?.width).toBeGreaterThan(0)
        expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(390)
        expect((Math.min(...sizes) * (box?.width ?? 0)) / Number(width)).toBeGreaterThan(9)
      })
    },
    SLOW,
  )

  it(
    'has the names of a connection first in its menu, and errors last',
    async () => {
      await open(1280, 'light', async (page) => {
        await page.goto('/classes/_netfd_net.TCPConn.html')
        const links = page.locator('nav.tsd-navigation a')
        await links.getByText('TCPListener', { exact: true }).waitFor()
        const texts = (await links.allTextContents()).map((text) => text.trim())
        const at = (name: string): number => texts.findIndex((text) => text.startsWith(name))
        const names = texts.slice(at('@netfd/net') + 1, at('@netfd/poll'))
        expect(names.slice(0, 2)).toEqual(['copyBoth', 'dial'])
        for (const name of ['listen', 'serve', 'copyBoth', 'Dialer', 'TCPConn', 'TCPListener']) {
          expect(names.indexOf(name), name).toBeLessThan(10)
          expect(names).toContain(name)
        }
        expect(names.at(-1)).toMatch(/Error$/)
        expect(names.indexOf('OpError')).toBeGreaterThan(names.indexOf('WebWritable'))
      })
    },
    SLOW,
  )

  it(
    'is seen to complain: a page that is wider, and one that is missing',
    async () => {
      await open(360, 'light', async (page) => {
        await page.goto('/')
        await page.evaluate(`document.querySelector('.col-content p').style.width = '600px'`)
        expect(await page.evaluate<string[]>(TOO_WIDE)).not.toEqual([])
      })
      const missing = open(360, 'light', async (page) => {
        await page.goto('/no-such-page.html')
      })
      await expect(missing).rejects.toThrow('ERR_HTTP_RESPONSE_CODE_FAILURE')
      const script = open(360, 'light', async (page) => {
        await page.goto('/')
        await page.addScriptTag({ url: '/no-such-script.js' }).catch(() => undefined)
      })
      await expect(script).rejects.toThrow('to deeply equal []')
    },
    SLOW,
  )
})
