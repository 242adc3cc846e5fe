/** What the table looks like. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { programLines } from '../../../../src/cli/top/view.ts';
import type { ProcessRow } from '../../../../src/process/index.ts';
import { rowOf } from './rows.ts';

const NOON = new Date(2030, 4, 6, 12, 30, 5).getTime();
const VIEW = { tree: false, colours: false, now: NOON + 1000 };

function lines(rows: readonly ProcessRow[], view: Partial<typeof VIEW> = {}): string[] {
  return programLines({ arena: 1, pids: [100], problem: null, rows }, { ...VIEW, ...view });
}

test('The table has a head and a line for each row, in columns', () => {
  const rows = [
    rowOf({ cpuMs: 61_234, residentBytes: 45.25 * 2 ** 20, startedAt: NOON }),
    rowOf({ pid: 1002, ppid: 100, name: '买家', state: 'blocked', kernelState: 'S', blockedOn: 'Lock "s"' }),
  ];
  assert.deepEqual(lines(rows), [
    'Program of 100: 2 alive, 0 ended',
    ' PID  PPID  NAME         KIND     STATE    K  BLOCKED-ON      CPU    MEM  STARTED   EXIT',
    ' 100     1  MainProcess  process  running  R  -           1:01.23  45.3M  12:30:05  -',
    '1002   100  买家         process  blocked  S  Lock "s"    0:00.00   0.0M  -         -',
  ]);
});

function cells(facts: Partial<ProcessRow>): string[] {
  return lines([rowOf({ name: 'x', ...facts })])[2]!
    .trim()
    .split(/ {2,}/);
}

test('What is not known is a dash, and how it ended, a code or a name', () => {
  const ended = {
    state: 'terminated',
    kernelState: null,
    cpuMs: null,
    residentBytes: null,
    pid: null,
    ppid: null,
    name: '',
  } as const;
  assert.deepEqual(cells(ended), ['-', '-', '-', 'process', 'terminated', '-', '-', '-', '-', '-', '?']);
  const exitOf = (exit: ProcessRow['exit']): string | undefined => cells({ ...ended, exit }).at(-1);
  assert.equal(exitOf({ how: 'exited', code: 3 }), '3');
  assert.equal(exitOf({ how: 'killed', signal: 'SIGKILL' }), 'SIGKILL');
  assert.equal(exitOf({ how: 'not-started' }), 'not started');
});

test('What began long ago shows its day, and much memory its gigabytes', () => {
  assert.equal(cells({ startedAt: NOON - 86_400_000 }).at(-2), '2030-05-05');
  assert.equal(cells({ residentBytes: 3 * 2 ** 30 }).at(-3), '3.0G');
});

test('The tree indents the names', () => {
  const rows = [rowOf({ pid: 7, ppid: 100, name: 'child' }), rowOf({})];
  const shown = lines(rows, { tree: true }).slice(2);
  assert.deepEqual(
    shown.map((line) => line.slice(11, 24)),
    ['MainProcess  ', '  child      '],
  );
});

test('Nothing in a name drives the terminal', () => {
  const evil = '\u001b]0;x\u0007\r\n\u009b31m\u202e';
  const rows = [rowOf({ name: evil, blockedOn: evil, kernelState: evil })];
  const text = lines(rows).join('');
  assert.doesNotMatch(text, /[\p{Cc}\u202e]/u);
  assert.ok(text.includes('\\u001b]0;x\\u0007\\u000d\\u000a\\u009b31m\\u202e'));
  const problem = programLines({ arena: 1, pids: [1, 2], problem: `no: ${evil}`, rows: [] }, VIEW);
  assert.equal(problem.length, 1);
  assert.match(problem[0]!, /^Processes 1, 2: no: \\u001b/);
});

test('Colours are for the rows, when they are wanted', () => {
  const [head, names, first] = lines([rowOf({})], { colours: true });
  assert.ok(!`${head}${names}`.includes('\u001b'));
  assert.ok(first!.startsWith('\u001b[32m') && first!.endsWith('\u001b[0m'));
});
