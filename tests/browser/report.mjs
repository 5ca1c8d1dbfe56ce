// Opens the HTML report in a real browser, as practices will: on a phone, on a screen, in the dark, with the keyboard,
// on paper. The real binary renders it from recorded facts; nothing is fetched, and the page itself runs no script.
//
//   node report.mjs BINARY [--screenshots DIR]

import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  FLAGS, RULES, check, focused, headingsInOrder, moving, openDetails, overflowing, summary,
} from './looking.mjs';

const SIZES = [[360, 740], [1280, 800], [1920, 1080]];
/** WCAG 2.2 asks that a page can be read without scrolling sideways at this width (1.4.10 Reflow). */
const NARROWEST = [320, 640];
const SCHEMES = ['light', 'dark'];
const LANGUAGES = ['de', 'en'];
/** What is left of A4 between the margins of 16 mm, at 96 pixels an inch, and the height between 16 and 20 mm. */
const PAPER = [Math.floor((210 - 32) / 25.4 * 96), Math.floor((297 - 36) / 25.4 * 96)];
/** Spacing of text that a page must bear without loss (WCAG 1.4.12). */
const WIDE_TEXT = '* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }'
  + ' p { margin-bottom: 2em !important }';

const [binary, option, screenshots] = process.argv.slice(2);
if (!binary || (option && option !== '--screenshots')) {
  console.error('usage: node report.mjs BINARY [--screenshots DIR]');
  process.exit(64);
}
if (screenshots) mkdirSync(screenshots, { recursive: true });

/**
 * Writes the recorded facts as if they had been seen a few minutes ago: facts grow stale, and a report in which
 * everything is out of date would show little.
 */
function freshen(file, directory) {
  const facts = JSON.parse(readFileSync(file, 'utf8'));
  const newest = Math.max(...facts.snapshots.map((snapshot) => Date.parse(snapshot.observed_at)));
  const shift = Date.now() - 5 * 60_000 - newest;
  const moved = (value) => {
    if (Array.isArray(value)) return value.map(moved);
    if (value && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, moved(inner)]));
    }
    if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:]+Z$/.test(value)) {
      return new Date(Date.parse(value) + shift).toISOString();
    }
    return value;
  };
  const path = join(directory, basename(file));
  writeFileSync(path, JSON.stringify(moved(facts)));
  return path;
}

function render(facts, language, directory) {
  const path = join(directory, `${basename(facts, '.json')}-${language}.html`);
  execFileSync(binary, ['--lang', language, 'check', '--facts', facts, '--format', 'html', '--output', path]);
  return path;
}

/** A scan that was made a few minutes ago by another program, with and without the zones of the practice. */
function renderScan(file, language, directory, zones) {
  const now = Math.floor(Date.now() / 1000) - 300;
  const name = `${basename(file, '.xml')}-${zones ? 'zones' : 'bare'}`;
  const fresh = join(directory, `${name}.xml`);
  writeFileSync(fresh, readFileSync(file, 'utf8').replaceAll(/(start|end)(time)?="\d{10}"/g, `$1$2="${now}"`));
  const path = join(directory, `scan-${name}-${language}.html`);
  const practice = zones ? ['--practice', file.replace(/\.xml$/, '.yaml')] : [];
  execFileSync(binary, ['--lang', language, 'scan', '--import', fresh, ...practice, '--format', 'html', '--output', path]);
  return path;
}

// What follows runs in the page.

/** Whether anything active is in the page, or would run if it were. */
function active() {
  const found = document.querySelectorAll('script, iframe, object, embed, link, form, img, video, audio');
  const wrong = [...found].map((element) => `there is a ${element.tagName.toLowerCase()}`);
  const planted = document.createElement('script');
  planted.textContent = 'window.ran = true';
  document.body.append(planted);
  planted.remove();
  const handler = document.createElement('b');
  handler.setAttribute('onclick', 'window.ran = true');
  handler.click();
  if (window.ran) wrong.push('a script that is put into the page runs');
  return wrong;
}

/** On paper nothing is folded. */
function folded() {
  return [...document.querySelectorAll('details > .body')]
    .filter((body) => body.getBoundingClientRect().height < 10)
    .map((body) => `folded on paper: “${body.textContent.trim().slice(0, 40)}”`);
}

// The checks of one report.

/** The page as it is opened for the first time: at its top, with everything folded. */
async function open(page) {
  await page.goto(page.url().split('#')[0]);
}

async function looks(page, name) {
  for (const scheme of SCHEMES) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const [width, height] of SIZES) {
      const variant = `${name} ${width}x${height} ${scheme}`;
      await page.setViewportSize({ width, height });
      if (screenshots) await page.screenshot({ path: join(screenshots, `${variant.replaceAll(' ', '-')}.png`) });
      const result = await page.evaluate((tags) => axe.run(document, { runOnly: tags }), RULES);
      const told = result.violations.flatMap((violation) =>
        violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')}: ${violation.help}`));
      // What axe cannot decide about contrast is looked at by nobody else, except for the plan of a network: axe knows no
      // colours of drawings, and a unit test holds those.
      const drawn = await page.evaluate((targets) => targets.filter((target) => document.querySelector(target)?.closest('.plan')),
        result.incomplete.flatMap((rule) => rule.nodes.map((node) => node.target.join(' '))));
      const doubtful = result.incomplete.filter((rule) => rule.id === 'color-contrast').flatMap((rule) =>
        rule.nodes.filter((node) => !drawn.includes(node.target.join(' '))).map((node) => `contrast in doubt: ${node.target.join(' ')}: ${node.any[0]?.message}`));
      check(`${variant}: no accessibility rule is broken (${result.passes.length} applied)`, [...told, ...doubtful]);
      check(`${variant}: nothing is cut, nothing scrolls sideways`, await page.evaluate(overflowing));
      if (screenshots) {
        await page.screenshot({ path: join(screenshots, `${variant.replaceAll(' ', '-')}-whole.png`), fullPage: true });
      }
    }
  }
  const colours = [];
  for (const scheme of SCHEMES) {
    await page.emulateMedia({ colorScheme: scheme });
    colours.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
  }
  check(`${name}: light and dark differ`, colours[0] === colours[1] && `both are ${colours[0]}`);
}

async function narrow(page, name) {
  const [width, height] = NARROWEST;
  await page.setViewportSize({ width, height });
  check(`${name} ${width}x${height}: nothing is cut, nothing scrolls sideways`, await page.evaluate(overflowing));
  const [phone, tall] = SIZES[0];
  await page.setViewportSize({ width: phone, height: tall });
  const style = await page.addStyleTag({ content: WIDE_TEXT });
  // It may use up the margin of the page, for nothing is lost by that.
  check(`${name} ${phone}x${tall}: wide text is not cut either`, await page.evaluate(overflowing, 16));
  await style.evaluate((element) => element.remove());
}

async function keyboard(page, name) {
  await page.setViewportSize({ width: 1280, height: 800 });
  // Scrolling that takes its time would still be under way when the place of the focus is asked.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page);
  await page.keyboard.press('Tab');
  const first = await page.evaluate(focused);
  check(`${name}: the skip link has the first focus and is in sight`, [
    !first?.skip && 'another element has the first focus', first?.top < 0 && 'it is above the window', ...(first?.wrong ?? []),
  ]);
  await page.keyboard.press('Enter');
  const target = await page.evaluate(() => document.querySelector(':target')?.tagName);
  await page.keyboard.press('Tab');
  const inside = await page.evaluate(() => Boolean(document.activeElement.closest('main')));
  check(`${name}: the skip link leads to the content`, [target !== 'MAIN' && `it leads to ${target}`, !inside && 'the focus stays outside']);
  await open(page);
  await page.evaluate(openDetails);
  const wanted = await page.evaluate(() => document.querySelectorAll('a[href], summary, button, input, select, [tabindex="0"]').length);
  const wrong = [];
  let reached = 0;
  for (; reached <= wanted + 5; reached += 1) {
    await page.keyboard.press('Tab');
    const state = await page.evaluate(focused);
    if (!state) break;
    wrong.push(...state.wrong);
  }
  if (reached < wanted) wrong.push(`${reached} of ${wanted} elements are reached`);
  check(`${name}: the keyboard reaches all ${wanted} elements, each with a visible focus`, wrong);
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = false; }));
  const details = page.locator('summary').first();
  if (await details.count()) {
    await details.focus();
    await page.keyboard.press('Enter');
    check(`${name}: details open with the keyboard`, !(await page.evaluate(() => document.querySelector('details').open)) && 'closed');
  }
  check(`${name}: nothing moves for those who ask for less motion`, await page.evaluate(moving));
  await page.emulateMedia({ reducedMotion: null });
}

async function paper(page, name, directory) {
  await open(page);
  await page.emulateMedia({ media: 'print', colorScheme: 'light' });
  const [width, height] = PAPER;
  await page.setViewportSize({ width, height });
  check(`${name}: on paper nothing is cut`, await page.evaluate(overflowing));
  check(`${name}: on paper nothing is folded`, await page.evaluate(folded));
  const [length, shown] = await page.evaluate(() => [document.documentElement.scrollHeight, document.body.innerText]);
  await page.emulateMedia({ media: null, colorScheme: null });
  const path = join(screenshots ?? directory, `${name}.pdf`);
  await page.pdf({ path, preferCSSPageSize: true });
  const pages = printed(path);
  const missing = words(shown).filter((word) => !pages.some((sheet) => sheet.text.includes(word)));
  check(`${name}: on paper no word is missing`, missing.map((word) => `missing: ${word}`));
  check(`${name}: on paper nothing lies over something else`, pages.flatMap((sheet) => sheet.overlaps));
  // Whole blocks move to the next page, which leaves some paper white, but not half of it.
  const least = Math.ceil(length / height);
  check(`${name}: prints on ${pages.length} pages A4`, [
    ...pages.filter((sheet) => Math.abs(sheet.width - 595) > 1 || Math.abs(sheet.height - 842) > 1)
      .map((sheet) => `a page of ${sheet.width} x ${sheet.height} points`),
    ...pages.filter((sheet) => sheet.words < 20).map(() => 'a page that is almost empty'),
    pages.length > Math.ceil(1.5 * least) + 1 && `${least} pages would be enough`,
  ]);
}

/** The words of a text that stand on paper in one piece; long ones may be broken anywhere. */
function words(text) {
  return [...new Set(text.split(/[\s\u00a0/·-]+/).filter((word) => word.length > 1 && word.length < 16))];
}

/** What a PDF holds, page by page, as pdftotext(1) sees it. */
function printed(path) {
  const xml = execFileSync('pdftotext', ['-bbox', path, '-'], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const signs = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  const plain = (text) => text.replaceAll(/&(lt|gt|quot|apos|amp|#\d+);/g, (whole, name) => signs[name] ?? String.fromCodePoint(Number(name.slice(1))));
  return xml.split('<page ').slice(1).map((sheet) => {
    const [, width, height] = sheet.match(/^width="([\d.]+)" height="([\d.]+)"/).map(Number);
    const found = [...sheet.matchAll(/<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)<\/word>/g)]
      .map(([, left, top, right, bottom, text]) => ({ left: +left, top: +top, right: +right, bottom: +bottom, text: plain(text) }));
    return { width, height, words: found.length, text: found.map((word) => word.text).join(' '), overlaps: overlaps(found) };
  });
}

/** Words on (almost) the same line at the same place. */
function overlaps(found) {
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1.5
    && Math.abs(a.top + a.bottom - b.top - b.bottom) / 2 < Math.min(a.bottom - a.top, b.bottom - b.top) / 4;
  return found.flatMap((word, index) => found.slice(index + 1).filter((other) => over(word, other))
    .map((other) => `“${word.text}” lies over “${other.text}”`));
}

async function report(browser, path, directory) {
  const name = basename(path, '.html');
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const url = pathToFileURL(path).href;
  const requests = [];
  const complaints = [];
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith(`${url}#`) && !request.url().startsWith('data:')) {
      requests.push(request.url());
    }
  });
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  const lang = await page.evaluate(() => document.documentElement.lang);
  check(`${name}: says its language`, !name.endsWith(`-${lang}`) && `it says ${lang}`);
  check(`${name}: headings are in order`, await page.evaluate(headingsInOrder));
  check(`${name}: the browser complains about nothing`, complaints);
  check(`${name}: nothing active is in it, and nothing could run`, await page.evaluate(active));
  await page.evaluate(axe.source);
  await page.evaluate(openDetails);
  await looks(page, name);
  await narrow(page, name);
  await keyboard(page, name);
  await paper(page, name, directory);
  check(`${name}: no request leaves the file`, requests);
  await context.close();
}

const directory = mkdtempSync(join(tmpdir(), 'visite-browser-'));
const recorded = join(import.meta.dirname, 'facts');
const scans = join(import.meta.dirname, 'scans');
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
try {
  for (const file of readdirSync(recorded).filter((file) => file.endsWith('.json')).sort()) {
    const facts = freshen(join(recorded, file), directory);
    for (const language of LANGUAGES) await report(browser, render(facts, language, directory), directory);
  }
  for (const file of readdirSync(scans).filter((file) => file.endsWith('.xml')).sort()) {
    for (const [language, zones] of [['de', true], ['en', false]]) {
      await report(browser, renderScan(join(scans, file), language, directory, zones), directory);
    }
  }
} finally {
  await browser.close();
  rmSync(directory, { recursive: true, force: true });
}
process.exitCode = summary();
