// Opens the hub's pages in Chromium and checks what an operator sees: decisions arrive without a reload, axe finds
// nothing serious in light and dark, nothing scrolls sideways on a phone, lists work without JavaScript, and neither
// the console nor the page's policy complains. Screenshots are kept.
//
//   node check.mjs --page http://127.0.0.1:8470 --shots build/shots [--device tenant/name] [--live 3] [--empty]
//
// It prints one line per check and exits 1 when one failed. --empty expects a hub without devices.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: args } = parseArgs({ options: {
  page: { type: 'string' }, shots: { type: 'string' }, device: { type: 'string' },
  live: { type: 'string', default: '3' }, empty: { type: 'boolean', default: false },
} });

function stop(sentence) {
  console.error('check.mjs: ' + sentence);
  process.exit(1);
}

if (!args.page || !args.shots) stop('needs --page ADDRESS and --shots FOLDER');
const browser = process.env.CHROMIUM || '/usr/bin/chromium';
if (!existsSync(browser)) stop(`no Chromium at ${browser}: apt-get install chromium, or set CHROMIUM`);
let chromium, axe;
try {
  ({ chromium } = await import('playwright-core'));
  axe = (await import('axe-core')).default;
} catch {
  stop('playwright-core or axe-core is missing: (cd test/page && npm ci)');
}
mkdirSync(args.shots, { recursive: true });

let failed = 0;
function check(ok, what, detail = '') {
  if (!ok) failed++;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${what}${ok || !detail ? '' : ': ' + detail}`);
}

// open makes one page that keeps what the console and the policy complain of.
async function open(host, options) {
  const context = await host.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  page.complaints = [];
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) page.complaints.push(m.text()); });
  page.on('pageerror', (e) => page.complaints.push(String(e)));
  page.on('response', (r) => { if (r.status() >= 400) page.complaints.push(`${r.status()} ${r.url()}`); });
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation',
    (e) => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile)));
  return page;
}

async function accessible(page, where) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  const bad = found.violations.filter((v) => ['serious', 'critical'].includes(v.impact));
  check(bad.length === 0, `axe: ${where}, ${found.passes.length} rules passed`,
    bad.map((v) => `${v.id} ${v.nodes.slice(0, 3).map((n) => n.target + ' ' + n.failureSummary).join(' | ')}`).join('; '));
}

async function narrow(page, where) {
  const [wide, view] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  check(wide <= view, `no sideways scroll: ${where}`, `${wide} px in a window of ${view} px`);
}

const shot = (page, name, full = true) => page.screenshot({ path: join(args.shots, name + '.png'), fullPage: full });
const quiet = (page, where) => check(page.complaints.length === 0, `console and policy are quiet: ${where}`, page.complaints.join('; '));

// live waits for decisions that were not there, on the page that was there.
async function live(page, where, wanted) {
  await page.waitForSelector('#decisions tr', { timeout: 60000 });
  await page.evaluate(() => {
    window.seen = new Set(Array.from(document.querySelectorAll('#decisions tr'), (r) => r.id));
  });
  const ok = await page.waitForFunction((n) => window.seen &&
    Array.from(document.querySelectorAll('#decisions tr')).filter((r) => !window.seen.has(r.id)).length >= n, wanted, { timeout: 60000 })
    .then(() => true, () => false);
  check(ok, `${wanted} decisions arrive without a reload: ${where}`);
  const ids = await page.$$eval('#decisions tr', (rows) => rows.map((r) => r.id));
  check(new Set(ids).size === ids.length, `no decision is listed twice: ${where}`);
  const drawn = await page.evaluate(() => {
    const c = document.querySelector('#chart canvas');
    return !!c && c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v !== 0);
  });
  check(drawn, `the chart is drawn: ${where}`);
}

// byKeyboard reaches the first device with the Tab key alone and opens it with Enter.
async function byKeyboard(page) {
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement.matches('a[href^="/devices/"]'))) {
      await Promise.all([page.waitForURL('**/devices/**'), page.keyboard.press('Enter')]);
      return true;
    }
  }
  return false;
}

async function colours(host, scheme, device) {
  const page = await open(host, { viewport: { width: 1280, height: 900 }, colorScheme: scheme });
  await page.goto(args.page);
  check(/\S/.test(await page.textContent('h1')), `the fleet in one sentence (${scheme})`);
  await accessible(page, `fleet, ${scheme}`);
  await shot(page, `fleet-${scheme}`, false);
  quiet(page, `fleet, ${scheme}`);
  if (!device) return page.context().close();
  await page.goto(args.page + device);
  await live(page, `device, ${scheme}`, Number(args.live));
  await accessible(page, `device, ${scheme}`);
  await shot(page, `device-${scheme}`);
  quiet(page, `device, ${scheme}`);
  return page.context().close();
}

async function phone(host, device) {
  const page = await open(host, { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
  await page.goto(args.page);
  await narrow(page, 'fleet, 360 px');
  await shot(page, 'fleet-phone');
  if (device) {
    await page.goto(args.page + device);
    await page.waitForSelector('#chart canvas', { timeout: 60000 });
    await narrow(page, 'device, 360 px');
    await shot(page, 'device-phone');
  }
  quiet(page, 'phone');
  await page.context().close();
}

async function plain(host, device) {
  const page = await open(host, { javaScriptEnabled: false });
  await page.goto(args.page);
  check(await page.locator('a[href^="/devices/"]').count() > 0, 'devices are listed without JavaScript');
  await page.goto(args.page + device);
  check(await page.locator('#decisions tr').count() > 0, 'decisions are listed without JavaScript');
  await page.context().close();
}

async function keyboard(host) {
  const page = await open(host, { viewport: { width: 1280, height: 900 } });
  await page.goto(args.page);
  check(await byKeyboard(page), 'a device opens with the keyboard alone');
  await page.context().close();
}

// firstDevice waits until the fleet's page shows a device, live.
async function firstDevice(host) {
  if (args.empty) return '';
  if (args.device) return '/devices/' + args.device;
  const page = await open(host, {});
  await page.goto(args.page);
  const link = await page.waitForSelector('a[href^="/devices/"]', { timeout: 60000 });
  const path = await link.getAttribute('href');
  await page.context().close();
  return path;
}

const host = await chromium.launch({ executablePath: browser, headless: true, args: ['--no-sandbox', '--disable-gpu',
  '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
try {
  const device = await firstDevice(host);
  await colours(host, 'light', device);
  await colours(host, 'dark', device);
  await phone(host, device);
  if (device) {
    await plain(host, device);
    await keyboard(host);
  }
} catch (e) {
  check(false, 'the page could be used', String(e));
} finally {
  await host.close();
}
console.log(failed ? `${failed} checks failed` : 'all checks passed');
process.exit(failed ? 1 : 0);
