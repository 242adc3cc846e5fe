/**
 * What was measured, in a few numbers. Pure.
 *
 * @module
 */

/** What one way came to. */
export interface Figures {
  readonly name: string;
  readonly requests: number;
  /** Connections that the server has accepted for it. */
  readonly connections: number;
  readonly perSecond: number;
  /** From the wish to ask, with connecting where that is part of it, to the answer. */
  readonly meanMs: number;
  readonly p99Ms: number;
  /** Sockets that it left in TIME_WAIT; null where the kernel does not tell. */
  readonly timeWait: number | null;
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value that 99 of 100 do not exceed: by nearest rank, so it is one of them. */
export function p99Of(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
}

const HEADS = ['way', 'connections', 'per second', 'mean ms', 'p99 ms', 'TIME_WAIT'] as const;

/** As a table with aligned columns. */
export function tableOf(rows: readonly Figures[]): string {
  const cells = rows.map(({ name, connections, perSecond, meanMs, p99Ms, timeWait }) => [
    name,
    String(connections),
    String(Math.round(perSecond)),
    meanMs.toFixed(3),
    p99Ms.toFixed(3),
    timeWait === null ? '?' : String(timeWait),
  ]);
  const lines = [[...HEADS], ...cells];
  const widths = HEADS.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('  '),
    )
    .join('\n');
}
