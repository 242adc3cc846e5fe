/** A rolling replacement of the workers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Discovery } from '../../../../src/cli/serve/learn.ts';
import { Renewal } from '../../../../src/cli/serve/renewal.ts';
import { DuodaoError } from '../../../../src/base/index.ts';
import { type ServerStats, TcpServer } from '../../../../src/net/index.ts';

const NONE: ServerStats = new TcpServer({ handler: () => undefined }).stats();
const STATS: ServerStats = { ...NONE, workers: [{ pid: 7, thread: 0, active: 1, accepted: 1 }] };

/** A server of which it is only asked that it replaces its workers, and what is said of that. */
function prepared(found: Discovery, replaceWorkers: () => Promise<void> = () => Promise.resolve()) {
  const said: string[] = [];
  const interruption = new AbortController();
  let replaced = 0;
  const renewal = new Renewal({
    server: {
      stats: () => STATS,
      replaceWorkers: async (options) => {
        assert.deepEqual(options, { drainMs: 5 });
        replaced++;
        await replaceWorkers();
      },
    },
    target: { url: 'file:///e.ts', module: 'e.ts', name: 'echo' },
    drainMs: 5,
    voice: {
      say: (text) => void said.push(text),
      event: (event, facts) => void said.push(`${event} ${JSON.stringify(facts)}`),
    },
    signal: interruption.signal,
    look: () => Promise.resolve(found),
  });
  return { renewal, said, interruption, replaced: () => replaced };
}

const FOUND: Discovery = { kind: 'found', name: 'echo' };

test('Workers are replaced when the module is fine, and it is said', async () => {
  const { renewal, said } = prepared(FOUND);
  await renewal.ask();
  assert.deepEqual(said, [
    'SIGHUP: replacing the workers, one by one, with e.ts as it is now',
    'replaced 1 worker',
    'replaced {"workers":[{"pid":7,"thread":0}]}',
  ]);
});

test('A module that is not fine leaves the workers as they are', async () => {
  const { renewal, said, replaced } = prepared({ kind: 'missing', handlers: [], others: [] });
  await renewal.ask();
  assert.equal(replaced(), 0);
  assert.match(said[1]!, /^Cannot serve .*\nworkers that are not replaced stay as they are$/);
  assert.match(said[2]!, /^not-replaced \{"error":"Cannot serve /);
});

test('Who asks while it goes on has one more, however often', async () => {
  let goOn = (): void => undefined;
  const { renewal, replaced } = prepared(FOUND, () => new Promise((resolve) => (goOn = resolve)));
  const all = [renewal.ask()];
  await new Promise(setImmediate);
  all.push(renewal.ask(), renewal.ask());
  goOn();
  await new Promise(setImmediate);
  assert.equal(replaced(), 2);
  goOn();
  await Promise.all(all);
  assert.equal(replaced(), 2);
  void renewal.ask();
  await new Promise(setImmediate);
  assert.equal(replaced(), 3);
});

test('Nothing is said of one that the end of the server has cut short, and none begins after it', async () => {
  const closed = new DuodaoError('closed', 'Cannot replace workers as the server is closing');
  const { renewal, said, interruption, replaced } = prepared(FOUND, () => {
    interruption.abort('SIGINT');
    return Promise.reject(closed);
  });
  await renewal.ask();
  assert.equal(said.length, 1);
  await renewal.ask();
  assert.equal(replaced(), 1);
});
