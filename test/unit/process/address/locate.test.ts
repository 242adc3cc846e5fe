/**
 * `locate()` leaves nothing behind: no open session, no global property, no hold on what it was asked about.
 */
import assert from 'node:assert/strict';
import { Session } from 'node:inspector';
import { mock, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { locate } from '../../../../src/process/address/locate.ts';

export function here(): void {}

test('locate() gives script, text and variables of a module function', () => {
  const [place] = locate([here]);
  assert.equal(place?.url, import.meta.url);
  assert.equal(place.isModule, true);
  assert.equal(place.isClosure, false);
  assert.ok(place.source.includes(Function.prototype.toString.call(here)));
  assert.equal(Reflect.get(place.variables ?? {}, 'here'), here);
});

test('locate() answers in order, with undefined for what has no source', () => {
  const one = (): void => {};
  const places = locate([Math.max, here, one]);
  assert.equal(places[0], undefined);
  assert.equal(places[1]?.url, import.meta.url);
  assert.equal(places[2]?.url, import.meta.url);
});

test('locate() closes its session and takes its global property back, also when it fails', () => {
  const before = Reflect.ownKeys(globalThis);
  const closed = mock.method(Session.prototype, 'disconnect');
  const ask = mock.method(Session.prototype, 'post', () => {
    throw new Error('refused');
  });
  try {
    assert.throws(() => locate([here]), /refused/);
    ask.mock.restore();
    locate([here]);
    assert.equal(closed.mock.callCount(), 2);
  } finally {
    ask.mock.restore();
    closed.mock.restore();
  }
  assert.deepEqual(Reflect.ownKeys(globalThis), before);
});

test('locate() does not keep a function alive', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const look = (): WeakRef<object> => {
    const kept = { big: true };
    const closure = (): object => kept;
    locate([closure]);
    return new WeakRef(kept);
  };
  const ref = look();
  // A WeakRef holds its target until the end of the job that made it.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  assert.equal(ref.deref(), undefined);
});
