/**
 * `duodao rush` as people run it: whatever is killed and however often, every order is answered once, no seat is sold
 * twice, and nobody is left behind. See rush-interrupted.test.ts for how it is stopped, rush-outputs.test.ts for where
 * it writes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { booksOf, orderLines, resultOf, withRun } from './rush-run.ts';

const torture = process.env['DUODAO_TORTURE'] === '1';

test('rush sells the whole sample, and its books are true', () =>
  withRun({ words: '--json --sellers 2' }, async (run) => {
    const ended = await run.ended;
    assert.deepEqual([ended.code, ended.stderr], [0, '']);
    const { seconds, ordersPerSecond, ...rest } = resultOf(ended);
    const { answered, ...books } = booksOf(run);
    assert.equal(answered, 20_000);
    assert.deepEqual(rest, { ...books, kills: 0, balanced: true });
    assert.ok(Number(seconds) > 0 && Number(ordersPerSecond) > 0);
  }));

for (const [kills, sellers] of [
  [20, 2],
  [3, 1],
  ...(torture
    ? [
        [100, 4],
        [60, 8],
        [20, 1],
      ]
    : []),
]) {
  test(`rush with ${kills} of its sellers killed, ${sellers} at a time, loses and doubles nothing`, () =>
    withRun({ words: `--json --sellers ${sellers} --kill ${kills}` }, async (run) => {
      const ended = await run.ended;
      assert.deepEqual([ended.code, ended.stderr], [0, '']);
      const result = resultOf(ended);
      assert.deepEqual([result['kills'], result['balanced'], result['oversold']], [kills, true, 0]);
      const { answered, oversold } = booksOf(run);
      assert.deepEqual([answered, oversold], [20_000, 0]);
    }));
}

test('rush goes on when others kill its sellers', () =>
  withRun({ words: '--json --sellers 2', orders: orderLines(30_000) }, async (run) => {
    await run.untilLines(1);
    for (let kill = 0, length = 1; kill < (torture ? 30 : 3) && length < 25_000; kill++) {
      const sellers = run.alive().filter((pid) => pid !== run.child.pid);
      if (sellers.length > 0) process.kill(sellers[kill % sellers.length]!, 'SIGKILL');
      await run.untilLines(length + 1000);
      ({ length } = run.lines());
    }
    const ended = await run.ended;
    assert.equal(ended.code, 0, ended.stderr);
    const { answered, oversold } = booksOf(run);
    assert.deepEqual([answered, oversold], [30_000, 0]);
  }));

test('rush --no-lock oversells, says by how much, and ends with 1', () =>
  withRun({ words: '--no-lock --sellers 4' }, async (run) => {
    const { code, stdout } = await run.ended;
    const { answered, oversold } = booksOf(run);
    assert.equal(code, 1);
    assert.equal(answered, 20_000);
    assert.ok(oversold > 0);
    assert.match(stdout, new RegExp(`^Oversold by ${oversold.toLocaleString('en')} seats$`, 'm'));
    assert.match(stdout, /^The books do not balance:$/m);
    assert.match(stdout, /^That is the race: /m);
  }));

test('rush answers 200,000 orders', () =>
  withRun({ words: '--json --sellers 2', orders: orderLines(200_000) }, async (run) => {
    const ended = await run.ended;
    assert.equal(ended.code, 0, ended.stderr);
    const { answered, sold, oversold } = booksOf(run);
    assert.deepEqual([answered, sold, oversold], [200_000, 1031, 0]);
  }));

test('rush without orders has nothing to do, and its books balance', () =>
  withRun({ words: '--json', orders: '' }, async (run) => {
    const { code, stdout } = await run.ended;
    assert.equal(code, 0);
    const { orders, sold, refused, balanced } = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual([orders, sold, refused, balanced], [0, 0, 0, true]);
  }));

test('rush without room in shared memory says so, and leaves the old ledger alone', async () => {
  const old = '{"id":77,"train":"G1","class":"second","seats":1,"status":"sold","seller":1}\n';
  const shape = { orders: orderLines(100_000), env: { DUODAO_ARENA_MIB: '1' }, old };
  await withRun(shape, async (run) => {
    const { code, stdout, stderr } = await run.ended;
    assert.deepEqual([code, stdout, run.lines().length, `${run.lines()[0]}\n`], [1, '', 1, old]);
    assert.match(stderr, /^duodao rush: Cannot find \d+ bytes of shared memory: .* DUODAO_ARENA_MIB\n$/);
  });
});

for (const code of [0, 3]) {
  test(`rush gives up, and says why, when every seller ends with ${code} before it begins`, async () => {
    const leave = `if (process.argv.some((word) => word.startsWith('--duodao-child='))) process.exit(${code});`;
    const bash = `echo "${leave}" > leave.cjs; NODE_OPTIONS="--require $PWD/leave.cjs" exec $RUSH --json --sellers 2`;
    await withRun({ bash }, async (run) => {
      const ended = await run.ended;
      assert.deepEqual([ended.code, ended.stdout, run.lines()], [1, '', []]);
      const why = `seller \\d+ ended without an answer: it exited with code ${code}`;
      const said = `Cannot sell as the sellers die, and no order is answered: ${why}`;
      assert.match(ended.stderr, new RegExp(`^duodao rush: ${said}\n$`));
    });
  });
}
