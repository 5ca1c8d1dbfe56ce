// What is looked at in every page of Visite, whoever wrote it.

import { createHmac } from 'node:crypto';

export const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
export const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

let passed = 0;
let failed = 0;

/** One check, one line. `wrong` is what is wrong: empty, or a list of findings. */
export function check(what, wrong) {
  const list = [wrong].flat().filter(Boolean);
  if (list.length === 0) {
    passed += 1;
    console.log(`ok    ${what}`);
  } else {
    failed += 1;
    console.log(`FAIL  ${what}\n      ${list.slice(0, 8).join('\n      ')}`);
  }
}

/** The last line, and the code to exit with. */
export function summary() {
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

/** The code of an app with this key (base32) now. */
export function codeOf(key) {
  const bits = [...key].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const bytes = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', bytes).update(step).digest();
  const offset = mac[19] & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

// What follows runs in the page.

export const openDetails = () => document.querySelectorAll('details').forEach((details) => { details.open = true; });

/** Whether the page is wider than the window, or text wider, by more than `slack` pixels, than the box that shows it. */
export function overflowing(slack = 1) {
  const root = document.documentElement;
  const wrong = root.scrollWidth > root.clientWidth ? [`the page is ${root.scrollWidth} pixels wide`] : [];
  for (const element of document.body.querySelectorAll('*')) {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (!element.checkVisibility() || box.width <= 1 || element.closest('svg, .skip')) continue;
    const name = `${element.tagName.toLowerCase()} “${element.textContent.trim().slice(0, 40)}”`;
    if (box.right > root.clientWidth + 1 || box.left < -1) wrong.push(`beyond the edge: ${name}`);
    if (style.display !== 'inline' && element.scrollWidth > element.clientWidth + slack && element.clientWidth > 0
      && !['TR', 'TBODY', 'THEAD', 'PROGRESS'].includes(element.tagName)) wrong.push(`text is cut: ${name}`);
  }
  return wrong;
}

export function headingsInOrder() {
  const levels = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((heading) => Number(heading.tagName[1]));
  const wrong = levels.filter((level) => level === 1).length === 1 && levels[0] === 1 ? [] : ['not exactly one h1, first'];
  levels.forEach((level, index) => {
    if (index > 0 && level > levels[index - 1] + 1) wrong.push(`h${level} follows h${levels[index - 1]}`);
  });
  return wrong;
}

/** The element that has the focus, and what is wrong with how it shows that. */
export function focused() {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const name = `${element.tagName.toLowerCase()} “${element.textContent.trim().slice(0, 40)}”`;
  const wrong = [];
  // The parts of a field for dates and times take the focus from the field, which is still the one that has to show it.
  if ((!element.matches(':focus-visible') && !['date', 'time'].includes(element.type)) || style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) {
    wrong.push(`no visible focus: ${name}`);
  }
  if (style.outlineColor === getComputedStyle(document.body).backgroundColor) wrong.push(`outline like the page: ${name}`);
  if (box.bottom <= 0 || box.top >= innerHeight || box.width === 0) wrong.push(`not in sight: ${name}`);
  return { skip: element.matches('.skip'), top: box.top, wrong };
}

export function moving() {
  return [...document.querySelectorAll('*')].flatMap((element) => {
    const style = getComputedStyle(element);
    const lasts = (list) => list.split(',').some((time) => parseFloat(time) > 0);
    const moves = lasts(style.transitionDuration) || lasts(style.animationDuration) || style.scrollBehavior === 'smooth';
    return moves ? [`moves: ${element.tagName.toLowerCase()}`] : [];
  });
}
