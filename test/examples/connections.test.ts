/** Long against short connections: what the program counts, and what it says. How long things take is not looked at. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Figures, meanOf, p99Of, tableOf } from '../../examples/connections/figures.ts';
import { timeWaitIn } from '../../examples/connections/sockets.ts';
import { example } from './example.ts';

const PROGRAM = 'connections/measure.ts';

test('Each way makes all requests, over one connection or over as many as there are requests', async () => {
  const { code, stdout, stderr } = await example(PROGRAM, '--requests', '60', '--at-once', '4', '--json').end;
  assert.deepEqual([code, stderr], [0, '']);
  const { requests, atOnce, bytes, ways } = JSON.parse(stdout) as Record<string, number> & {
    ways: Figures[];
  };
  assert.deepEqual([requests, atOnce, bytes], [60, 4, 100]);
  assert.deepEqual(
    ways.map(({ name, requests: made, connections }) => [name, made, connections]),
    [
      ['one long, one by one', 60, 1],
      ['one long, 4 in flight', 60, 1],
      ['short ones, one by one', 60, 60],
      ['short ones, 4 at once', 60, 60],
    ],
  );
  for (const { perSecond, meanMs, p99Ms, timeWait, connections } of ways) {
    assert.ok(perSecond > 0 && meanMs > 0 && p99Ms >= 0);
    // The kernel may lend some out again, and has a limit for all of them.
    if (timeWait !== null) assert.ok(timeWait <= connections, `${timeWait} of ${connections}`);
  }
});

test('People get a table, with a line for each way', async () => {
  const { code, stdout, stderr } = await example(PROGRAM, '--requests', '10', '--body', '0').end;
  assert.deepEqual([code, stderr], [0, '']);
  const [first, , heads, ...rows] = stdout.trimEnd().split('\n');
  assert.equal(first, '10 requests of 0 bytes in each way, and as many bytes back.');
  assert.match(heads ?? '', /^way +connections +per second +mean ms +p99 ms +TIME_WAIT$/);
  assert.equal(rows.length, 4);
  for (const row of rows)
    assert.match(row, /^(?:one long|short ones), .* +\d+ +\d+ +\d+\.\d{3} +\d+\.\d{3} +(?:-?\d+|\?)$/);
});

test('It says how it is used, and refuses what it does not understand', async () => {
  const help = await example(PROGRAM, '--help').end;
  assert.equal(help.code, 0);
  assert.match(help.stdout, /TIME_WAIT {5}sockets/);
  const wrongs = [['--requests', '0'], ['--nonsense'], ['word']];
  const ends = await Promise.all(wrongs.map((wrong) => example(PROGRAM, ...wrong).end));
  for (const [index, { code, stdout, stderr }] of ends.entries()) {
    assert.deepEqual([code, stdout], [2, ''], wrongs[index]!.join(' '));
    assert.match(stderr, /Try --help\n$/);
  }
});

test('Ctrl-C ends it', async () => {
  const program = example(PROGRAM, '--requests', '20000', '--at-once', '2');
  assert.match(await program.line(), /^20000 requests/); // which it has only begun
  program.process.kill('SIGINT');
  const { code, signal } = await program.end;
  assert.deepEqual([code, signal], [130, null]);
});

test('Of the table of the kernel those in TIME_WAIT at this port are counted, on either side', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt',
    '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000',
    '   1: 0100007F:1F90 0100007F:B533 06 00000000:00000000 03:00000000 00000000',
    '   2: 0100007F:B534 0100007F:1F90 06 00000000:00000000 03:00000000 00000000',
    '   3: 0100007F:B535 0100007F:1F90 01 00000000:00000000 00:00000000 00000000',
    '   4: 0100007F:B536 0100007F:1F91 06 00000000:00000000 03:00000000 00000000',
    '  10: 0100007F:0050 0100007F:B537 06 00000000:00000000 03:00000000 00000000',
    '',
  ].join('\n');
  assert.equal(timeWaitIn(table, 8080), 2);
  assert.equal(timeWaitIn(table, 80), 1);
  assert.equal(timeWaitIn('', 80), 0);
});

test('The 99th percentile is one of the values that were measured', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.equal(p99Of(hundred), 99);
  assert.equal(p99Of([...hundred, 1000]), 100);
  assert.equal(p99Of([5]), 5);
  assert.equal(meanOf([1, 2, 6]), 3);
});

test('A table has its columns aligned, and a question mark for what is not known', () => {
  const row = { name: 'way', requests: 5, connections: 12, perSecond: 1234.5, meanMs: 0.1234, p99Ms: 10 };
  assert.equal(
    tableOf([
      { ...row, timeWait: 3 },
      { ...row, name: 'another way', timeWait: null },
    ]),
    [
      'way          connections  per second  mean ms  p99 ms  TIME_WAIT',
      'way                   12        1235    0.123  10.000          3',
      'another way           12        1235    0.123  10.000          ?',
    ].join('\n'),
  );
});
