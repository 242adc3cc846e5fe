/** The page: whole in itself, and safe from what anybody calls a train. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { PAGE, PAGE_POLICY } from '../../../../../../src/cli/rush/listen/web/page.ts';
import { SCRIPT } from '../../../../../../src/cli/rush/listen/web/script.ts';
import { STYLE } from '../../../../../../src/cli/rush/listen/web/style.ts';
import { type Browser, openPage } from './small-dom.ts';

const EVIL = '<img src=x onerror=alert(1)>';
const FIGURES = { buyers: 1200, sold: 3, refused: 1, perSecond: 7, killed: 0 };
const CELLS = [
  { train: EVIL, class: 'second', seats: 10, price: 5, left: 4 },
  { train: EVIL, class: '1', seats: 3, price: 9, left: -1 },
  { train: 'G2', class: '__proto__', seats: 0, price: 1, left: 0 },
];

function open(
  fetch: (url: string, init: RequestInit) => Promise<unknown> = () => Promise.reject(new Error()),
): Browser {
  const browser = openPage(fetch);
  browser.events.fire('office', { cells: CELLS, ...FIGURES });
  return browser;
}

test('The page has its style and script within, and the browser may run nothing else', () => {
  for (const [tag, text] of [
    ['style', STYLE],
    ['script', SCRIPT],
  ] as const) {
    assert.ok(PAGE.includes(`<${tag}>${text}</${tag}>`));
    assert.ok(!text.includes(`</${tag}`));
    assert.ok(
      PAGE_POLICY.includes(`${tag}-src 'sha256-${createHash('sha256').update(text).digest('base64')}'`),
    );
  }
  assert.doesNotMatch(PAGE, /https?:|\bsrc=|url\(|@import| on\w+="/);
  assert.match(STYLE, /prefers-color-scheme: dark/);
});

test('The page shows trains and figures as text, whatever they are called', () => {
  const { at } = open();
  const [first, second] = at('trains').children;
  assert.deepEqual(
    first!.children.map(({ name }) => name),
    ['h2', 'div', 'div'],
  );
  assert.equal(first!.children[0]!.textContent, EVIL);
  assert.equal(first!.children[1]!.textContent, 'second · 54 / 10');
  assert.equal(second!.children[1]!.textContent, '__proto__ · 10 / 0');
  assert.deepEqual([at('buyers').textContent, at('seatsLeft').textContent], ['1,200', '3']);
  assert.doesNotMatch(SCRIPT, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function/);
});

test('The page follows the news, and shows what was oversold', () => {
  const { at, events } = open();
  const [second, first] = at('trains').children[0]!.children.slice(1);
  assert.deepEqual([...first!.classes, ...second!.classes], ['over']);
  events.fire('news', { left: [[0, 3]], ...FIGURES, sold: 4 });
  assert.equal(second!.textContent, 'second · 53 / 10');
  assert.equal(at('sold').textContent, '4');
  events.fire('error');
  assert.match(at('state').textContent, /trying again/);
  events.fire('end');
  assert.deepEqual([at('state').textContent, events.readyState], ['closed', 2]);
});

test('The page offers the classes of the chosen train, and keeps what was chosen', () => {
  const { at, events } = open();
  const classes = (): string[] => at('class').children.map(({ textContent }) => textContent);
  assert.deepEqual(classes(), ['second', '1']);
  at('class').value = '1';
  events.fire('office', { cells: CELLS, ...FIGURES });
  assert.equal(at('class').value, '1');
  at('train').value = 'G2';
  at('train').fire('change');
  assert.deepEqual(classes(), ['__proto__']);
});

test('The page asks again with the same id when the connection breaks, and says what it is told', async () => {
  const asked: string[] = [];
  const { at } = open((url, { body }) => {
    asked.push(`${url} ${body as string}`);
    if (asked.length < 3) return Promise.reject(new Error('broken'));
    return Promise.resolve({ json: () => ({ status: 'sold', left: 1021 }) });
  });
  at('buyer').value = EVIL;
  at('seats').value = '2';
  await at('order').fire('submit');
  assert.equal(at('answer').textContent, `Sold: 2 × ${EVIL} second for ${EVIL}. 1,021 left.`);
  assert.deepEqual([asked.length, new Set(asked).size], [3, 1]);
  assert.match(asked[0]!, /^orders \{"id":"web-[\da-f]{32}","buyer":"<img/);
  assert.equal((JSON.parse(asked[0]!.slice(7)) as { seats: unknown }).seats, 2);
  await at('order').fire('submit');
  assert.equal(new Set(asked).size, 2, 'the next order has an id of its own');
});

test('The page says why there was no ticket, or that nobody knows', async () => {
  const replies: unknown[] = [
    { status: 'refused', reason: 'sold-out', left: 0 },
    { status: 'error', reason: 'closing', message: 'the office is closing' },
  ];
  const { at } = open(() => {
    const reply = replies.shift();
    return reply ? Promise.resolve({ json: () => reply }) : Promise.reject(new Error('broken'));
  });
  const said: string[] = [];
  for (let i = 0; i < 3; i++) {
    await at('order').fire('submit');
    said.push(at('answer').textContent);
    assert.ok(at('answer').classes.has('bad'));
  }
  assert.match(said[0]!, /^Refused: .*: not so many seats are left \(0 left\)$/);
  assert.equal(said[1], 'Not taken: the office is closing');
  assert.match(said[2]!, /cannot be reached/);
});
