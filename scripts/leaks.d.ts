export const MARKER: 'DUODAO_TEST_RUN';

export interface Past {
  readonly marker: string;
  readonly tmp: string;
}

export interface LeftProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly key: string;
}

export function before(run: { marker: string; tmp: string }): Past;
export function processesLeft(past: Past): LeftProcess[];
export function leaks(past: Past): string[];
export function settledLeaks(past: Past, graceMs?: number): Promise<string[]>;
