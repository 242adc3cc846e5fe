/** `duodao rush` from its words to its exit code, in this very process. As a program: test/crash/rush.test.ts. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { rush } from '../../../../src/cli/rush/command.ts';
import type { LedgerEntry } from '../../../../src/cli/rush/ledger.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { assertNoLeaks, type Holdings, holdings } from '../../../harness/leaks.ts';
import { until } from '../../../harness/tree.ts';
import { failing, fileIn, inFolder, Kept, says } from '../scratch.ts';

const TRAINS = '[{"train":"G1","classes":{"second":{"seats":4,"price":1}}}]';
const OLD = '{"id":77,"train":"G1","class":"second","seats":1,"status":"sold","seller":1}\n';
const NUMBER = '\\d+(?:\\.\\d+)?';

function orderLine(id: number, seats: number, train = 'G1', name = 'second'): string {
  return `${JSON.stringify({ id, buyer: 'Li Na', train, class: name, seats })}\n`;
}

interface Given {
  readonly trains?: string;
  readonly orders?: string;
  readonly ledger?: string;
  readonly words?: readonly string[];
}

interface Shop {
  readonly folder: string;
  readonly ledger: string;
  readonly out: Kept;
  sell(): Promise<number>;
}

/** A folder with the files of one run; without `ledger` there is none yet. */
async function inShop(given: Given, look: (shop: Shop) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const { trains = TRAINS, orders = orderLine(1, 3) + orderLine(2, 3), words = [] } = given;
    const files = [
      '--trains',
      await fileIn(folder, 't', trains),
      '--orders',
      await fileIn(folder, 'o', orders),
    ];
    const ledger = `${folder}/l`;
    if (given.ledger !== undefined) await fileIn(folder, 'l', given.ledger);
    const out = new Kept();
    const all = [...files, '--ledger', ledger, '--sellers', '1', ...words];
    await look({ folder, ledger, out, sell: () => rush(all, out) });
  });
}

async function entries(path: string): Promise<LedgerEntry[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  assert.equal(lines.pop(), '', 'the last line is whole');
  return lines.map((line) => JSON.parse(line) as LedgerEntry);
}

function deafTo(): number {
  return process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');
}

let clean: Holdings;
before(async () => {
  // The first child of a process brings what stays: the arena, the bell, the watch.
  await inShop({}, async ({ sell }) => assert.equal(await sell(), 0));
  clean = holdings();
});

test('rush refuses unknown options before it touches a file', async () => {
  await assert.rejects(rush(['--check', '/nowhere', '--colour'], new Kept()), UsageError);
});

test('rush sells, writes the ledger, says how it went, and ends with 0', () => {
  const orders = [
    orderLine(1, 3),
    orderLine(2, 3),
    orderLine(3, 1, 'X'),
    orderLine(4, 1, 'G1', 'first'),
    orderLine(5, 0),
    orderLine(6, -1),
    orderLine(7, 1.5),
  ];
  return inShop({ orders: orders.join(''), ledger: OLD }, async ({ ledger, out, sell }) => {
    const deaf = deafTo();
    assert.equal(await sell(), 0);
    const said = [
      `7 orders answered in ${NUMBER} s, ${NUMBER} a second`,
      '1 orders sold (3 seats), 6 refused',
      'The books balance: on every train, seats sold and seats left make up the stock',
    ];
    assert.match(out.text, new RegExp(`^${said.join('\n').replace('(3 seats)', '\\(3 seats\\)')}\n$`));
    const answers = (await entries(ledger)).map(({ id, status, reason }) => [id, reason ?? status]);
    assert.deepEqual(answers, [
      [1, 'sold'],
      [2, 'sold-out'],
      [3, 'unknown-train'],
      [4, 'unknown-class'],
      [5, 'bad-seats'],
      [6, 'bad-seats'],
      [7, 'bad-seats'],
    ]);
    assert.equal(deafTo(), deaf);
    await assertNoLeaks(clean);
  });
});

test('rush --json prints one line that holds the result, and nothing else', () =>
  inShop({ words: ['--json', '--kill', '1', '--seed', '5'] }, async ({ out, sell }) => {
    assert.equal(await sell(), 0);
    assert.match(out.text, /^\{[^\n]*\}\n$/);
    const { seconds, ordersPerSecond, ...rest } = JSON.parse(out.text) as Record<string, unknown>;
    assert.deepEqual(rest, { orders: 2, sold: 1, refused: 1, oversold: 0, kills: 1, balanced: true });
    assert.ok(Number(seconds) > 0 && Number.isInteger(ordersPerSecond));
  }));

test('rush with bad files names file, line and field, sells nothing, and leaves an old ledger alone', () =>
  inShop({ orders: `${orderLine(1, 1)}{"id":2}\n`, ledger: OLD }, async ({ folder, ledger, out, sell }) => {
    await assert.rejects(sell(), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, new RegExp(`^${folder}/o:2: buyer must be a text: it is missing$`, 'm'));
      return true;
    });
    assert.deepEqual([await readFile(ledger, 'utf8'), out.text], [OLD, '']);
  }));

test('rush with a bad stock file sells nothing either', () =>
  inShop({ trains: '[{"train":"G1","classes":{"a":{"seats":-1,"price":1}}}]' }, async ({ folder, sell }) => {
    const rule = 'classes.a.seats must be a whole number of 0 or more: it is -1';
    await assert.rejects(sell(), says(UsageError, `${folder}/t:1: entry 1 (train "G1"), ${rule}`));
    await assert.rejects(readFile(`${folder}/l`), { code: 'ENOENT' });
  }));

test('rush with a file that is not there says which one', async () => {
  const none = 'Cannot read /nowhere/t as there is no such file or folder';
  await assert.rejects(rush(['--trains', '/nowhere/t'], new Kept()), says(UsageError, none));
  await inShop({ words: ['--orders', '/nowhere/o'] }, async ({ ledger, sell }) => {
    const missing = 'Cannot read /nowhere/o as there is no such file or folder';
    await assert.rejects(sell(), says(UsageError, missing));
    await assert.rejects(readFile(ledger), { code: 'ENOENT' });
  });
});

test('rush does not write its ledger over an input, or over what is no ledger', () =>
  inShop({}, async ({ folder, out }) => {
    const words = ['--trains', `${folder}/t`, '--orders', `${folder}/o`, '--ledger'];
    for (const name of ['t', 'o']) {
      const before = await readFile(`${folder}/${name}`, 'utf8');
      await assert.rejects(rush([...words, `${folder}/${name}`], out), UsageError);
      assert.equal(await readFile(`${folder}/${name}`, 'utf8'), before);
    }
    await assert.rejects(rush([...words, await fileIn(folder, 'notes', 'keep me')], out), UsageError);
    assert.equal(await readFile(`${folder}/notes`, 'utf8'), 'keep me');
  }));

test('rush does not take an empty input for an empty ledger', () =>
  inShop({ orders: '' }, async ({ folder, out }) => {
    const words = ['--trains', `${folder}/t`, '--orders', `${folder}/o`, '--ledger', `${folder}/o`];
    const said = `Cannot write the ledger to ${folder}/o as it is an input of this run`;
    await assert.rejects(rush(words, out), says(UsageError, said));
  }));

test('rush on a ledger that cannot be read again checks what it has written', () =>
  inShop({ words: ['--ledger', '/dev/null', '--json'] }, async ({ out, sell }) => {
    assert.equal(await sell(), 0);
    const { sold, refused, balanced } = JSON.parse(out.text) as Record<string, unknown>;
    assert.deepEqual([sold, refused, balanced], [1, 1, true]);
  }));

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`rush closes in order after ${signal}, also if it is told twice at once, and ends with ${code}`, () => {
    const orders = Array.from({ length: 100_000 }, (_, id) => orderLine(id, 1)).join('');
    return inShop({ orders }, async ({ ledger, out, sell }) => {
      const deaf = deafTo();
      const ended = sell();
      await until('it listens', () => deafTo() > deaf);
      // As npm does: it passes on what the terminal has told everybody.
      process.emit(signal, signal);
      process.emit(signal, signal);
      assert.equal(await ended, code);
      const { length } = await entries(ledger);
      assert.match(out.text, /^Stopped early: [\d,]+ orders were not answered$/m);
      assert.match(out.text, /^The books balance/m);
      assert.ok(length < 100_000);
      assert.equal(deafTo(), deaf);
      await assertNoLeaks(clean);
    });
  });
}

test('rush that fails gives back its ledger and its signals', async () => {
  const { execPath } = process;
  process.execPath = '/nowhere/node';
  try {
    await inShop({}, async ({ sell }) => {
      const deaf = deafTo();
      await assert.rejects(sell(), { code: 'exited' });
      assert.equal(deafTo(), deaf);
      await assertNoLeaks(clean);
    });
  } finally {
    process.execPath = execPath;
  }
});

test('rush fails when its result cannot be written', () =>
  inShop({}, async ({ folder }) => {
    const words = ['--trains', `${folder}/t`, '--orders', `${folder}/o`, '--ledger', `${folder}/l`];
    await assert.rejects(rush(words, failing('ENOSPC')), { code: 'broken' });
  }));
