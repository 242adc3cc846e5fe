/** How a server goes, on a line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesText, errorsText, Standing } from '../../../../src/cli/serve/standing.ts';
import { type ServerStats, TcpServer } from '../../../../src/net/index.ts';

/** Of a server that does not listen: all is 0. */
const NONE: ServerStats = new TcpServer({ handler: () => undefined }).stats();

test('The line has counts, and rates of the last seconds', () => {
  const standing = new Standing(0);
  assert.equal(standing.line(NONE, 0), '0 active, 0 accepted, 0 messages/s, 0 B/s in, no errors');
  const stats = { ...NONE, active: 12, accepted: 3456, messagesIn: 5000, bytesIn: 12_345_678 };
  assert.equal(
    standing.line(stats, 2000),
    '12 active, 3,456 accepted, 2,500 messages/s, 6.2 MB/s in, no errors',
  );
  assert.match(standing.line({ ...stats, replaced: 2 }, 30_000), /, 2 workers replaced$/);
});

test('Errors are counted, and named', () => {
  assert.equal(errorsText(NONE), 'no errors');
  assert.equal(errorsText({ ...NONE, broken: 1 }), '1 error (1 broken)');
  assert.equal(errorsText({ ...NONE, failed: 2, dropped: 1000 }), '1,002 errors (2 failed, 1,000 dropped)');
});

test('Amounts of bytes have three digits', () => {
  const texts = [0, 999, 999.7, 1000, 99_940, 99_960, 1e6, 1.2e9, 5e12].map(bytesText);
  assert.deepEqual(texts, [
    '0 B',
    '999 B',
    '1.0 kB',
    '1.0 kB',
    '99.9 kB',
    '100 kB',
    '1.0 MB',
    '1.2 GB',
    '5,000 GB',
  ]);
});
