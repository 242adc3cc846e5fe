/**
 * Runs beside each other, as text.
 *
 * @module
 */
import type { Decision, Paint, Timeline } from '../../schedule/index.ts';
import { columnsOf, escaped, padLeft, padRight } from '../text.ts';

/** A run, and what it is called. */
export interface Run {
  readonly label: string;
  readonly timeline: Timeline;
}

export interface ViewOptions {
  readonly colours: boolean;
  readonly columns: number;
  readonly explain: boolean;
}

const COLOUR: Readonly<Record<Parameters<Paint>[1], number>> = {
  run: 32,
  ready: 33,
  blocked: 35,
  switch: 31,
  dim: 90,
};

/** The charts of all runs; then, of one, the table of its jobs, of several, what came of each. */
export function runLines(runs: readonly Run[], options: ViewOptions): string {
  const paint: Paint = (text, what) => (options.colours ? `\u001b[${COLOUR[what]}m${text}\u001b[0m` : text);
  const isOne = runs.length === 1;
  const charts = runs.map(({ label, timeline }) => {
    const { columns } = options;
    const chart = timeline.toText({ columns, widthOf: columnsOf, paint, table: isOne });
    const why = options.explain
      ? timeline.decisions.map((one) => `${decisionLine(one, timeline.cpus)}\n`).join('')
      : '';
    return `${escaped(label)}\n${chart}${why && `\n${why}`}`;
  });
  return [...charts, comparison(runs, options.columns)].join('\n');
}

function decisionLine({ at, cpu, job, what, why, ready }: Decision, cpus: number): string {
  const where = cpus > 1 ? `CPU ${cpu}: ` : '';
  const verb = what === 'run' ? 'runs' : 'makes room';
  const others = ready === 0 ? '' : `; ready beside it: ${ready}`;
  return `${padLeft(short(at), 8)}  ${where}${escaped(job)} ${verb} as ${escaped(why)}${others}`;
}

const WIDEST_LABEL = 32;

const HEADS: readonly [head: string, of: (timeline: Timeline) => string][] = [
  ['turnaround', ({ averages }) => short(averages.turnaround)],
  ['waiting', ({ averages }) => short(averages.waiting)],
  ['response', ({ averages }) => short(averages.response)],
  ['slowdown', ({ averages }) => short(averages.slowdown)],
  ['worst wait', ({ worst }) => short(worst.waiting)],
  ['fairness', ({ fairness }) => short(fairness)],
  ['switches', ({ switches }) => String(switches)],
  ['busy', ({ utilisation }) => `${Math.round(utilisation * 100)}%`],
];

/** A row for each run: means, and what they hide; as many columns as there is room for. */
function comparison(runs: readonly Run[], columns: number): string {
  const width = Math.min(WIDEST_LABEL, Math.max(6, ...runs.map(({ label }) => columnsOf(escaped(label)))));
  let room = columns - width;
  const heads = HEADS.filter(([head]) => (room -= head.length + 1) >= 0);
  const row = (name: string, cells: readonly string[]): string =>
    padRight(name, width) +
    cells.map((cell, index) => padLeft(cell, (heads[index]?.[0].length ?? 0) + 1)).join('');
  const lines = [
    row(
      'policy',
      heads.map(([head]) => head),
    ),
    ...runs.map(({ label, timeline }) =>
      row(
        escaped(label),
        heads.map(([, of]) => of(timeline)),
      ),
    ),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function short(value: number): string {
  return String(Number(value.toFixed(2)));
}
