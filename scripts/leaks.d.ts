import type { ProcessEntry } from './proc.js';

export const MARKER: 'DUODAO_TEST_RUN';

export interface Past {
  readonly marker: string;
  readonly tmp: string;
}

export function before(run: { marker: string; tmp: string }): Past;
export function processesLeft(past: Past): ProcessEntry[];
export function leaks(past: Past): string[];
export function settledLeaks(past: Past, graceMs?: number): Promise<string[]>;
