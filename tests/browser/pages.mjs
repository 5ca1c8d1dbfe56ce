// Opens every page of the server in a real browser: in both languages and colour schemes, on a phone and on a screen, with
// the keyboard, and without JavaScript. `cargo run --example pages` writes them from recorded facts; they are served on
// loopback with the policy that the server sends, so that a forbidden style or script shows.
//
//   node pages.mjs DIRECTORY [--screenshots DIR] [--only NAME,...]

import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  FLAGS, RULES, check, focused, headingsInOrder, moving, openDetails, overflowing, summary,
} from './looking.mjs';

const SIZES = [[360, 740], [1280, 800]];
/** Looked at for overflow only: WCAG 1.4.10, widths between phone and screen, and 4K. */
const OTHER_SIZES = [[320, 640], [640, 800], [800, 800], [1024, 768], [1920, 1080], [3840, 2160]];
/** Pages that are looked at side by side. */
const AT_ONCE = 3;
const SCHEMES = ['light', 'dark'];
const LANGUAGES = ['de', 'en'];
const LOCALES = { de: 'de-DE', en: 'en-GB' };
const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { screenshots: { type: 'string' }, only: { type: 'string' } },
});
const [directory] = positionals;
if (!directory) {
  console.error('usage: node pages.mjs DIRECTORY [--screenshots DIR] [--only NAME,...]');
  process.exit(64);
}
const { screenshots, only } = values;
if (screenshots) mkdirSync(screenshots, { recursive: true });

const policy = readFileSync(join(directory, 'policy.txt'), 'utf8');
const server = createServer((request, response) => {
  const path = new URL(request.url, 'http://localhost').pathname;
  // What a job says while it runs, in the language of the page that asks; its end keeps the browser from asking again.
  if (path.endsWith('/events')) {
    const language = request.headers['accept-language']?.startsWith('en') ? 'en' : 'de';
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.end(readFileSync(join(directory, language, 'job.events')));
    return;
  }
  // A page that waits for the first verdict asks for it now and then: there is none yet.
  if (path.startsWith('/p/') && request.headers['hx-request']) {
    response.writeHead(204).end();
    return;
  }
  const file = join(directory, path.endsWith('.html') || path.startsWith('/assets/') ? path : 'nothing');
  if (path.includes('..') || !existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': `${TYPES[extname(file)]}; charset=utf-8`, 'Content-Security-Policy': policy });
  response.end(readFileSync(file));
});
await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
const origin = `http://127.0.0.1:${server.address().port}`;

// What follows runs in the page.

/** Whether what the policy forbids is in the page all the same. */
function inline() {
  const wrong = [...document.querySelectorAll('[style], style, script:not([src])')].map((element) => element.outerHTML.slice(0, 80));
  for (const element of document.querySelectorAll('*')) {
    for (const { name } of element.attributes) if (name.startsWith('on')) wrong.push(`${name} in ${element.tagName}`);
  }
  return wrong;
}

/** Whether something can be pressed that is smaller than WCAG 2.5.8 allows; links in running text may be. */
function small() {
  return [...document.querySelectorAll('button, .button, input, select, textarea, nav a, summary')].flatMap((element) => {
    const box = element.getBoundingClientRect();
    if (!element.checkVisibility() || element.type === 'hidden' || box.width === 0) return [];
    return box.height < 24 || box.width < 20 ? [`${element.outerHTML.slice(0, 60)} is ${box.width} x ${box.height}`] : [];
  });
}

/** What the page says, apart from buttons that only scripts show, and from the progress that they follow. */
function told() {
  document.querySelectorAll('button.copy, [sse-swap]').forEach((button) => button.remove());
  return document.querySelector('main').innerText;
}

async function looks(page, name, language) {
  for (const scheme of SCHEMES) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const [width, height] of SIZES) {
      const variant = `${name}-${language} ${width} ${scheme}`;
      await page.setViewportSize({ width, height });
      const result = await page.evaluate((tags) => axe.run(document, { runOnly: tags }), RULES);
      const told = result.violations.flatMap((violation) =>
        violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')}: ${violation.help}`));
      const drawn = await page.evaluate((targets) => targets.filter((target) => document.querySelector(target)?.closest('svg')),
        result.incomplete.flatMap((rule) => rule.nodes.map((node) => node.target.join(' '))));
      const doubtful = result.incomplete.filter((rule) => rule.id === 'color-contrast').flatMap((rule) =>
        rule.nodes.filter((node) => !drawn.includes(node.target.join(' '))).map((node) => `contrast in doubt: ${node.target.join(' ')}: ${node.any[0]?.message}`));
      check(`${variant}: no accessibility rule is broken`, [...told, ...doubtful]);
      check(`${variant}: nothing is cut, nothing scrolls sideways`, await page.evaluate(overflowing));
      check(`${variant}: everything to press is large enough`, await page.evaluate(small));
      if (screenshots) {
        await page.screenshot({ path: join(screenshots, `${variant.replaceAll(' ', '-')}.png`), fullPage: true });
      }
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  for (const [width, height] of OTHER_SIZES) {
    await page.setViewportSize({ width, height });
    check(`${name}-${language} ${width}: nothing is cut, nothing scrolls sideways`, await page.evaluate(overflowing));
  }
}

async function keyboard(page, name, url) {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'light' });
  await page.goto(url);
  await page.keyboard.press('Tab');
  const first = await page.evaluate(focused);
  check(`${name}: the skip link has the first focus and is in sight`, [
    !first?.skip && 'another element has the first focus', first?.top < 0 && 'it is above the window', ...(first?.wrong ?? []),
  ]);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  const inside = await page.evaluate(() => document.activeElement === document.body
    || Boolean(document.activeElement.closest('main, .foot')));
  check(`${name}: the skip link leads to the content`, !inside && 'the focus stays outside');
  await page.goto(url);
  await page.evaluate(openDetails);
  // Of radio buttons in one group the keyboard reaches one.
  const wanted = await page.evaluate(() => [...document.querySelectorAll('a[href], summary, button, input, select, textarea, [tabindex="0"]')]
    .filter((element) => element.checkVisibility() && element.type !== 'hidden' && (element.type !== 'radio'
      || document.querySelector(`[name="${element.name}"]:checked`) === element
      || (!document.querySelector(`[name="${element.name}"]:checked`) && document.querySelector(`[name="${element.name}"]`) === element))).length);
  const wrong = [];
  let reached = 0;
  for (; reached <= wanted * 3 + 5; reached += 1) {
    await page.keyboard.press('Tab');
    const state = await page.evaluate(focused);
    if (!state) break;
    wrong.push(...state.wrong);
  }
  if (reached < wanted) wrong.push(`${reached} of ${wanted} elements are reached`);
  check(`${name}: the keyboard reaches all ${wanted} elements, each with a visible focus`, wrong);
  check(`${name}: nothing moves for those who ask for less motion`, await page.evaluate(moving));
  if (await page.evaluate(() => Boolean(document.getElementById('search')))) {
    await page.goto(url);
    await page.keyboard.press('/');
    check(`${name}: / leads to the search field`, await page.evaluate(() => document.activeElement.id !== 'search') && 'it does not');
  }
  await page.emulateMedia({ reducedMotion: null });
}

/** On a small screen the navigation is a panel that opens and closes, also without any script. */
async function menu(page, name, url) {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(url);
  const shown = () => page.evaluate(() => document.querySelector('#menu a').checkVisibility());
  const before = await shown();
  await page.click('.menu-button');
  const opened = await shown();
  await page.keyboard.press('Escape');
  const after = await shown();
  check(`${name}: the menu opens and closes without a script`, (before || !opened || after) && `${before}, ${opened}, ${after}`);
}

/** Without JavaScript the page says the same, and its forms and links have somewhere to go. */
async function plain(browser, name, url, said) {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(url);
  const text = await page.evaluate(told);
  check(`${name}: says the same without JavaScript`, text !== said && 'the text differs');
  const forms = await page.locator('form:not([action])').count();
  check(`${name}: every form has somewhere to go`, forms > 0 && `${forms} have not`);
  if (name === 'start-de') await menu(page, name, url);
  await context.close();
}

async function paper(page, name, url) {
  await page.goto(url);
  await page.emulateMedia({ media: 'print', colorScheme: 'light' });
  await page.setViewportSize({ width: 672, height: 986 });
  check(`${name}: on paper nothing is cut`, await page.evaluate(overflowing));
  const left = await page.evaluate(() => ['.bar', '#menu', '.foot'].filter((part) => document.querySelector(part)?.checkVisibility()));
  check(`${name}: on paper only the content is left`, left);
  if (name.startsWith('order-')) {
    const missing = await page.evaluate(() => [...document.querySelectorAll('.order .block :is(p, li, pre)')]
      .filter((part) => !part.checkVisibility()).map((part) => part.textContent.slice(0, 40)));
    check(`${name}: on paper nothing of it is missing`, missing);
  }
  if (screenshots && name.startsWith('order-')) {
    await page.screenshot({ path: join(screenshots, `${name}-print.png`), fullPage: true });
  }
  await page.emulateMedia({ media: null });
}

async function look(browser, name, language) {
  const url = `${origin}/${language}/${name}.html`;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: LOCALES[language] });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => { if (!request.url().startsWith(origin)) complaints.push(`asks ${request.url()}`); });
  await page.goto(url);
  const full = `${name}-${language}`;
  check(`${full}: says its language`, (await page.evaluate(() => document.documentElement.lang)) !== language && 'another one');
  check(`${full}: headings are in order`, await page.evaluate(headingsInOrder));
  check(`${full}: nothing inline is in it`, await page.evaluate(inline));
  const said = await page.evaluate(told);
  await page.goto(url);
  await page.evaluate(axe.source);
  await looks(page, name, language);
  if (language === 'de') {
    await keyboard(page, full, url);
    await paper(page, full, url);
  }
  await plain(browser, full, url, said);
  if (name === 'job') {
    await page.goto(url);
    const told = await page.waitForFunction(() => document.querySelector('#progress progress')?.value === 201, null, { timeout: 5000 }).catch(() => null);
    check(`${full}: follows what the server tells about a job`, !told && 'the progress stays as it was');
  }
  check(`${full}: the browser complains about nothing`, complaints);
  await context.close();
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
try {
  const pages = LANGUAGES.flatMap((language) => readdirSync(join(directory, language))
    .filter((file) => file.endsWith('.html') && (!only || only.split(',').includes(file.slice(0, -5))))
    .map((file) => [file.slice(0, -5), language]));
  const worker = async () => {
    for (let next = pages.shift(); next; next = pages.shift()) await look(browser, ...next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
} finally {
  await browser.close();
  server.close();
}
process.exitCode = summary();
