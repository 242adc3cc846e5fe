/** Rows of processes for the tests of what is shown of them. */
import type { ProcessRow } from '../../../../src/process/index.ts';

export function rowOf(facts: Partial<ProcessRow>): ProcessRow {
  return {
    pid: 100,
    ppid: 1,
    name: 'MainProcess',
    kind: 'process',
    thread: 0,
    state: 'running',
    kernelState: 'R',
    blockedOn: null,
    blockedAt: null,
    cpuMs: 0,
    residentBytes: 0,
    startedAt: null,
    endedAt: null,
    exit: null,
    ...facts,
  };
}
