/** The words after `duodao sim`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSim } from '../../../../src/cli/sim/options.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { says } from '../scratch.ts';

test('parseSim knows what holds when options are left out', () => {
  const { policies, workload, ...rest } = parseSim([]);
  assert.deepEqual(
    policies.map(({ label }) => label),
    ['fcfs', 'sjf', 'srtf', 'rr', 'mlfq'],
  );
  assert.deepEqual(workload, []);
  assert.deepEqual(rest, {
    cpus: undefined,
    switchCost: 0,
    degree: Number.POSITIVE_INFINITY,
    atQuantumEnd: 'arrival-first',
    estimates: 'exact',
    replay: undefined,
    explain: false,
    svg: undefined,
    trace: undefined,
    json: false,
  });
});

test('parseSim tells jobs from the values of options, wherever they stand', () => {
  const words = [
    'A:0:1',
    '--cpus',
    '2',
    'B:0:1',
    '--explain',
    'C:0:1',
    '--switch-cost=0.5',
    '--expired-first',
  ];
  const options = parseSim(words);
  assert.deepEqual(options.workload, ['A:0:1', 'B:0:1', 'C:0:1']);
  assert.deepEqual([options.cpus, options.switchCost, options.explain], [2, 0.5, true]);
  assert.equal(options.atQuantumEnd, 'expired-first');
});

test('parseSim refuses what cannot be', () => {
  const refused: [string[], string][] = [
    [['--quantum', '0'], '--quantum must be above 0: it is "0"'],
    [['--quantum', 'x'], '--quantum must be a number of 0 or more: it is "x"'],
    [['--switch-cost', '-1'], '--switch-cost must be a number of 0 or more: it is "-1"'],
    [['--cpus', '0'], '--cpus must be a whole number from 1 to 64: it is "0"'],
    [['--estimates', 'some'], '--estimates must be exact, learned or none: it is "some"'],
    [['--replay', 'x.json', 'A:0:1'], 'Cannot run "A:0:1" as --replay says which jobs to run'],
    [['--svg'], '--svg needs a value: --svg FILE'],
    [['--polcy', 'rr'], 'Unknown option --polcy; did you mean --policy?'],
  ];
  for (const [words, message] of refused) assert.throws(() => parseSim(words), says(UsageError, message));
});
