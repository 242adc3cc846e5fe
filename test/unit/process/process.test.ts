/**
 * What a process gives back: the value of its target, its error with everything that a person needs, or that
 * there is no answer. And what is refused before anything is started.
 *
 * The children run the functions of test/fixtures/processes/targets.ts. How they live and end is in
 * process-life.test.ts.
 */
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { afterEach, before, test } from 'node:test';
import { DuodaoError, Lock, Process, task, Value } from '../../../src/index.ts';
import type { AnyFunction, ProcessOptions } from '../../../src/process/index.ts';
import { here } from '../../../src/memory/here.ts';
import * as targets from '../../fixtures/processes/targets.ts';
import { assertNoLeaks, type Holdings, holdings } from '../../harness/leaks.ts';
import { assertGivenBack, endChildren, restingBytes, slotsTaken } from '../../harness/tree.ts';

async function start<F extends AnyFunction>(options: ProcessOptions<F>): Promise<Process<F>> {
  return new Process(options).start();
}

/** Starts a process and gives the error that its result ends with. */
async function failure<F extends AnyFunction>(options: ProcessOptions<F>): Promise<Error> {
  const child = await start(options);
  const error: unknown = await child.result().then(
    (value) => assert.fail(`it gave ${String(value)}`),
    (reason: unknown) => reason,
  );
  assert.deepEqual(await child.join(), { how: 'exited', code: 1 });
  assert.ok(error instanceof Error);
  return error;
}

afterEach(endChildren);

let clean: Holdings;
before(async () => {
  process.env['DUODAO_ARENA_MIB'] = '24'; // small enough to be filled
  // The first child opens for good what all later ones use.
  await (await start({ target: targets.nothing })).join();
  clean = holdings();
});

test('Process gives what its target returns, awaited, as it was', async () => {
  const value = {
    map: new Map<unknown, unknown>([['a', new Set([1n, -0, Number.NaN])]]),
    date: new Date(0),
    pattern: /x/gi,
    // oxlint-disable-next-line no-sparse-arrays
    holes: [1, , 3],
    nothing: undefined,
    text: 'a\ud800b',
    numbers: new Float32Array([1.5, -2]),
    ['__proto__x']: { deep: [null] },
  };
  const children = await Promise.all([
    start({ target: targets.give, args: [value] }),
    start({ target: targets.giveLater, args: [value] }),
    start({ target: targets.nothing }),
    start({ target: targets.add, args: [1] }),
  ]);
  const [given, later, nothing, sum] = await Promise.all(children.map((child) => child.result()));
  assert.deepEqual(given, value);
  assert.deepEqual(later, value);
  assert.ok(!(1 in given.holes));
  assert.equal(nothing, undefined);
  assert.equal(sum, 11);
  for (const child of children) assert.deepEqual(await child.join(), { how: 'exited', code: 0 });
});

test('Process gives a large result byte for byte, and as often as it is asked', async () => {
  const length = 5_000_000;
  const child = await start({ target: targets.pattern, args: [length] });
  const bytes = await child.result();
  assert.equal(bytes.length, length);
  assert.ok(Buffer.compare(bytes, targets.pattern(length)) === 0);
  await child.join();
  const again = await child.result();
  assert.notEqual(again, bytes);
  assert.equal(again.length, length);
});

test('Process takes and gives shared objects as themselves, also when their maker is gone', async () => {
  const value = new Value('i32', 5);
  const counter = await start({ target: targets.count, args: [value, 2] });
  const maker = await start({ target: targets.makeQueue, args: [['a', 'b']] });
  const [echo, fn] = await Promise.all([
    start({ target: targets.give, args: [{ value, same: [value] }] }),
    start({ target: targets.apply, args: [targets.add, 3, 4] }),
  ]);
  assert.equal(await counter.result(), 5);
  assert.equal(value.value, 7);
  const given = (await echo.result()) as { value: unknown; same: unknown[] };
  assert.equal(given.value, value);
  assert.equal(given.same[0], value);
  assert.equal(await fn.result(), 7);
  assert.deepEqual(await maker.join(), { how: 'exited', code: 0 });
  const queue = await maker.result();
  assert.deepEqual([await queue.get(), await queue.get(), queue.size], ['a', 'b', 0]);
  await Promise.all([counter.join(), echo.join(), fn.join()]);
});

test('Process gives the error of its target: class, message, remote stack, code, cause and own fields', async () => {
  const [error, unsendable, expected] = await Promise.all([
    failure({ target: targets.throwTicketError }),
    failure({ target: targets.rejectUnsendable }),
    failure({ target: targets.throwExpected }),
  ]);
  assert.ok(error instanceof RangeError);
  assert.equal(error.name, 'TicketError');
  assert.equal(error.message, 'no seat left');
  assert.match(error.stack ?? '', /no seat left\n[^]*throwTicketError .*targets\.ts/);
  assert.equal((error as targets.TicketError).code, 'SOLD_OUT');
  assert.deepEqual((error as targets.TicketError).train, { number: 'G1', seats: 0 });
  assert.ok(error.cause instanceof TypeError);
  assert.equal(error.cause.message, 'the cause');

  // One field that cannot cross must not hide what went wrong.
  assert.equal(unsendable.name, 'TicketError');
  assert.equal(unsendable.message, 'half told');
  assert.match(unsendable.stack ?? '', /rejectUnsendable .*targets\.ts/);
  assert.equal((unsendable as targets.TicketError).code, 'SOLD_OUT');
  assert.match(String(unsendable.cause), /error\.retry/);

  assert.ok(expected instanceof DuodaoError);
  assert.equal(expected.code, 'over-limit');
  assert.deepEqual(expected.facts, { limit: 3 });
});

test('Process gives whatever its target throws, though it is no error', async () => {
  const nameless: unknown = Object.create(null); // it has no toString
  const thrown = ['a sentence', undefined, null, nameless];
  const children = await Promise.all(
    thrown.map((value) => start({ target: targets.throwValue, args: [value] })),
  );
  for (const [index, child] of children.entries()) {
    let caught: unknown = 'nothing';
    await child.result().catch((reason: unknown) => (caught = reason));
    if (thrown[index] === nameless) assert.deepEqual(caught, {});
    else assert.equal(caught, thrown[index]);
    assert.deepEqual(await child.join(), { how: 'exited', code: 1 });
  }
});

test('Process that ends with a text says it on standard error, as it is, and exits with 1', async () => {
  const child = await start({ target: targets.throwValue, args: ['out of tickets'], stdio: 'pipe' });
  assert.ok(child.stderr);
  assert.equal(await text(child.stderr), 'out of tickets\n');
  await assert.rejects(child.result(), (error: unknown) => error === 'out of tickets');
  assert.deepEqual(await child.join(), { how: 'exited', code: 1 });
});

test('Process says which part of its result cannot cross, or that there is no room for it', async () => {
  const error = await failure({ target: targets.closure });
  assert.ok(error instanceof DuodaoError);
  assert.equal(error.code, 'not-cloneable');
  assert.match(error.message, /^Cannot send result as result\.list\[0\]\.onDone is a /);
  assert.deepEqual(error.facts, { path: 'result.list[0].onDone' });

  const { limitBytes } = here().heap.usage();
  const full = await failure({ target: targets.pattern, args: [limitBytes] });
  assert.ok(full instanceof DuodaoError);
  assert.equal(full.code, 'no-space');
});

test('Process says by its result that there is no answer, and how it ended', async () => {
  const ends = [
    [await start({ target: targets.exit, args: [3] }), 3, /exited with code 3/],
    [await start({ target: targets.exit }), 0, /exited with code 0/],
    [await start({ target: targets.signalSelf, args: ['SIGSEGV'] }), -11, /killed by SIGSEGV/],
    [await start({ target: targets.failElsewhere, args: ['throw'] }), 1, /exited with code 1/],
    [await start({ target: targets.failElsewhere, args: ['reject'] }), 1, /exited with code 1/],
  ] as const;
  for (const [child, exitCode, words] of ends) {
    await assert.rejects(child.result(), (error: DuodaoError) => {
      assert.ok(error instanceof DuodaoError);
      assert.equal(error.code, 'exited');
      assert.match(error.message, words);
      assert.deepEqual(error.facts, { name: child.name, pid: child.pid, exitCode });
      return true;
    });
    assert.equal(child.exitCode, exitCode);
    assert.equal(child.isAlive, false);
  }
});

test('Process keeps its answer whatever happens after it', async () => {
  const code = await start({ target: targets.setExitCode, args: [7] });
  const failed = await start({ target: targets.answerAndFail });
  assert.equal(await code.result(), 'answered');
  assert.equal(await failed.result(), 'answered');
  assert.deepEqual(await code.join(), { how: 'exited', code: 7 });
  assert.deepEqual(await failed.join(), { how: 'exited', code: 1 });
  assert.equal(await failed.result(), 'answered');
});

test('Process takes a task as its target, and says by its result that its module does not load', async () => {
  const url = new URL('../../fixtures/processes/targets.ts', import.meta.url);
  const broken = new URL('../../fixtures/functions/throws-at-import.ts', import.meta.url);
  const good = await start({ target: task<typeof targets.add>(url, 'add'), args: [2, 3] });
  const [lost, missing, throws] = await Promise.all([
    failure({ target: task<typeof targets.nothing>(url, 'gone') }),
    failure({ target: task<typeof targets.nothing>(new URL('gone.ts', url), 'nothing') }),
    failure({ target: task<typeof targets.nothing>(broken, 'nothing') }),
  ]);
  assert.equal(await good.result(), 5);
  assert.equal((lost as DuodaoError).code, 'not-exported');
  assert.equal((missing as DuodaoError).code, 'not-exported');
  assert.match(throws.stack ?? '', /throws-at-import\.ts/);
  await good.join();
});

test('Process refuses a target that no other process could import, and starts nothing', async () => {
  const local = (): number => 1;
  const lock = new Lock();
  const resting = await restingBytes();
  const [slots, { children }] = [slotsTaken(), holdings()];
  for (const target of [local, targets.nothing.bind(null), Math.max] as (() => unknown)[]) {
    const child = new Process<(lock: Lock) => unknown>({ target, args: [lock] });
    await assert.rejects(child.start(), { name: 'DuodaoError', code: 'not-exported' });
    assert.deepEqual(
      [child.pid, child.isAlive, child.state, child.exitCode],
      [undefined, false, 'new', null],
    );
    await assert.rejects(child.join(), TypeError);
  }
  assert.deepEqual([slotsTaken(), holdings().children], [slots, children]);
  await assertGivenBack(resting);
});

test('Process refuses arguments that cannot cross, naming the part, and starts nothing', async () => {
  const resting = await restingBytes();
  const { children } = holdings();
  const refused = async (args: [unknown], path: string): Promise<void> => {
    const child = new Process({ target: targets.give, args });
    await assert.rejects(child.start(), (error: DuodaoError) => {
      assert.equal(error.code, 'not-cloneable');
      assert.ok(error.message.startsWith(`Cannot send args as ${path} is `), error.message);
      assert.equal(error.facts['path'], path);
      return true;
    });
    assert.equal(child.state, 'new');
  };
  await refused([{ onDone: () => {} }], 'args[0].onDone');
  await refused([[1, Promise.resolve()]], 'args[0][1]');
  await refused([new Map([['k', new WeakSet()]])], 'args[0].get("k")');
  await refused([Symbol('s')], 'args[0]');
  const tooLarge = new Process({
    target: targets.give,
    args: [new Uint8Array(here().heap.usage().limitBytes)],
  });
  await assert.rejects(tooLarge.start(), { code: 'no-space' });
  assert.deepEqual(holdings().children, children);
  await assertGivenBack(resting);
});

test('Process is not made of what is no target, no arguments, no name', () => {
  const make = (options: unknown) => (): unknown => new Process(options as ProcessOptions<() => void>);
  const target = targets.nothing;
  const daemon = { target, daemon: 'yes' };
  for (const wrong of [null, {}, { target: 'nothing' }, { target, args: 'ab' }, { target, name: 5 }, daemon])
    assert.throws(make(wrong), TypeError);
  assert.throws(make({ target, name: '' }), RangeError);
  assert.throws(make({ target, name: 'x'.repeat(64) }), RangeError);
});

test('Processes leave no child, descriptor, slot or memory behind', async () => {
  await assertNoLeaks(clean);
  assert.equal(slotsTaken(), 1);
  assert.equal(here().netHits, 0);
});
