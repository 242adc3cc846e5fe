/** What the command says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Voice } from '../../../../src/cli/serve/voice.ts';
import { StatusLine } from '../../../../src/cli/status-line.ts';
import { failing, Kept } from '../scratch.ts';

test('Sentences begin with who says them, and nothing in them drives a terminal', () => {
  const [out, err] = [new Kept(), new Kept()];
  const voice = new Voice({ out, err }, false);
  voice.say('one\n  two\nthree \u001b[2J');
  voice.event('listening', { port: 1 });
  assert.equal(err.text, 'duodao serve: one\n  two\nduodao serve: three \\u001b[2J\n');
  assert.equal(out.text, '');
});

test('Events are lines of JSON', () => {
  const [out, err] = [new Kept(), new Kept()];
  new Voice({ out, err }, true).event('listening', { port: 1 });
  assert.equal(out.text, '{"event":"listening","port":1}\n');
});

test('A line about how it goes is taken away before a sentence', () => {
  const [out, err] = [new Kept(), new Kept()];
  const voice = new Voice({ out, err }, false);
  voice.statusLine = new StatusLine({ stream: err, inPlace: true, everyMs: 1000, line: () => 'fine' });
  voice.statusLine.draw();
  voice.say('one');
  voice.statusLine.close();
  assert.equal(err.text, '\r\u001b[Kfine\r\u001b[Kduodao serve: one\n');
});

test('Readers may leave; what could not be stored is told', async () => {
  const err = new Kept();
  for (const [code, told] of [
    ['EPIPE', ''],
    ['ENOSPC', 'duodao serve: Cannot write the output: write ENOSPC\n'],
  ] as const) {
    new Voice({ out: failing(code), err }, true).event('listening', {});
    await new Promise(setImmediate);
    assert.equal(err.text, told);
  }
  new Voice({ out: new Kept(), err: failing('EPIPE') }, false).say('nobody hears it');
  await new Promise(setImmediate);
});
