/**
 * The list of public names, one per door of the package. A name that appears or vanishes is a decision, so it
 * is made twice: in the door and here.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { parse } from 'es-module-lexer/js';
import { NET_NAMES } from './net-names.ts';
import { textOf } from './sources.ts';

/** Every value and type that users can import, by the door they import it from. */
const PUBLIC: Readonly<Record<string, readonly string[]>> = {
  '.': [
    'activeChildren',
    'AnyFunction',
    'Barrier',
    'BarrierAction',
    'BarrierCause',
    'BarrierOptions',
    'BarrierStats',
    'BoundedSemaphore',
    'Condition',
    'ConditionOptions',
    'ConditionStats',
    'Connection',
    'currentProcess',
    'CurrentProcess',
    'CurrentTask',
    'currentTask',
    'DuodaoError',
    'Durations',
    'ErrorCode',
    'Event',
    'EventOptions',
    'EventStats',
    'Exit',
    'Facts',
    'Held',
    'isMain',
    'Items',
    'Lease',
    'Lock',
    'LockOptions',
    'LockStats',
    'LockWait',
    'LockWaitSync',
    'ManyOptions',
    'MemoryOptions',
    'parentProcess',
    'ParentProcess',
    'Participant',
    'Permit',
    'pipe',
    'PipeConnection',
    'PipeOptions',
    'Pool',
    'PoolOptions',
    'PoolStats',
    'Process',
    'ProcessCommon',
    'ProcessOptions',
    'ProcessRow',
    'ProcessState',
    'processTable',
    'Queue',
    'QueueOptions',
    'ready',
    'RLock',
    'Scalar',
    'ScalarValue',
    'ScalarView',
    'SeenExit',
    'Semaphore',
    'SemaphoreOptions',
    'SemaphoreStats',
    'Settled',
    'SharedArray',
    'SharedMap',
    'SharedMapOptions',
    'SharedMemory',
    'standby',
    'StandbyOptions',
    'StdioMode',
    'StopOptions',
    'StreamOptions',
    'SubclassOptions',
    'task',
    'Task',
    'TaskOptions',
    'TaskState',
    'Thread',
    'ThreadCommon',
    'threadCount',
    'ThreadOptions',
    'ThreadSubclassOptions',
    'Value',
    'Wait',
    'Waitable',
    'WaitableObject',
    'WaitableProcess',
    'WaitSync',
    'WorkerCount',
    'WorkerStats',
  ],
  './sync': [
    'Amounts',
    'Banker',
    'BankerOptions',
    'BankerStats',
    'Claim',
    'ClaimOptions',
    'ClaimState',
    'Counts',
    'Once',
    'OnceOptions',
    'OnceStats',
    'ReadWriteHeld',
    'ReadWriteLock',
    'ReadWriteLockOptions',
    'ReadWriteLockStats',
  ],
  './net': NET_NAMES,
  './schedule': [
    'Choice',
    'Decision',
    'edf',
    'EdfOptions',
    'Estimates',
    'fair',
    'FairOptions',
    'fcfs',
    'hrrn',
    'HrrnOptions',
    'IoSpec',
    'Job',
    'JobOutcome',
    'JobSpec',
    'JobState',
    'las',
    'LasOptions',
    'lottery',
    'LotteryOptions',
    'Measure',
    'Measures',
    'mlfq',
    'MlfqOptions',
    'Paint',
    'Policy',
    'POLICY_NAMES',
    'policyFromSpec',
    'PolicyName',
    'policyNamed',
    'PolicySpec',
    'PreemptedTo',
    'priority',
    'PriorityOptions',
    'rankedPolicy',
    'RankedPolicyOptions',
    'ReadyReason',
    'roundRobin',
    'RoundRobinOptions',
    'RunQueue',
    'simulate',
    'SimulateOptions',
    'sjf',
    'SjfOptions',
    'solaris',
    'SolarisOptions',
    'Span',
    'srtf',
    'SrtfOptions',
    'StateSpan',
    'SvgOptions',
    'TextOptions',
    'Ties',
    'Timeline',
    'TimelineJson',
    'TraceEvent',
    'TraceEvents',
    'Transition',
    'Unknown',
  ],
};

interface Conditions {
  readonly types: string;
  readonly default: string;
}

const { exports } = JSON.parse(textOf('package.json')) as { exports: Record<string, string | Conditions> };

/** The doors that package.json opens, each with the source that is built into it. */
const doors = Object.entries(exports).flatMap(([door, target]) =>
  typeof target === 'string' ? [] : [{ door, target, source: sourceOf(target.default) }],
);

function sourceOf(built: string): string {
  return built.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts');
}

const isBuilt = (source: string): boolean => existsSync(new URL(`../../${source}`, import.meta.url));

test('Every door of package.json has a list of public names, and every list a door', () => {
  assert.deepEqual(doors.map(({ door }) => door).toSorted(), Object.keys(PUBLIC).toSorted());
});

test('A string among the exports is package.json itself', () => {
  const files = Object.values(exports).filter((target) => typeof target === 'string');
  assert.deepEqual(files, ['./package.json']);
});

for (const { door, target, source } of doors) {
  test(`The door '${door}' leads to a room that is built`, () => {
    assert.match(source, /^src\/(?:index|[a-z]+\/(?:index|public))\.ts$/);
    assert.equal(target.types, target.default.replace(/\.js$/, '.d.ts'));
    assert.ok(isBuilt(source), `${source} does not exist`);
  });

  test(`The door '${door}' exports its public names and no others`, async () => {
    const [, written] = parse(textOf(source));
    const named = written.map((one) => {
      assert.ok('name' in one, `${source} exports everything of another file`);
      return one;
    });
    assert.deepEqual(named.map(({ name }) => name).toSorted(), PUBLIC[door]?.toSorted());
    const loaded = (await import(new URL(`../../${source}`, import.meta.url).href)) as object;
    const values = named.filter(({ typeOnly }) => !typeOnly).map(({ name }) => name);
    assert.deepEqual(Object.keys(loaded).toSorted(), values.toSorted());
  });
}
