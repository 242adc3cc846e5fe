/**
 * Handshakes of CPython, for tests: the bytes of both generations for one key, and a side to play them to.
 */
import assert from 'node:assert/strict';
import { DuodaoError } from '../../../../../src/base/index.ts';
import { PythonAuth, type PythonAuthOptions } from '../../../../../src/wire/index.ts';

export const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** So many bytes counting up from a first one. */
export const counting =
  (from: number) =>
  (count: number): Uint8Array =>
    Uint8Array.from({ length: count }, (_, index) => from + index);

export const frame = (...parts: (string | Uint8Array)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  return Buffer.concat([Buffer.of(0, 0, body.length >> 8, body.length), body]);
};

export function auth(options: Partial<PythonAuthOptions>): PythonAuth {
  const role = options.role ?? 'server';
  return new PythonAuth({
    role,
    key: 'geheim',
    legacy: false,
    random: counting(role === 'server' ? 0 : 40),
    ...options,
  });
}

export const join = (pieces: readonly Uint8Array[]): Buffer => Buffer.concat(pieces);

/** What a push throws, and what is to be written all the same. */
export function refused(side: PythonAuth, bytes: Uint8Array): { error: DuodaoError; lastWords: string } {
  try {
    side.push(bytes);
  } catch (error) {
    assert.ok(error instanceof DuodaoError, String(error));
    assert.throws(
      () => side.push(bytes),
      (again) => again === error,
    );
    return { error, lastWords: join(side.lastWords).toString('latin1') };
  }
  return assert.fail('nothing is refused');
}

// The key is b'geheim', the random bytes of the server are 0 to 39 and those of the client 40 to 79.
export const CHALLENGE_S: Buffer = frame('#CHALLENGE#{sha256}', counting(0)(40));
export const CHALLENGE_C: Buffer = frame('#CHALLENGE#{sha256}', counting(40)(40));
export const WELCOME: Buffer = hex('00000009 2357454c434f4d4523');
export const FAILURE: Buffer = hex('00000009 234641494c55524523');
// _create_response() of CPython 3.13.0 to each.
export const ANSWER_TO_S: Buffer = frame(
  hex('7b7368613235367d23c45729d5c0f91bffd32c5eff8ace93bdae94d8a6febf5c032ac3ef42a190d6'),
);
export const ANSWER_TO_C: Buffer = frame(
  hex('7b7368613235367d137a6f64a2ea33b9140c6f5579fd880ec9f2a57571c1ab0add0db6468b5a21d9'),
);
// What CPython 3.11 makes of the same challenge of the server, and of one of its own of bytes 0 to 19.
export const OLD_ANSWER_TO_S: Buffer = frame(hex('c3bfe24aa5f747276f1052447cf2cdb4'));
export const OLD_CHALLENGE: Buffer = frame('#CHALLENGE#', counting(0)(20));
export const ANSWER_TO_OLD: Buffer = frame(hex('7d38cf488424b093311747d476498718'));
