// Walks the whole way with the real program in a real browser, as somebody in a practice does: the link that it prints, the
// wizard, the first verdict about this machine, accepting a finding, comparing two rounds, all with the keyboard alone; then
// another computer, which trusts the server once its certificate is imported, signing in there with a password and a code, and with
// an account elsewhere (oidc-provider); reading on a telephone, and without JavaScript.
//
//   node server.mjs PROGRAM [--screenshots DIR]     PROGRAM: target/debug/visite

import axe from 'axe-core';
import Provider from 'oidc-provider';
import { chromium } from 'playwright-core';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { FLAGS, RULES, check, codeOf, focused, headingsInOrder, overflowing, summary } from './looking.mjs';

const PASSWORD = 'lampe regen sofa nuss';
/** So long the first verdict may take, in milliseconds. */
const FIRST_VERDICT = 120_000;
const { values, positionals } = parseArgs({ allowPositionals: true, options: { screenshots: { type: 'string' } } });
const [program] = positionals;
if (!program) {
  console.error('usage: node server.mjs PROGRAM [--screenshots DIR]');
  process.exit(64);
}
const { screenshots } = values;
if (screenshots) mkdirSync(screenshots, { recursive: true });

const directory = mkdtempSync(join(tmpdir(), 'visite-server-'));
const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});
const port = await freePort();
const outside = `https://localhost:${port}`;
const began = Date.now();
const server = spawn(program, [
  'serve', '--data', join(directory, 'data'), '--listen', `127.0.0.1:${port}`, '--public-url', outside,
  '--plain-listen', '127.0.0.1:0', '--agent-listen', '127.0.0.1:0',
], { stdio: ['ignore', 'ignore', 'pipe'] });
const link = await new Promise((resolve, reject) => {
  createInterface(server.stderr).on('line', (line) => {
    const found = line.match(/http:\/\/\S+\/invitation\/\S+/);
    if (found) resolve(found[0]);
  });
  server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
});

/** A browser of a person of its own, with what it trusts. */
const HOME = join(directory, 'home');
mkdirSync(join(HOME, '.pki', 'nssdb'), { recursive: true });
const certutil = (...call) => execFileSync('certutil', ['-d', `sql:${join(HOME, '.pki', 'nssdb')}`, ...call]);
certutil('-N', '--empty-password');
const launch = () => chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS, env: { ...process.env, HOME } });

const noise = [];
async function open(browser, options) {
  const context = await browser.newContext({ locale: 'de-DE', viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.on('console', (message) => { if (message.type() === 'error') noise.push(`${page.url()}: ${message.text()}`); });
  page.on('pageerror', (error) => noise.push(`${page.url()}: ${error}`));
  return page;
}

/** Looks at the page as it is, on a telephone and on a screen. */
async function look(page, name) {
  for (const [width, height] of [[360, 740], [1280, 800]]) {
    await page.setViewportSize({ width, height });
    check(`${name}, ${width}: nothing is cut`, await page.evaluate(overflowing));
    if (screenshots) await page.screenshot({ path: join(screenshots, `walk-${name}-${width}.png`), fullPage: true });
  }
  check(`${name}: headings`, await page.evaluate(headingsInOrder));
  await page.evaluate(axe.source);
  const found = await page.evaluate((rules) => window.axe.run({ runOnly: rules }), RULES);
  check(`${name}: accessible`, found.violations.map((one) => `${one.id}: ${one.nodes[0].html}`));
}

/** Goes with Tab to the first thing that `selector` names and says `text`; every stop on the way shows where one is. */
async function tabTo(page, selector, text = '') {
  for (let step = 0; step < 150; step += 1) {
    await page.keyboard.press('Tab');
    const now = await page.evaluate(([wanted, said]) => {
      const element = document.activeElement;
      const name = [element.getAttribute('aria-label'), element.textContent, element.value].join(' ');
      return element.matches(wanted) && name.includes(said);
    }, [selector, text]);
    let shown = await page.evaluate(focused);
    // The page may still be scrolling there.
    for (let wait = 0; shown?.wrong.length && wait < 10; wait += 1) {
      await page.waitForTimeout(50);
      shown = await page.evaluate(focused);
    }
    if (shown?.wrong.length) check(`the focus is seen at ${page.url()}`, shown.wrong);
    if (now) return;
  }
  throw new Error(`the keyboard does not reach “${text || selector}” at ${page.url()}`);
}

async function press(page, selector, text) {
  await tabTo(page, selector, text);
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
}

const path = (page) => new URL(page.url()).pathname;
const is = (page, wanted) => (path(page) === wanted ? [] : [`at ${page.url()}, not ${wanted}`]);
const has = async (page, text) => ((await page.locator('main').innerText()).includes(text) ? [] : [`“${text}” is missing`]);

/** The number of rounds that the list shows. */
async function rounds(page, practice) {
  await page.goto(`${practice}/rounds`);
  return page.locator('main table tbody tr').count();
}

async function waitForRounds(page, practice, wanted) {
  for (let step = 0; step < 240; step += 1) {
    if (await rounds(page, practice) >= wanted) return;
    await page.waitForTimeout(500);
  }
  throw new Error(`no ${wanted} rounds`);
}

/** A sign-in service, as a company has one. */
async function service(back) {
  const at = await freePort();
  const provider = new Provider(`http://localhost:${at}`, {
    clients: [{ client_id: 'visite', client_secret: 'geheim-nur-im-versuch', redirect_uris: [back] }],
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['preferred_username'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['only here'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: `${id}@firma.example` }) }),
  });
  const listening = await new Promise((resolve) => { const it = provider.listen(at, '127.0.0.1', () => resolve(it)); });
  return { issuer: `http://localhost:${at}`, close: () => { listening.closeAllConnections(); listening.close(); } };
}

/** Signs in on the pages of the sign-in service, until the browser is back. */
async function signInThere(page, name) {
  for (let step = 0; step < 4 && page.url().startsWith('http:'); step += 1) {
    const field = page.locator('input[name=login]');
    if (await field.count() > 0) {
      await field.fill(name);
      await page.locator('input[name=password]').fill('beliebig');
    }
    await Promise.all([page.waitForNavigation(), page.locator('button[type=submit]').first().click()]);
  }
}

let browser;
let elsewhere;
try {
  // On the machine itself, with the keyboard alone.
  browser = await launch();
  const page = await open(browser, {});
  await page.goto(link);
  await press(page, 'button', 'Beginnen');
  const practice = page.url().match(/^.*\/p\/[^/?]+/)[0];
  for (const [field, choice] of [['name', ''], ['size', ''], ['telematics', ''], ['care', '']]) {
    if (!path(page).endsWith('/setup')) await page.goto(`${practice}/setup?step=${field}`);
    await look(page, `setup-${field}`);
    await tabTo(page, `main [name=${field}]`, choice);
    if (field === 'name') await page.keyboard.type('Praxis am Markt');
    else await page.keyboard.press('Space');
    await press(page, 'main button', 'Weiter');
  }
  await look(page, 'setup-release');
  await press(page, 'main a', 'Später');
  await press(page, 'main a.button', '');
  check('the wizard leads to the start page', is(page, new URL(practice).pathname));

  await page.locator('#sentence').waitFor({ timeout: FIRST_VERDICT });
  check('the first verdict comes by itself within two minutes', Date.now() - began < FIRST_VERDICT ? [] : [`${Date.now() - began} ms`]);
  check('it says of what', await has(page, '1 von 1 Geräten erreicht'));
  await look(page, 'start');

  await page.goto(`${practice}/findings`);
  await look(page, 'findings');
  const open_ = await page.locator('main table tbody tr').count();
  check('findings about this machine', open_ > 0 ? [] : ['none']);
  await press(page, 'main table a', '');
  const finding = page.url();
  await look(page, 'finding');
  await tabTo(page, '#reason');
  await page.keyboard.type('Der Rechner wird im Januar ersetzt.');
  await tabTo(page, '#until');
  // A day like 01.01., for the order in which it is typed is that of the browser's own language.
  const [first, last] = await page.locator('#until').evaluate((field) => [field.min, field.max]);
  const days = Array.from({ length: 24 }, (_, index) => {
    const same = String((index % 12) + 1).padStart(2, '0');
    return `${Number(first.slice(0, 4)) + Math.floor(index / 12)}-${same}-${same}`;
  });
  const until = days.find((day) => day >= first && day <= last);
  await page.keyboard.type(until.split('-').reverse().join(''));
  check('a day is typed', await page.locator('#until').inputValue() === until ? [] : [await page.locator('#until').inputValue()]);
  await press(page, 'main button', 'Bewusst akzeptieren');
  check('accepted, and said so', await has(page, 'Der Rechner wird im Januar ersetzt.'));
  await look(page, 'accepted');

  await waitForRounds(page, practice, 1);
  const before = await rounds(page, practice);
  await press(page, 'main button', 'Visite');
  await waitForRounds(page, practice, before + 1);
  await look(page, 'rounds');
  await press(page, 'main button', 'Vergleichen');
  check('two rounds are compared', is(page, `${new URL(practice).pathname}/compare`));
  check('nothing changed but what was accepted', await has(page, 'Bewusst akzeptiert'));
  await look(page, 'compare');

  await page.goto(`${new URL(practice).origin}/account/person`);
  await tabTo(page, 'main [name=name]');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('Dr. Anna Beispiel');
  await tabTo(page, 'main [name=email]');
  await page.keyboard.type('anna@praxis.example');
  await press(page, 'main button', 'Speichern');
  await tabTo(page, 'main [type=password]');
  await page.keyboard.type(PASSWORD);
  await tabTo(page, 'main [type=password]');
  await page.keyboard.type(PASSWORD);
  await press(page, 'main button', 'Passwort speichern');
  const key = (await page.locator('ol code').textContent()).replaceAll(' ', '');
  await tabTo(page, 'main [name=code]');
  await page.keyboard.type(codeOf(key));
  await press(page, 'main button', 'Code prüfen');
  await press(page, 'main button', 'Notfallcodes zeigen');
  const codes = await page.locator('ol code').allTextContents();
  check('ten recovery codes', codes.length === 10 ? [] : [`${codes.length}`]);

  // Another computer. It does not trust the server before it has its certificate.
  await page.goto(`${new URL(practice).origin}/certificate`);
  await look(page, 'certificate');
  await tabTo(page, 'main a', 'laden');
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  await download.saveAs(join(directory, 'ca.crt'));
  const refused = await page.context().newPage();
  const why = await refused.goto(`${outside}/login`).then(() => 'it was trusted', (error) => error.message);
  check('a certificate that nobody imported is not trusted', why.includes('ERR_CERT_AUTHORITY_INVALID') ? [] : [why]);
  await browser.close();
  certutil('-A', '-n', 'Visite', '-t', 'C,,', '-i', join(directory, 'ca.crt'));
  browser = await launch();
  const other = await open(browser, {});
  await other.goto(`${outside}/login`);
  check('with the certificate it is', is(other, '/login'));
  await other.getByLabel('E-Mail-Adresse').fill('anna@praxis.example');
  await other.getByLabel('Passwort').fill(PASSWORD);
  await other.getByRole('button', { name: 'Anmelden', exact: true }).click();
  await other.getByLabel('Code aus Ihrer App').fill(codes[0]);
  await other.getByRole('button', { name: 'Weiter' }).click();
  const there = outside + new URL(practice).pathname;
  check('signed in from another computer', is(other, new URL(practice).pathname));

  // With an account that the company has already.
  elsewhere = await service(`${outside}/login/oidc/return`);
  await other.goto(`${outside}/sign-in-service`);
  await look(other, 'sign-in-service');
  const entries = {
    issuer: elsewhere.issuer, client: 'visite', secret: 'falsch', label_de: 'Mit Firmenkonto anmelden',
    label_en: 'Sign in with the company account',
  };
  for (const [name, value] of Object.entries(entries)) await other.locator(`[name=${name}]`).fill(value);
  await other.getByRole('button', { name: 'Prüfen und speichern' }).click();
  check('a wrong secret is found out at once', await has(other, 'nimmt aber Client-ID oder Geheimnis nicht an'));
  await other.locator('[name=secret]').fill('geheim-nur-im-versuch');
  await other.getByRole('button', { name: 'Prüfen und speichern' }).click();
  check('the service is set', is(other, '/sign-in-service'));
  await other.goto(`${outside}/account/oidc`);
  await look(other, 'account-link');
  await other.getByRole('link', { name: 'Mit Firmenkonto anmelden' }).click();
  await signInThere(other, 'anna');
  check('the accounts are linked', is(other, '/account'));
  check('and one sees with which', await has(other, 'anna@firma.example'));
  await look(other, 'account');
  const third = await open(browser, {});
  await third.goto(`${outside}/login`);
  await look(third, 'login');
  await third.getByRole('link', { name: 'Mit Firmenkonto anmelden' }).click();
  await signInThere(third, 'berta');
  check('a stranger does not get in', await has(third, 'gehört hier noch kein Zugang'));
  await look(third, 'stranger');
  const fourth = await open(browser, {});
  await fourth.goto(`${outside}/login`);
  await fourth.getByRole('link', { name: 'Mit Firmenkonto anmelden' }).click();
  await signInThere(fourth, 'anna');
  check('the own second factor is asked for', is(fourth, '/login/code'));
  await fourth.getByLabel('Code aus Ihrer App').fill(codes[1]);
  await fourth.getByRole('button', { name: 'Weiter' }).click();
  check('signed in with the account elsewhere', is(fourth, new URL(practice).pathname));

  // Reading without JavaScript.
  const plain = await open(browser, { javaScriptEnabled: false });
  await plain.goto(`${outside}/login`);
  await plain.getByLabel('E-Mail-Adresse').fill('anna@praxis.example');
  await plain.getByLabel('Passwort').fill(PASSWORD);
  await plain.getByRole('button', { name: 'Anmelden', exact: true }).click();
  await plain.getByLabel('Code aus Ihrer App').fill(codes[2]);
  await plain.getByRole('button', { name: 'Weiter' }).click();
  check('without JavaScript: the verdict', await has(plain, '1 von 1 Geräten erreicht'));
  for (const [name, text] of [['findings', 'Feststellung'], ['devices', 'Gerät'], ['measures', ''], ['rounds', 'Visiten'], ['checks', ''], ['agents', '']]) {
    const answer = await plain.goto(`${there}/${name}`);
    check(`without JavaScript: ${name}`, answer.status() === 200 ? await has(plain, text) : [`${answer.status()}`]);
  }
  await plain.goto(outside + new URL(finding).pathname);
  check('without JavaScript: the finding and its reason', await has(plain, 'Der Rechner wird im Januar ersetzt.'));

  const own = noise.filter((line) => !line.startsWith(elsewhere.issuer));
  const unexpected = own.filter((line) => !/422|ERR_CERT_AUTHORITY_INVALID/.test(line));
  check('no script failed and the policy stopped nothing', unexpected);
} finally {
  await browser?.close();
  elsewhere?.close();
  server.kill();
  rmSync(directory, { recursive: true, force: true });
}
process.exit(summary());
