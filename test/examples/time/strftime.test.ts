/** Formats of times against Python's strftime, and formats that are refused. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { BadFormat, strftime, TEXT_BYTES_MAX, textFor } from '../../../examples/time/strftime.ts';

const LETTERS = 'aAbBcCdDeFgGhHIjmMnprRsStTuUVwWxXyYz%'.split('');
const ZONES = ['UTC', 'Asia/Shanghai', 'America/St_Johns'];

/** Days around the turns of years and weeks, and hours around noon, midnight and a change to summer time. */
const MOMENTS = [
  '2026-01-01T00:00:00Z',
  '2024-12-29T12:00:00Z',
  '2024-12-30T00:30:00Z',
  '2021-01-03T23:59:59Z',
  '2020-12-31T12:59:07Z',
  '2024-02-29T13:05:09Z',
  '2023-07-09T01:02:03Z',
  '2022-03-13T05:31:00Z',
  '2000-01-02T16:20:01Z',
].map((text) => Date.parse(text));

function inZone<T>(zone: string, act: () => T): T {
  const before = process.env['TZ'];
  process.env['TZ'] = zone;
  try {
    return act();
  } finally {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  }
}

test('Every directive says what it says in Python', (t) => {
  const script = `import json, sys, time
letters, moments = json.load(sys.stdin)
print(json.dumps([[time.strftime('%' + c, time.localtime(m)) for c in letters] for m in moments]))`;
  const input = JSON.stringify([LETTERS, MOMENTS.map((moment) => moment / 1000)]);
  for (const zone of ZONES) {
    const env = { ...process.env, TZ: zone, LC_ALL: 'C' };
    const { status, stdout } = spawnSync('python3', ['-c', script], { input, env, encoding: 'utf8' });
    if (status !== 0) return t.skip('there is no python3');
    const said = JSON.parse(stdout) as string[][];
    inZone(zone, () => {
      for (const [row, moment] of MOMENTS.entries())
        for (const [column, letter] of LETTERS.entries())
          assert.equal(
            strftime(`%${letter}`, new Date(moment)),
            said[row]![column],
            `%${letter} of ${new Date(moment).toISOString()} in ${zone}`,
          );
    });
  }
});

test('A format is text with directives in it, and an empty one is the usual form', () => {
  inZone('Asia/Shanghai', () => {
    const at = new Date('2026-02-03T04:05:06Z');
    assert.equal(strftime('%Y-%m-%d %X', at), '2026-02-03 12:05:06');
    assert.equal(strftime('', at), '2026-02-03 12:05:06');
    assert.equal(strftime('今天%d日, 100%%', at), '今天03日, 100%');
  });
});

test('A format with an unknown directive, a percent sign at its end, or too many bytes is refused', () => {
  const at = new Date(0);
  for (const format of ['%Q', '%', 'x%', '%-d', '%\u0000', '%😀', '%Z', 'x'.repeat(65), '中'.repeat(22)])
    assert.throws(() => strftime(format, at), BadFormat, format);
  assert.equal(strftime('%%', at), '%');
  assert.equal(strftime('x'.repeat(64), at).length, 64);
});

test('No format makes more than 512 bytes', () => {
  const at = new Date(8e12);
  assert.throws(() => strftime('%c'.repeat(32), at), BadFormat);
  for (const letter of LETTERS.filter((one) => one !== 'c'))
    assert.ok(Buffer.byteLength(strftime(`%${letter}`.repeat(32), at)) <= TEXT_BYTES_MAX, letter);
});

test('A server answers a format, says what is wrong with one, and is silent to what asks for nothing', () => {
  const at = new Date('2026-02-03T04:05:06Z');
  inZone('UTC', () => {
    assert.equal(textFor('', at), '2026-02-03 04:05:06');
    assert.equal(textFor('%H', at), '04');
  });
  assert.equal(textFor('2026-02-03 04:05:06', at), undefined);
  assert.equal(textFor('%Q', at), 'error: there is no directive "Q"');
  assert.equal(textFor('%', at), 'error: the format ends in a percent sign');
});

test('Two servers that are made to talk to each other fall silent', () => {
  for (const start of ['', '%c', '%Q', '%', '%%Y', '%'.repeat(64), `%%${'%%Q'.repeat(20)}`]) {
    let said: string | undefined = start;
    let rounds = 0;
    while (said !== undefined && rounds < 20) {
      said = textFor(said, new Date(0));
      rounds++;
    }
    assert.equal(said, undefined, `${JSON.stringify(start)} goes on for ever`);
  }
});
