/**
 * A server whose clients come, talk, break off, reset, send rubbish and fall silent, while its workers are killed and
 * replaced: whoever is answered is answered right, and afterwards nothing of it is left.
 *
 * How long: DUODAO_STORM_SECONDS, 4 if it is not set; with what luck: DUODAO_SEED.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { DuodaoError } from '../../src/index.ts';
import { connect, lengthPrefixed, type ServerStats } from '../../src/net/index.ts';
import { seeded } from '../fixtures/crash/random.ts';
import type { Held } from '../fixtures/net/storm-server.ts';
import { endsClean } from '../harness/clean-end.ts';
import { dial, lengthOf, prefixed } from '../harness/peer.ts';
import { run } from '../harness/programs.ts';

endsClean();

const SECONDS = Number(process.env['DUODAO_STORM_SECONDS'] ?? 4);
const SEED = Number(process.env['DUODAO_SEED'] ?? 1);
const random = seeded(SEED);
type Sight = ServerStats & { readonly held: readonly Held[] };

/** What a worker may have opened for good since it began, and what the allocator may keep. */
const DESCRIPTORS_MORE = 6;
const BYTES_MORE = 160 * 1024 * 1024;

test(`After ${SECONDS} s of storm a server holds what it held before`, async (t) => {
  const program = run('net/storm-server.ts', [], { input: 'open' });
  const address = { host: '127.0.0.1', port: Number(await program.line()) };
  let turn: Promise<unknown> = Promise.resolve();
  const order = (text: string): Promise<Sight> => {
    const answer = turn.then(async () => {
      program.tell(text);
      return JSON.parse(await program.line()) as Sight;
    });
    turn = answer;
    return answer;
  };
  const counts: Record<string, number> = {};
  const count = (what: string): void => void (counts[what] = (counts[what] ?? 0) + 1);

  /** A client that does nothing wrong. It may lose its worker, or find no room. */
  const talks = async (): Promise<void> => {
    const client = await connect(address, { framing: lengthPrefixed }).catch(() => undefined);
    try {
      for (let left = client ? 1 + random(5) : 0; left > 0; left--) {
        const message = Buffer.alloc(random(20) === 0 ? 400_000 : random(300), random(256));
        await client?.send(message);
        const answer = await client!.receive({ timeoutMs: 20_000 });
        assert.ok(answer.equals(message), 'it was answered with something else');
        count('answered');
      }
    } catch (error) {
      assert.match((error as DuodaoError).code, /^(?:broken|closed)$/, String(error));
      count('lost');
    } finally {
      client?.close();
    }
  };
  const ILL: Readonly<
    Record<string, readonly [bytes: () => Buffer, then: 'reset' | 'end' | 'leave' | 'wait']>
  > = {
    'resets at once': [() => Buffer.alloc(0), 'reset'],
    'resets in a message': [() => Buffer.concat([lengthOf(5000), Buffer.alloc(random(5000))]), 'reset'],
    'resets before its answer': [() => prefixed('x'.repeat(random(500_000))), 'reset'],
    'ends in a message': [() => Buffer.concat([lengthOf(5000), Buffer.alloc(random(5000))]), 'end'],
    'sends rubbish': [() => Buffer.alloc(64, 0xff), 'wait'],
    'is silent, and leaves': [() => Buffer.alloc(0), 'leave'],
    'does not read': [() => prefixed('x'.repeat(900_000)), 'leave'],
  };
  const kinds = Object.entries(ILL);
  const illTreats = async (): Promise<void> => {
    const [what, [bytes, then]] = kinds[random(kinds.length)]!;
    const peer = await dial(address).catch(() => undefined);
    if (!peer) return;
    if (what === 'does not read') peer.socket.pause();
    peer.write(bytes());
    await new Promise((resolve) => setTimeout(resolve, random(20)));
    if (then === 'reset' || then === 'end') peer[then]();
    if (then === 'wait' || then === 'end') await peer.gone;
    await peer.close();
    count(what);
  };

  const before = await order('look');
  const storm = { isOver: false };
  const goOn = async (): Promise<void> => {
    while (!storm.isOver) await (random(3) === 0 ? illTreats() : talks());
  };
  const all = Array.from({ length: 24 }, goOn);
  const end = performance.now() + SECONDS * 1000;
  let killed = 0;
  while (performance.now() < end) {
    const sight = await order(random(4) === 0 ? 'replace' : 'look');
    // One that has not begun yet is another story, and told as one.
    const workers = sight.workers.filter(({ accepted }) => accepted > 0);
    const victim = workers[random(workers.length)]?.pid;
    if (victim !== undefined && killed < SECONDS && random(2) === 0) {
      process.kill(victim, 'SIGKILL');
      killed++;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  storm.isOver = true;
  await Promise.all(all);
  let sight = await order('look');
  // Ill ones leave without having been accepted: they may still be in the queue of the kernel, where nobody counts
  // them. It serves who came first: when one who came after them is answered, and alone is new, all were accepted.
  const calm = async (): Promise<boolean> => {
    const { accepted } = await order('look');
    const answered = counts['answered'] ?? 0;
    await talks();
    sight = await order('look');
    const isAlone = (counts['answered'] ?? 0) > answered && sight.accepted === accepted + 1;
    return isAlone && sight.active === 0 && sight.workers.length === 2;
  };
  for (const deadline = performance.now() + 30_000; !(await calm()); )
    assert.ok(performance.now() < deadline, `it does not come to rest: ${JSON.stringify(sight)}`);
  t.diagnostic(`seed ${SEED}, ${killed} killed, ${JSON.stringify(counts)}`);
  assert.ok((counts['answered'] ?? 0) > 0);
  assert.ok(sight.replaced <= killed && sight.failed === 0, JSON.stringify(sight));
  assert.equal(sight.accepted, sight.closed);
  for (const [index, { descriptors, bytes }] of sight.held.entries()) {
    const was = before.held[index]!;
    assert.ok(
      descriptors <= was.descriptors + DESCRIPTORS_MORE,
      `${was.descriptors} descriptors, then ${descriptors}`,
    );
    assert.ok(bytes <= was.bytes + BYTES_MORE, `${was.bytes} bytes, then ${bytes}`);
  }
  program.tell('close');
  const last = JSON.parse(await program.line()) as ServerStats;
  assert.deepEqual([last.active, last.accepted], [0, sight.accepted]);
  program.process.stdin?.end();
  const { code, stderr } = await program.end;
  assert.deepEqual([code, stderr], [0, '']);
});
