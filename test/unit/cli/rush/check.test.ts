/** `duodao rush --check`: the sums of a ledger on standard output, and an exit code. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { main } from '../../../../src/cli/main.ts';
import { fileIn, inFolder, Kept } from '../scratch.ts';

const TRAINS = '[{"train":"G1","classes":{"second":{"seats":4,"price":1}}}]';
const ORDER = '{"id":1,"buyer":"a","train":"G1","class":"second","seats":3}';
const SOLD = '{"id":1,"train":"G1","class":"second","seats":3,"status":"sold","seller":1}';

type Checked = [code: number, out: string, err: string];

async function check(ledger: string, ...more: string[]): Promise<Checked> {
  const output = { out: new Kept(), err: new Kept() };
  let code = -1;
  await inFolder(async (folder) => {
    const words = [
      '--trains',
      await fileIn(folder, 't', TRAINS),
      '--orders',
      await fileIn(folder, 'o', ORDER),
    ];
    const path = await fileIn(folder, 'l', ledger);
    code = await main(['rush', ...words, '--check', path, ...more], output);
  });
  return [code, output.out.text, output.err.text];
}

test('rush --check ends with 0 when the books balance', async () => {
  assert.deepEqual(await check(`${SOLD}\n`), [
    0,
    '1 orders sold (3 seats), 0 refused\n' +
      'The books balance: on every train, seats sold and seats left make up the stock\n',
    '',
  ]);
});

test('rush --check ends with 1 and the problems when they do not', async () => {
  const [code, out, err] = await check(`${SOLD}\n${SOLD}\n`);
  assert.deepEqual([code, err], [1, '']);
  assert.match(out, /^Oversold by 2 seats\nThe books do not balance:\n/m);
  assert.match(out, /order 1 is answered a second time/);
});

test('rush --check --json prints one object', async () => {
  const [code, out] = await check('', '--json');
  assert.equal(code, 1);
  const found = JSON.parse(out) as Record<string, unknown>;
  assert.deepEqual([found['balanced'], found['unanswered']], [false, 1]);
});

test('rush --check of a ledger that names its buyers needs no orders, and adds up what it says', () =>
  inFolder(async (folder) => {
    const said = async (...lines: string[]): Promise<Checked> => {
      const output = { out: new Kept(), err: new Kept() };
      const trains = await fileIn(folder, 't', TRAINS);
      const ledger = await fileIn(folder, 'l', lines.map((line) => `${line}\n`).join(''));
      const code = await main(['rush', '--trains', trains, '--check', ledger], output);
      return [code, output.out.text, output.err.text];
    };
    const named = SOLD.replace('"id":1', '"id":"web-1","buyer":"Li Na"');
    const [code, out, err] = await said(named);
    assert.deepEqual([code, err, out.split('\n')[0]], [0, '', '1 orders sold (3 seats), 0 refused']);
    assert.match((await said(named, named))[1], /order "web-1" is answered a second time/);
    assert.match((await said(named, named.replace('web-1', 'web-2')))[1], /^Oversold by 2 seats$/m);
    assert.match(
      (await said(named.replace('sold', 'refused')))[1],
      /refused for a reason that does not hold/,
    );
  }));
