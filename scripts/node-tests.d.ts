import type { Past } from './leaks.js';

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly todo: number;
  readonly problems: readonly string[];
}

export interface NodeTests {
  readonly node: string;
  readonly files: readonly string[];
  readonly past: Past;
  readonly signal?: AbortSignal;
  readonly stdio?: 'inherit' | 'ignore';
  readonly name?: string;
  readonly testMs?: number;
  readonly fileMs?: number;
  readonly idleMs?: number;
}

export function testFiles(path: string): string[];
export function describeNode(node: string): { version: string; arch: string; execArgv: string[] };
export function runNodeTests(run: NodeTests): Promise<Outcome>;
