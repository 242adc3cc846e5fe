/**
 * The handshake: against itself in all combinations, against transcripts of CPython, and against those who cheat.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { DuodaoError } from '../../../../../src/base/index.ts';
import type { PythonAuth } from '../../../../../src/wire/index.ts';
import {
  ANSWER_TO_C,
  ANSWER_TO_OLD,
  ANSWER_TO_S,
  auth,
  CHALLENGE_C,
  CHALLENGE_S,
  counting,
  FAILURE,
  frame,
  hex,
  join,
  OLD_ANSWER_TO_S,
  OLD_CHALLENGE,
  refused,
  WELCOME,
} from './transcript.ts';

test('PythonAuth as a server speaks as CPython 3.12 and newer do', () => {
  const server = auth({});
  assert.equal(server.awaits, 'answer');
  assert.deepEqual(join(server.start()), CHALLENGE_S);
  assert.deepEqual(server.start(), []);
  assert.deepEqual(join(server.push(ANSWER_TO_S)), WELCOME);
  assert.equal(server.awaits, 'challenge');
  assert.deepEqual(join(server.push(CHALLENGE_C)), ANSWER_TO_C);
  assert.equal(server.awaits, 'verdict');
  assert.equal(server.isDone, false);
  assert.deepEqual(server.push(Buffer.concat([WELCOME, Buffer.from('more')])), []);
  assert.equal(server.isDone, true);
  assert.equal(server.awaits, undefined);
  assert.equal(Buffer.from(server.rest()).toString(), 'more');
  assert.equal(server.rest().length, 0);
  assert.deepEqual(server.lastWords, []);
  assert.throws(() => server.push(WELCOME), /Broken belief/);
});

test('PythonAuth as a client speaks as CPython 3.12 and newer do', () => {
  const client = auth({ role: 'client' });
  assert.equal(client.awaits, 'challenge');
  assert.deepEqual(client.start(), []);
  assert.deepEqual(join(client.push(CHALLENGE_S)), ANSWER_TO_S);
  assert.equal(client.awaits, 'verdict');
  assert.equal(client.rest().length, 0);
  assert.deepEqual(join(client.push(WELCOME)), CHALLENGE_C);
  assert.equal(client.awaits, 'answer');
  assert.deepEqual(join(client.push(ANSWER_TO_C)), WELCOME);
  assert.equal(client.isDone, true);
});

test('PythonAuth speaks with CPython 3.11 and older in both roles, if it is told to', () => {
  const server = auth({ legacy: true });
  server.start();
  assert.deepEqual(join(server.push(OLD_ANSWER_TO_S)), WELCOME);
  assert.deepEqual(join(server.push(OLD_CHALLENGE)), ANSWER_TO_OLD);
  server.push(WELCOME);
  assert.equal(server.isDone, true);

  const client = auth({ role: 'client', legacy: true, random: counting(0) });
  assert.deepEqual(join(client.push(OLD_CHALLENGE)), ANSWER_TO_OLD);
  client.push(WELCOME);
  assert.deepEqual(join(client.push(OLD_ANSWER_TO_S)), WELCOME);
  assert.equal(client.isDone, true);
});

test('PythonAuth refuses CPython 3.11 and older in both roles unless it is told to', () => {
  const server = auth({});
  server.start();
  const asServer = refused(server, OLD_ANSWER_TO_S);
  assert.deepEqual({ ...asServer.error.facts }, { refusedBy: 'us', reason: 'legacy' });
  assert.equal(asServer.error.code, 'auth');
  assert.match(
    asServer.error.message,
    /knows only MD5, as Python does up to 3\.11; the option legacy allows/,
  );
  assert.equal(asServer.lastWords, FAILURE.toString('latin1'));

  const asClient = refused(auth({ role: 'client' }), OLD_CHALLENGE);
  assert.deepEqual({ ...asClient.error.facts }, { refusedBy: 'us', reason: 'legacy' });
  assert.equal(asClient.lastWords, '');
});

/** Lets two sides talk until nobody has anything to say; what each came to. */
function talk(server: PythonAuth, client: PythonAuth): [server: string, client: string] {
  const outcomes: [string, string] = ['', ''];
  const sides = [server, client] as const;
  const inboxes: [Buffer[], Buffer[]] = [[], []];
  const say = (from: 0 | 1, words: readonly Uint8Array[]): void => {
    // Byte by byte, as the cut must not matter.
    for (const byte of join(words)) inboxes[from === 0 ? 1 : 0].push(Buffer.of(byte));
  };
  say(0, server.start());
  say(1, client.start());
  for (let isOver = false; !isOver; ) {
    isOver = true;
    for (const at of [0, 1] as const) {
      const bytes = inboxes[at].shift();
      if (!bytes || outcomes[at] !== '') continue;
      isOver = false;
      try {
        say(at, sides[at].push(bytes));
        if (sides[at].isDone) outcomes[at] = 'done';
      } catch (error) {
        assert.ok(error instanceof DuodaoError);
        say(at, sides[at].lastWords);
        outcomes[at] = `${error.code} ${error.facts['refusedBy']} ${error.facts['reason']}`;
      }
    }
  }
  return [outcomes[0] || `awaits ${server.awaits}`, outcomes[1] || `awaits ${client.awaits}`];
}

test('PythonAuth agrees with itself when the keys are equal, and refuses itself when they are not', () => {
  for (const legacyServer of [false, true])
    for (const legacyClient of [false, true]) {
      const server = (key: string): PythonAuth => auth({ key, legacy: legacyServer });
      const client = (key: string): PythonAuth =>
        auth({ role: 'client', key, legacy: legacyClient, random: randomBytes });
      assert.deepEqual(talk(server('a'), client('a')), ['done', 'done']);
      assert.deepEqual(talk(server('a'), client('b')), ['auth us wrong-key', 'auth peer wrong-key']);
    }
});

test('PythonAuth takes any key, however long, as bytes or as text', () => {
  for (const key of ['k', 'é', 'x'.repeat(1000)])
    assert.deepEqual(talk(auth({ key }), auth({ role: 'client', key: new TextEncoder().encode(key) })), [
      'done',
      'done',
    ]);
  assert.throws(() => auth({ key: '' }), { name: 'RangeError' });
  assert.throws(() => auth({ key: new Uint8Array(0) }), { name: 'RangeError' });
});

test('PythonAuth tells both sides when they take the same role', () => {
  const outcomes = talk(auth({}), auth({ random: counting(40) }));
  assert.deepEqual(outcomes, ['auth us same-role', 'auth us same-role']);
  assert.deepEqual(talk(auth({ role: 'client' }), auth({ role: 'client' })), [
    'awaits challenge',
    'awaits challenge',
  ]);
});

test('PythonAuth says that a peer without a key has none', () => {
  const { error } = refused(auth({ role: 'client' }), frame('hello'));
  assert.deepEqual({ ...error.facts }, { refusedBy: 'us', reason: 'no-key' });
  assert.match(error.message, /it does not ask for a key, so it has none/);

  const server = auth({});
  server.start();
  const asServer = refused(server, frame(hex('80049505000000000000008c01789400')));
  // A pickle of 16 bytes cannot be told from a proof by MD5.
  assert.equal(asServer.error.facts['reason'], 'legacy');
  const other = auth({});
  other.start();
  const second = refused(other, frame('hello'));
  assert.deepEqual({ ...second.error.facts }, { refusedBy: 'us', reason: 'no-key' });
  assert.equal(second.lastWords, FAILURE.toString('latin1'));
});

test('PythonAuth gives back what was to be written before it failed', () => {
  const server = auth({});
  server.start();
  const { lastWords } = refused(server, Buffer.concat([ANSWER_TO_S, frame('hello')]));
  assert.equal(lastWords, WELCOME.toString('latin1'));
});

test('PythonAuth hears that it is refused, and does not take anything else for a welcome', () => {
  const client = auth({ role: 'client' });
  client.push(CHALLENGE_S);
  const { error } = refused(client, FAILURE);
  assert.equal(error.code, 'auth');
  assert.deepEqual({ ...error.facts }, { refusedBy: 'peer', reason: 'wrong-key' });
  assert.match(error.message, /the other side refuses us/);
  for (const verdict of ['', '#WELCOME', '#WELCOME#!', 'hello']) {
    const other = auth({ role: 'client' });
    other.push(CHALLENGE_S);
    assert.equal(refused(other, frame(verdict)).error.code, 'protocol', verdict);
  }
});

test('PythonAuth refuses frames of more than 256 bytes, and other protocols, before they are here', () => {
  for (const [bytes, says] of [
    [hex('00000101'), /a frame has 0 to 256 bytes$/],
    [hex('ffffffff 0000000000000101'), /a frame has 0 to 256 bytes$/],
    [hex('fffffffe'), /a frame has 0 to 256 bytes$/],
    [Buffer.from('GET / HTTP/1.1\r\n'), /it looks like HTTP$/],
    [hex('160301020001'), /it looks like TLS$/],
  ] as const) {
    const server = auth({});
    server.start();
    const { error, lastWords } = refused(server, bytes);
    assert.equal(error.code, 'protocol');
    assert.match(error.message, says);
    assert.equal(lastWords, '');
  }
  const client = auth({ role: 'client' });
  assert.equal(refused(client, frame(Buffer.alloc(256))).error.code, 'auth');
});

test('PythonAuth takes frames in the long form', () => {
  const server = auth({});
  server.start();
  const long = Buffer.concat([hex('ffffffff 0000000000000028'), ANSWER_TO_S.subarray(4)]);
  assert.deepEqual(join(server.push(long)), WELCOME);
});
