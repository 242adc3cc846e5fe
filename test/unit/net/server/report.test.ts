/** What is said of what went wrong, and to whom. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DuodaoError, type ErrorCode } from '../../../../src/base/index.ts';
import { isOfPeer, report } from '../../../../src/net/server/report.ts';
import { lines } from '../../../../src/wire/index.ts';
import { channelOf, turn } from '../connection/channel-parts.ts';

const CLIENT = { host: '::1', port: 5 };

/** What is written to stderr meanwhile. */
async function printed(work: () => void): Promise<string> {
  const { write } = process.stderr;
  let text = '';
  process.stderr.write = (piece: string | Uint8Array) => (text += piece.toString()) !== '';
  try {
    work();
    await turn();
  } finally {
    process.stderr.write = write;
  }
  return text;
}

test('Without a handleError a defect is printed with its client and stack, and what peers do is not', async () => {
  const error = new Error('mine');
  const text = await printed(() => report(error, CLIENT, undefined, true));
  assert.match(text, /^duodao: a handler failed while it served \[::1\]:5:\nError: mine\n {4}at /);
  assert.equal(await printed(() => report(error, CLIENT, undefined, false)), '');
});

test('A handleError is told of both, and nothing is printed', async () => {
  const told: unknown[] = [];
  const text = await printed(() => {
    for (const isDefect of [true, false])
      report('any', CLIENT, (...args) => void told.push(...args), isDefect);
  });
  assert.deepEqual([text, told], ['', ['any', CLIENT, 'any', CLIENT]]);
});

test('What a handleError throws, at once or later, is printed', async () => {
  const atOnce = (): never => {
    throw new Error('at once');
  };
  const later = (): Promise<never> => Promise.reject(new Error('later'));
  assert.match(await printed(() => report('any', CLIENT, atOnce, false)), /Error: at once\n/);
  assert.match(await printed(() => report('any', CLIENT, later, false)), /Error: later\n/);
  assert.equal(await printed(() => report('any', CLIENT, () => Promise.resolve(), false)), '');
});

/** Of an error with each code, whether it is of the peer: while the connection is open, and when it is over. */
const CODES: readonly (readonly [
  code: ErrorCode,
  whileOpen: boolean | 'ended',
  whenOver: boolean | 'ended',
])[] = [
  ['auth', true, true],
  ['protocol', true, true],
  ['broken', false, true],
  ['over-limit', false, true],
  ['timed-out', false, true],
  ['closed', false, 'ended'],
  ['exited', false, false],
  ['remote', false, false],
];
for (const [code, whileOpen, whenOver] of CODES) {
  const [open, over] = [String(whileOpen), String(whenOver)];
  test(`An error of ${code} is of the peer: ${open} while it is there, ${over} when it is gone`, () => {
    const error = new DuodaoError(code, 'x');
    assert.equal(isOfPeer(error, channelOf(lines()).channel), whileOpen);
    for (const go of ['ended', 'failed', 'wasClosed'] as const) {
      const { channel } = channelOf(lines());
      channel[go](Object.assign(new Error('x'), { code: 'ECONNRESET' }));
      assert.equal(isOfPeer(error, channel), whenOver, go);
    }
  });
}

test('What is no error of ours is a defect, also when the peer is gone', () => {
  const { channel } = channelOf(lines());
  channel.ended();
  for (const error of [new Error('x'), 'x', undefined, { code: 'broken' }])
    assert.equal(isOfPeer(error, channel), false);
});
