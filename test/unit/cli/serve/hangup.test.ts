/** SIGHUP: somebody asks, or the terminal has gone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onHangup } from '../../../../src/cli/serve/hangup.ts';
import { run } from '../../../harness/programs.ts';

/** What is heard of a SIGHUP, with a terminal or none at the start and at the signal. */
function heard(...terminals: readonly boolean[]): string[] {
  const said: string[] = [];
  const left = [...terminals];
  const ears = { asked: () => void said.push('asked'), gone: () => void said.push('gone') };
  const stop = onHangup(ears, () => left.shift() ?? assert.fail('it was asked once more'));
  process.emit('SIGHUP', 'SIGHUP');
  stop();
  assert.equal(process.listenerCount('SIGHUP'), 0);
  return said;
}

test('A SIGHUP asks, with a terminal and without', () => {
  assert.deepEqual(heard(true, true), ['asked']);
  assert.deepEqual(heard(false), ['asked']);
});

test('A SIGHUP by which the terminal has gone does not ask', () => {
  assert.deepEqual(heard(true, false), ['gone']);
});

test('It finds out by itself whether there is a terminal', () => {
  const stop = onHangup({ asked: () => undefined, gone: () => undefined });
  assert.equal(process.listenerCount('SIGHUP'), 1);
  stop();
});

test('A process whose terminal has gone ends by SIGHUP, and does not abort', async () => {
  for (const [terminals, expected] of [
    ['true, false', [null, 'SIGHUP']],
    ['true, true', [3, null]],
    ['false', [3, null]],
  ] as const) {
    const module = new URL('../../../../src/cli/serve/hangup.ts', import.meta.url).href;
    const program = `
      import { endByHangup } from ${JSON.stringify(module)};
      const left = [${terminals}];
      process.on('SIGHUP', () => {});
      endByHangup(() => left.shift());
      process.exitCode = 3;`;
    const { code, signal, stderr } = await run(undefined, ['--input-type=module', '-e', program]).end;
    assert.deepEqual([code, signal], expected, stderr);
  }
});
