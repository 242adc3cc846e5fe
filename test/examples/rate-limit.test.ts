/** How often somebody may ask, with a clock that the test turns. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateLimit } from '../../examples/rate-limit.ts';

test('Somebody may ask a few times at once, then at the steady rate', () => {
  const limit = new RateLimit({ burst: 3, perSecond: 2 });
  const verdicts = [0, 0, 0, 0, 100, 500, 600, 1000].map((nowMs) => limit.ask('a', nowMs));
  assert.deepEqual(verdicts, ['ok', 'ok', 'ok', 'tell', 'silent', 'ok', 'silent', 'ok']);
});

test('Who asks too often is told so once a second, however often he asks', () => {
  const limit = new RateLimit({ burst: 1, perSecond: 0 });
  assert.equal(limit.ask('a', 0), 'ok');
  const told: number[] = [];
  for (let nowMs = 10; nowMs < 3000; nowMs += 10) if (limit.ask('a', nowMs) === 'tell') told.push(nowMs);
  assert.deepEqual(told, [10, 1010, 2010]);
});

test('A bucket does not hold more than a burst, however long nobody asked', () => {
  const limit = new RateLimit({ burst: 2, perSecond: 100 });
  const verdicts = [0, 1_000_000, 1_000_000, 1_000_000].map((nowMs) => limit.ask('a', nowMs));
  assert.deepEqual(verdicts, ['ok', 'ok', 'ok', 'tell']);
});

test('Askers do not take from each other', () => {
  const limit = new RateLimit({ burst: 1, perSecond: 0 });
  assert.deepEqual(
    ['a', 'b', 'a', 'b'].map((key) => limit.ask(key, 0)),
    ['ok', 'ok', 'tell', 'tell'],
  );
});

test('A million addresses take no more room than the table has, and one that keeps asking is not forgotten', () => {
  const limit = new RateLimit({ burst: 1, perSecond: 0, mostKeys: 100 });
  limit.ask('busy', 0);
  for (let address = 0; address < 10_000; address++) {
    limit.ask(`${address}`, 0);
    if (address % 50 === 0) assert.notEqual(limit.ask('busy', 0), 'ok');
  }
  assert.equal(limit.size, 100);
});
