/**
 * Failures that nobody looks at: they are seen on standard error, with the name of whoever failed, and do nothing to
 * the program, unless it has asked for a result.
 *
 * The program is test/fixtures/processes/unobserved.ts.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../harness/programs.ts';

const NAME = '三号窗口';
const WENT_ON = 'the program goes on: 3\n';

/** What is said of each failure on standard error. */
const SAID: Readonly<Record<string, RegExp>> = {
  thrown: /RangeError: thrown on purpose\n +at throwError .*python\.ts/,
  away: /Error: thrown elsewhere\n +at .*targets\.ts/,
  rejected: /Error: rejected elsewhere\n +at .*targets\.ts/,
};

/** How often a text is in another. */
function countOf(part: string, whole: string): number {
  return whole.split(part).length - 1;
}

for (const kind of ['Process', 'Thread']) {
  for (const [way, said] of Object.entries(SAID)) {
    test(`A ${kind} that fails (${way}), and of which nobody asks, is told of once, by its name`, async () => {
      const { code, stdout, stderr } = await run('processes/unobserved.ts', [kind, way, 'none']).end;
      assert.match(stderr, said);
      assert.deepEqual([countOf(NAME, stderr), countOf('Error: ', stderr)], [1, 1], stderr);
      assert.deepEqual([code, stdout], [0, WENT_ON], stderr);
    });
  }

  test(`A ${kind} that listens to errors that nobody catches is not told of`, async () => {
    const { code, stdout, stderr } = await run('processes/unobserved.ts', [kind, 'caught', 'none']).end;
    assert.deepEqual([code, stdout, stderr], [0, WENT_ON, '']);
  });

  test(`A ${kind} that fails rejects no join(), so it does not matter that nobody waits for that`, async () => {
    const { code, stdout, stderr } = await run('processes/unobserved.ts', [kind, 'thrown', 'joins']).end;
    assert.deepEqual([code, stdout], [0, WENT_ON], stderr);
  });

  test(`A ${kind} whose result is asked for, and not waited for, ends the program as any such promise`, async () => {
    // Node.js ends a program with code 1 for a rejection that nobody handles, and prints it: here with the stack of
    // whoever failed. It ends as soon as it is told, so it may be faster than what they print themselves.
    const { code, stderr } = await run('processes/unobserved.ts', [kind, 'thrown', 'asks']).end;
    assert.equal(code, 1, stderr);
    assert.match(stderr, SAID['thrown'] as RegExp);
    assert.match(stderr, /^Node\.js v/m);
  });

  test(`A ${kind} whose result nobody waits for is told to who listens to such promises`, async () => {
    const { code, stdout, stderr } = await run('processes/unobserved.ts', [kind, 'thrown', 'listens']).end;
    const heard = 'heard of: RangeError: thrown on purpose\n';
    assert.deepEqual([code, countOf(heard, stdout), stdout.replace(heard, '')], [0, 1, WENT_ON], stderr);
  });
}
