/**
 * How our benches measure: all contenders in one run, round by round in turn, so that the machine's moods hit them
 * alike; the median is read, the spread is shown, and every figure has its ratio to the first contender.
 *
 * @module
 */

/** One way to do the thing: does it `count` times, and says how long that took, in milliseconds. */
export interface Contender {
  readonly name: string;
  readonly count: number;
  run(count: number): number | Promise<number>;
}

export interface Figure {
  readonly name: string;
  /** Nanoseconds for one, in each round, sorted. */
  readonly ns: readonly number[];
  readonly median: number;
}

/** Runs all contenders for so many rounds, after one round that is thrown away. */
export async function compare(contenders: readonly Contender[], rounds: number): Promise<Figure[]> {
  const all = contenders.map(() => [] as number[]);
  for (let round = -1; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const ms = await contender.run(contender.count);
      if (round >= 0) all[index]?.push((ms * 1e6) / contender.count);
    }
  }
  return contenders.map(({ name }, index) => {
    const ns = (all[index] as number[]).toSorted((a, b) => a - b);
    return { name, ns, median: ns[Math.floor(ns.length / 2)] as number };
  });
}

/** Times a piece of code that does not wait. */
export function timed(code: () => void): number {
  const start = performance.now();
  code();
  return performance.now() - start;
}

/** Prints figures as a table of Markdown; the ratio is to the first, above 1: slower than it. */
export function print(title: string, figures: readonly Figure[], unit: 'ns' | 'µs' = 'ns'): void {
  const scale = unit === 'µs' ? 1000 : 1;
  const show = (ns: number): string => (ns / scale).toFixed(ns / scale < 100 ? 1 : 0);
  const first = figures[0]?.median ?? 1;
  console.log(`\n### ${title}\n`);
  console.log(`| | ${unit} each, median | fastest–slowest round | ratio | a second |`);
  console.log('|---|---:|---:|---:|---:|');
  for (const { name, ns, median } of figures) {
    const spread = `${show(ns[0] as number)}–${show(ns.at(-1) as number)}`;
    const rate = Math.round(1e9 / median).toLocaleString('en');
    console.log(`| ${name} | ${show(median)} | ${spread} | ${(median / first).toFixed(2)} | ${rate} |`);
  }
}

/** The value below which a share of the sorted numbers lies. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
}
