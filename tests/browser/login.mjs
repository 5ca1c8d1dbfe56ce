// Walks through login in a real browser: the one-time link, setting up an account with app and passkey, signing in both
// ways, inviting somebody. `cargo run -p visite-server --example login` serves it on loopback; the passkey lives in
// Chromium's virtual authenticator.
//
//   node login.mjs PROGRAM [--screenshots DIR]     PROGRAM: target/debug/examples/login

import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { FLAGS, RULES, check, codeOf, headingsInOrder, overflowing, summary } from './looking.mjs';

const PASSWORD = 'lampe regen sofa nuss';
const { values, positionals } = parseArgs({ allowPositionals: true, options: { screenshots: { type: 'string' } } });
const [program] = positionals;
if (!program) {
  console.error('usage: node login.mjs PROGRAM [--screenshots DIR]');
  process.exit(64);
}
const { screenshots } = values;
if (screenshots) mkdirSync(screenshots, { recursive: true });

const directory = mkdtempSync(join(tmpdir(), 'visite-login-'));
const server = spawn(program, [directory], { stdio: ['ignore', 'pipe', 'inherit'] });
const [link] = await new Promise((resolve, reject) => {
  createInterface(server.stdout).once('line', (line) => resolve([line]));
  server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
});
const { origin } = new URL(link);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });

async function open(options) {
  const context = await browser.newContext({ locale: 'de-DE', viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const noise = [];
  page.on('console', (message) => { if (message.type() === 'error') noise.push(message.text()); });
  page.on('pageerror', (error) => noise.push(String(error)));
  return { context, page, noise };
}

async function device(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options });
}

/** Looks at the page as it is: accessible, in order, nothing cut, on a phone and on a screen. */
async function look(page, name) {
  for (const [width, height] of [[360, 740], [1280, 800]]) {
    await page.setViewportSize({ width, height });
    check(`${name}, ${width}: nothing is cut`, await page.evaluate(overflowing));
    if (screenshots) await page.screenshot({ path: join(screenshots, `${name}-${width}.png`), fullPage: true });
  }
  check(`${name}: headings`, await page.evaluate(headingsInOrder));
  await page.evaluate(axe.source);
  const found = await page.evaluate((rules) => window.axe.run({ runOnly: rules }), RULES);
  check(`${name}: accessible`, found.violations.map((one) => `${one.id}: ${one.nodes[0].html}`));
}

const at = (page, path) => (new URL(page.url()).pathname === path ? [] : [`at ${page.url()}, not ${path}`]);

try {
  const { context, page, noise } = await open({});
  await device(page);
  await page.goto(link);
  await look(page, 'link');
  await page.getByRole('button', { name: 'Beginnen' }).click();

  await page.goto(`${origin}/account/person`);
  await look(page, 'person');
  await page.getByLabel('Ihr Name').fill('Dr. Anna Beispiel');
  await page.getByLabel('E-Mail-Adresse').fill('anna@praxis.example');
  await page.getByRole('button', { name: 'Speichern' }).click();
  check('then the password', at(page, '/account/password'));
  await page.getByLabel('Neues Passwort', { exact: true }).fill('passwort123456');
  await page.getByLabel('Neues Passwort, noch einmal').fill('passwort123456');
  await page.getByRole('button', { name: 'Passwort speichern' }).click();
  await look(page, 'password');
  await page.getByLabel('Neues Passwort', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Neues Passwort, noch einmal').fill(PASSWORD);
  await page.getByRole('button', { name: 'Passwort speichern' }).click();

  check('then the second factor', at(page, '/account/app'));
  await look(page, 'second-factor');
  const key = (await page.locator('ol code').textContent()).replaceAll(' ', '');
  await page.getByLabel('Geben Sie den Code ein').fill(codeOf(key));
  await page.getByRole('button', { name: 'Code prüfen' }).click();
  check('then the recovery codes', at(page, '/account/recovery'));
  await page.getByRole('button', { name: 'Notfallcodes zeigen' }).click();
  await look(page, 'recovery');
  const codes = await page.locator('ol code').allTextContents();
  check('ten recovery codes', codes.length === 10 ? [] : [`${codes.length}`]);

  await page.goto(`${origin}/account/app`);
  await page.getByRole('button', { name: 'Passkey anlegen' }).click();
  await page.waitForURL(`${origin}/account/recovery`);
  await page.goto(`${origin}/account`);
  await look(page, 'account');
  check('the passkey is there', await page.getByText('Passkey 1', { exact: false }).count() > 0 ? [] : ['no passkey']);

  await page.locator('header').getByRole('button', { name: 'Abmelden' }).click();
  check('signed out', at(page, '/login'));
  await look(page, 'login');
  await page.getByRole('button', { name: 'Mit Passkey anmelden' }).click();
  await page.waitForURL((url) => url.pathname !== '/login');
  await page.goto(`${origin}/account`);
  check('signed in with the passkey alone', at(page, '/account'));

  // Somebody new gets an account with a link; somebody who has one already takes the role with a link.
  const practice = new URL(await page.goto(`${origin}/`).then(() => page.url())).pathname;
  const invite = async (role) => {
    await page.goto(`${origin}${practice}/people`);
    await page.getByLabel('Name', { exact: true }).fill('Lea Neu');
    await page.getByLabel('E-Mail-Adresse').fill('lea@praxis.example');
    await page.getByLabel('Rolle').selectOption(role);
    await page.getByRole('button', { name: 'Zugang geben' }).click();
    return page.locator('code.link').textContent();
  };
  const forNew = await invite('practice-manager');
  await look(page, 'invited');
  const lea = await open({});
  await lea.page.goto(forNew);
  await lea.page.getByRole('button', { name: 'Beginnen' }).click();
  await lea.page.goto(`${origin}/account/password`);
  await lea.page.getByLabel('Neues Passwort', { exact: true }).fill(PASSWORD);
  await lea.page.getByLabel('Neues Passwort, noch einmal').fill(PASSWORD);
  await lea.page.getByRole('button', { name: 'Passwort speichern' }).click();
  await page.goto(`${origin}${practice}/people`);
  await look(page, 'people');
  await page.getByRole('button', { name: 'Zugang beenden: Lea Neu' }).click();
  const forKnown = await invite('staff');
  await look(page, 'offered');
  await page.goto(`${origin}${practice}/people`);
  check('the open invitation is listed', await page.getByRole('button', { name: 'Zurückziehen: Lea Neu' }).count() === 1 ? [] : ['it is not']);
  await look(page, 'people-offered');
  await page.goto(forKnown);
  check('it is for nobody else', await page.getByRole('alert').count() === 1 ? [] : ['it is']);
  await look(page, 'join-other');
  await lea.page.goto(forKnown);
  await look(lea.page, 'join');
  await lea.page.getByRole('button', { name: 'Zugang annehmen' }).click();
  await page.goto(`${origin}${practice}/people`);
  check('the role is taken', await page.getByRole('button', { name: 'Zugang beenden: Lea Neu' }).count() === 1 ? [] : ['it is not']);
  await lea.context.close();
  const unexpected = noise.filter((line) => !line.includes('404') && !line.includes('422'));
  check('no script failed and the policy stopped nothing', unexpected);
  await context.close();

  const plain = await open({ javaScriptEnabled: false });
  await plain.page.goto(`${origin}/login?next=/account`);
  await plain.page.getByLabel('E-Mail-Adresse').fill('anna@praxis.example');
  await plain.page.getByLabel('Passwort').fill('falsch falsch');
  await plain.page.getByRole('button', { name: 'Anmelden' }).click();
  const told = await plain.page.getByRole('alert').textContent();
  check('a wrong password is told', told.includes('passen nicht zusammen') ? [] : [told]);
  await plain.page.getByLabel('Passwort').fill(PASSWORD);
  await plain.page.getByRole('button', { name: 'Anmelden' }).click();
  check('without JavaScript: then the code', at(plain.page, '/login/code'));
  await plain.page.getByLabel('Code aus Ihrer App').fill(codes[0]);
  await plain.page.getByRole('button', { name: 'Weiter' }).click();
  check('without JavaScript: signed in with a recovery code', at(plain.page, '/account'));
  await plain.context.close();

  const english = await open({ locale: 'en-GB' });
  await english.page.goto(`${origin}/login`);
  await look(english.page, 'login-en');
  check('English is spoken', await english.page.getByRole('button', { name: 'Sign in', exact: true }).count() === 1 ? [] : ['not']);
  await english.page.getByRole('button', { name: 'Deutsch' }).click();
  check('until German is chosen', await english.page.getByRole('button', { name: 'Anmelden', exact: true }).count() === 1 ? [] : ['not']);
  await english.context.close();
} finally {
  await browser.close();
  server.kill();
  rmSync(directory, { recursive: true, force: true });
}
process.exit(summary());
