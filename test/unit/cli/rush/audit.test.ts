/** The check: true books pass, and each single lie in a ledger is found. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Audit, audit, PROBLEMS_MOST } from '../../../../src/cli/rush/audit.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { fileIn, inFolder } from '../scratch.ts';

const TRAINS = [
  { train: 'G1', classes: { second: { seats: 4, price: 1 }, first: { seats: 1, price: 2 } } },
  { train: 'G2', classes: { second: { seats: 5, price: 1 } } },
];
const ORDERS = [
  { id: 1, buyer: 'a', train: 'G1', class: 'second', seats: 3 },
  { id: '1', buyer: 'b', train: 'G1', class: 'second', seats: 2 },
  { id: 3, buyer: 'c', train: 'G9', class: 'second', seats: 2 },
  { id: 4, buyer: 'd', train: 'G1', class: 'third', seats: 2 },
  { id: 5, buyer: 'e', train: 'G1', class: 'second', seats: 0 },
  { id: 6, buyer: 'f', train: 'G1', class: 'second', seats: 1 },
];
type Line = Record<string, unknown>;
function answer(index: number, rest: Line): Line {
  const { id, train, class: name, seats } = ORDERS[index]!;
  return { id, train, class: name, seats, ...rest, seller: 1 };
}
const TRUE_LINES: readonly Line[] = [
  answer(0, { status: 'sold' }),
  answer(5, { status: 'sold' }),
  answer(1, { status: 'refused', reason: 'sold-out' }),
  answer(2, { status: 'refused', reason: 'unknown-train' }),
  answer(3, { status: 'refused', reason: 'unknown-class' }),
  answer(4, { status: 'refused', reason: 'bad-seats' }),
];

interface Given {
  readonly interrupted?: boolean;
  /** What stands behind the last line of the ledger. */
  readonly end?: string;
  readonly orders?: readonly Line[];
}

async function check(
  lines: readonly (Line | string)[],
  { interrupted = false, end = '\n', orders = ORDERS }: Given = {},
): Promise<Audit> {
  let found: Audit | undefined;
  const ndjson = (rows: readonly (Line | string)[]): string =>
    rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n');
  await inFolder(async (folder) => {
    found = await audit({
      trains: await fileIn(folder, 't', JSON.stringify(TRAINS)),
      orders: await fileIn(folder, 'o', ndjson(orders)),
      ledger: await fileIn(folder, 'l', lines.length === 0 ? '' : ndjson(lines) + end),
      interrupted,
    });
  });
  assert.ok(found);
  return { ...found, problems: found.problems.map((text) => text.replace(/^\S*\/l:/, 'l:')) };
}

/** The true lines with one replaced. */
function but(index: number, change: Line): Line[] {
  return TRUE_LINES.map((line, at) => (at === index ? { ...line, ...change } : line));
}

test('audit finds true books balanced and adds them up', async () => {
  assert.deepEqual(await check(TRUE_LINES), {
    balanced: true,
    problems: [],
    problemCount: 0,
    orders: 6,
    sold: 2,
    refused: 4,
    unanswered: 0,
    seatsSold: 4,
    seatsLeft: 6,
    oversold: 0,
  });
});

for (const [what, lines, problem] of [
  [
    'a refusal as sold out although seats were left',
    but(1, { status: 'refused', reason: 'sold-out' }),
    'l:2: order 6 was told sold-out, but 1 seats were left at the end',
  ],
  ['an order answered twice', [...TRUE_LINES, TRUE_LINES[3]!], 'l:7: order 3 is answered a second time'],
  [
    'an order nobody gave',
    [...TRUE_LINES, { ...TRUE_LINES[3]!, id: 99 }],
    'l:7: order 99 is not in the order file',
  ],
  ['an id of another type', but(0, { id: '3' }), 'l:1: order "3" is not in the order file'],
  [
    'another train than ordered',
    but(0, { train: 'G2' }),
    'l:1: order 1 was for train "G1", the ledger says "G2"',
  ],
  [
    'another class than ordered',
    but(0, { class: undefined }),
    'l:1: order 1 was for class "second", the ledger says missing',
  ],
  ['other seats than ordered', but(0, { seats: 2 }), 'l:1: order 1 was for seats 3, the ledger says 2'],
  [
    'an unknown status',
    but(3, { status: 'lost' }),
    `l:4: order 3 has no status 'sold' or 'refused': it is "lost"`,
  ],
  ['no seller', but(0, { seller: undefined }), 'l:1: order 1 does not say which seller answered it'],
  [
    'a sale on a train that does not exist',
    but(3, { status: 'sold' }),
    'l:4: order 3 was sold a seat that does not exist: train "G9", class "second"',
  ],
  ['a sale of no seats', but(5, { status: 'sold' }), 'l:6: order 5 was sold 0 seats'],
  [
    'a wrong reason: the train is known',
    but(4, { reason: 'unknown-train' }),
    'l:5: order 4 was refused for a reason that does not hold: "unknown-train"',
  ],
  [
    'a wrong reason: the train is unknown',
    but(3, { reason: 'unknown-class' }),
    'l:4: order 3 was refused for a reason that does not hold: "unknown-class"',
  ],
  [
    'a wrong reason: the seats are sound',
    but(2, { reason: 'bad-seats' }),
    'l:3: order "1" was refused for a reason that does not hold: "bad-seats"',
  ],
  [
    'a wrong reason: the seats are not sound',
    but(5, { reason: 'sold-out' }),
    'l:6: order 5 was refused for a reason that does not hold: "sold-out"',
  ],
  [
    'no reason',
    but(2, { reason: undefined }),
    'l:3: order "1" was refused for a reason that does not hold: missing',
  ],
  ['a line that is no JSON', [...TRUE_LINES, '{"id":1,'], 'l:7: is not a ledger line'],
  ['a line that is no object', [...TRUE_LINES, '[]'], 'l:7: is not a ledger line'],
  ['a blank line', [...TRUE_LINES, ''], 'l:7: is not a ledger line'],
] as const)
  test(`audit finds ${what}`, async () => {
    const { balanced, problems } = await check(lines);
    assert.equal(balanced, false);
    assert.ok(problems.includes(problem), `${problem}\nnot in\n${problems.join('\n')}`);
  });

test('audit finds seats that were oversold, and says how many', async () => {
  const found = await check(but(2, { status: 'sold', reason: undefined }));
  assert.deepEqual(found.problems, ['train "G1", second: 6 seats sold of 4, 2 too many']);
  assert.deepEqual([found.oversold, found.seatsSold, found.seatsLeft, found.sold], [2, 6, 6, 3]);
});

test('audit counts a seat twice when its order was sold twice', async () => {
  const found = await check([...TRUE_LINES, TRUE_LINES[0]!]);
  assert.deepEqual([found.oversold, found.sold, found.orders], [3, 2, 6]);
});

test('audit finds orders that were not answered, unless the run was interrupted', async () => {
  const found = await check(TRUE_LINES.slice(0, 3));
  assert.deepEqual(found.problems, ['3 orders were not answered; the first is 3']);
  assert.deepEqual([found.balanced, found.unanswered], [false, 3]);
  const stopped = await check(TRUE_LINES.slice(0, 3), { interrupted: true });
  assert.deepEqual([stopped.balanced, stopped.unanswered, stopped.problemCount], [true, 3, 0]);
});

test('audit takes an empty ledger for one without answers', async () => {
  assert.equal((await check([], { interrupted: true })).balanced, true);
  assert.equal((await check([])).unanswered, 6);
});

test('audit finds a last line that was cut short, with or without its text being whole', async () => {
  const cut = await check([...TRUE_LINES.slice(0, 5), '{"id":5,"tra'], { end: '', interrupted: true });
  assert.deepEqual(cut.problems, ['l:6: the last line is cut short']);
  assert.equal(cut.unanswered, 1);
  const whole = await check(TRUE_LINES, { end: '' });
  assert.deepEqual([whole.problems, whole.unanswered], [['l:6: the last line is cut short'], 0]);
});

test('audit keeps the first problems and counts all', async () => {
  const found = await check(Array.from({ length: 500 }, () => 'x'));
  assert.equal(found.problems.length, PROBLEMS_MOST);
  assert.equal(found.problemCount, 501, 'the lines, and the orders without an answer');
});

test('audit rejects when a file is missing or malformed, as it cannot say anything then', async () => {
  await assert.rejects(check(TRUE_LINES, { orders: [{ id: 1 }] }), UsageError);
  await inFolder(async (folder) => {
    const trains = await fileIn(folder, 't', JSON.stringify(TRAINS));
    const orders = await fileIn(folder, 'o', '');
    await assert.rejects(audit({ trains, orders, ledger: `${folder}/l` }), /Cannot read .* no such file/);
  });
});

test('audit balances every honest sale, and no sale with one seat stolen', async () => {
  const wanted = fc.record({
    train: fc.constantFrom('G1', 'G2', 'G3'),
    class: fc.constantFrom('second', 'first'),
    seats: fc.constantFrom(1, 1, 2, 3, 0, -1, 1.5),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(wanted, { minLength: 1, maxLength: 12 }), fc.nat(), async (asked, pick) => {
      const orders = asked.map((rest, id) => ({ id, buyer: 'x', ...rest }));
      const left = new Map([
        ['G1 second', 4],
        ['G1 first', 1],
        ['G2 second', 5],
      ]);
      const lines: Line[] = asked.map((rest, id) => {
        const order = { id, ...rest };
        const cell = `${order.train} ${order.class}`;
        const now = left.get(cell);
        const refuse = (reason: string): Line => ({ ...order, status: 'refused', reason, seller: 0 });
        if (order.train === 'G3') return refuse('unknown-train');
        if (now === undefined) return refuse('unknown-class');
        if (!Number.isInteger(order.seats) || order.seats < 1) return refuse('bad-seats');
        if (now < order.seats) return refuse('sold-out');
        left.set(cell, now - order.seats);
        return { ...order, status: 'sold', seller: 0 };
      });
      const honest = await check(lines, { orders });
      assert.deepEqual(honest.problems, []);
      assert.equal(
        honest.seatsLeft,
        [...left.values()].reduce((sum, seats) => sum + seats, 0),
      );
      const stolen = lines.with(pick % lines.length, {
        ...lines[pick % lines.length]!,
        seats: Number(lines[pick % lines.length]!['seats']) + 1,
      });
      assert.equal((await check(stolen, { orders })).balanced, false);
    }),
    { numRuns: 60 },
  );
});
