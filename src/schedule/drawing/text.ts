/**
 * A Gantt chart for terminals, in ASCII: which job a CPU has, what each job does, and a table of what came of it.
 *
 *     CPU 0  P1  |P2 |P3 |P1          a job's name where it begins to run; `~`: going over to it
 *     P1     ####......############   # runs   . is ready   - waits for I/O
 *
 * A column shows what lasted longest in it. Where there is room, each unit of time has equally many columns.
 *
 * @module
 */
import type { Timeline } from '../simulator/timeline.ts';
import { marks, short } from './ruler.ts';

/** What is painted. */
export type Paint = (text: string, what: 'run' | 'ready' | 'blocked' | 'switch' | 'dim') => string;

/** How a chart is drawn. */
export interface TextOptions {
  /** How wide it may be: 80 if left out. */
  readonly columns?: number;
  /** How many rows of jobs it has at most: 40 if left out. */
  readonly rows?: number;
  /** How many columns a text takes on this terminal; its characters are counted if left out. */
  readonly widthOf?: (text: string) => number;
  /** Colours; none if left out. */
  readonly paint?: Paint;
}

type What = 'run' | 'ready' | 'blocked';

const LETTERS: Readonly<Record<What, string>> = { run: '#', ready: '.', blocked: '-' };
const NAME_MOST = 12;
/** More would make short workloads hard to take in at a glance. */
const COLUMNS_PER_UNIT_MOST = 4;
const COLUMNS_LEAST = 30;

export function ganttText(timeline: Timeline, options: TextOptions): string {
  const drawing = new Drawing(timeline, options);
  return [...drawing.chart(), ...drawing.table()].map((line) => `${line.trimEnd()}\n`).join('');
}

class Drawing {
  readonly #timeline: Timeline;
  readonly #rows: number;
  readonly #widthOf: (text: string) => number;
  readonly #paint: Paint;
  readonly #label: number;
  readonly #begin: number;
  readonly #end: number;
  readonly #scale: number;
  readonly #width: number;

  constructor(timeline: Timeline, options: TextOptions) {
    const {
      columns = 80,
      rows = 40,
      widthOf = (text) => Array.from(text).length,
      paint = (text) => text,
    } = options;
    this.#timeline = timeline;
    this.#rows = rows;
    this.#widthOf = widthOf;
    this.#paint = paint;
    const names = timeline.jobs.slice(0, rows).map(({ name }) => widthOf(printable(name)));
    const cpu = `CPU ${timeline.cpus - 1}`.length;
    this.#label =
      Math.min(
        NAME_MOST,
        names.reduce((most, width) => Math.max(most, width), cpu),
      ) + 2;
    this.#begin = Math.min(0, timeline.begin);
    this.#end = Math.max(timeline.end, this.#begin + Number.MIN_VALUE);
    const room = Math.max(columns, COLUMNS_LEAST) - this.#label - 1;
    const scale = room / (this.#end - this.#begin);
    this.#scale = scale >= 1 ? Math.min(COLUMNS_PER_UNIT_MOST, Math.floor(scale)) : scale;
    this.#width = Math.min(room, Math.ceil((this.#end - this.#begin) * this.#scale - 1e-9));
  }

  chart(): string[] {
    const { spans, cpus, jobs } = this.#timeline;
    if (spans.length === 0) return [];
    const lines = Array.from({ length: cpus }, (_, cpu) => this.#cpuRow(cpu));
    lines.push(...this.#ruler());
    const cells = this.#states();
    for (const { name } of jobs.slice(0, this.#rows))
      lines.push(this.#name(name) + this.#bar(cells.get(name)));
    if (jobs.length > this.#rows) lines.push(`and ${jobs.length - this.#rows} more jobs`);
    lines.push(this.#paint('# runs  . is ready  - waits for I/O', 'dim'), '');
    return lines;
  }

  table(): string[] {
    const { jobs, averages } = this.#timeline;
    const heads = ['arrival', 'burst', 'start', 'finish', 'turnaround', 'waiting', 'response'] as const;
    const width = (head: string): number => Math.max(8, head.length + 1);
    const row = (name: string, values: readonly string[]): string =>
      this.#name(name) + heads.map((head, index) => (values[index] ?? '').padStart(width(head))).join('');
    return [
      this.#paint(row('', heads), 'dim'),
      ...jobs.slice(0, this.#rows).map((job) =>
        row(
          job.name,
          heads.map((head) => short(job[head])),
        ),
      ),
      ...(jobs.length > this.#rows ? [`and ${jobs.length - this.#rows} more jobs`] : []),
      row('mean', [
        '',
        '',
        '',
        '',
        short(averages.turnaround),
        short(averages.waiting),
        short(averages.response),
      ]),
    ];
  }

  #name(name: string): string {
    return fit(printable(name), this.#label - 2, this.#widthOf) + '  ';
  }

  #column(time: number): number {
    return Math.round((time - this.#begin) * this.#scale);
  }

  #cpuRow(cpu: number): string {
    let line = '';
    let column = 0;
    for (const { from, to, job, kind, cpu: which } of this.#timeline.spans) {
      if (which !== cpu) continue;
      const [first, last] = [Math.max(column, this.#column(from)), this.#column(to)];
      if (last <= first) continue;
      line += ' '.repeat(first - column);
      const room = last - first;
      if (kind === 'switch') line += this.#paint('~'.repeat(room), 'switch');
      else line += this.#paint(room < 2 ? '|' : `|${fit(printable(job), room - 1, this.#widthOf)}`, 'run');
      column = last;
    }
    return `${this.#name(`CPU ${cpu}`)}${line}|`;
  }

  #ruler(): string[] {
    const widest = Math.max(short(this.#end).length, short(this.#begin).length);
    const columns = Array.from({ length: this.#width + 1 }, () => '-');
    let labels = '';
    for (const time of marks(this.#begin, this.#end, this.#scale, widest + 1)) {
      const column = this.#column(time);
      if (column > this.#width) continue;
      columns[column] = '+';
      labels = labels.padEnd(column) + short(time);
    }
    const indent = ' '.repeat(this.#label);
    return [this.#paint(indent + columns.join(''), 'dim'), this.#paint(indent + labels, 'dim')];
  }

  /** For each job and column, what lasted longest. */
  #states(): Map<string, { what: What; share: number }[]> {
    const cells = new Map<string, { what: What; share: number }[]>();
    const shown = new Set(this.#timeline.jobs.slice(0, this.#rows).map(({ name }) => name));
    for (const { job, state, from, to } of this.#timeline.states(5)) {
      if (to === undefined || !shown.has(job)) continue;
      const what = state === 'running' ? 'run' : state === 'blocked' ? 'blocked' : 'ready';
      const row = cells.get(job) ?? [];
      cells.set(job, row);
      const [start, stop] = [(from - this.#begin) * this.#scale, (to - this.#begin) * this.#scale];
      for (let column = Math.floor(start + 1e-9); column < stop - 1e-9; column++) {
        const share = Math.min(stop, column + 1) - Math.max(start, column);
        if (share > (row[column]?.share ?? 0)) row[column] = { what, share };
      }
    }
    return cells;
  }

  #bar(cells: readonly ({ what: What } | undefined)[] | undefined): string {
    let line = '';
    for (let column = 0; column < Math.min(this.#width, cells?.length ?? 0); ) {
      const what = cells?.[column]?.what;
      let length = 1;
      while (column + length < this.#width && cells?.[column + length]?.what === what) length++;
      length = Math.min(length, (cells?.length ?? 0) - column);
      line += what === undefined ? ' '.repeat(length) : this.#paint(LETTERS[what].repeat(length), what);
      column += length;
    }
    return line;
  }
}

/** A text without anything that would move the cursor. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '?');
}

/** A text in exactly so many columns. */
function fit(text: string, columns: number, widthOf: (text: string) => number): string {
  let cut = '';
  for (const character of text) {
    if (widthOf(cut + character) > columns) break;
    cut += character;
  }
  return cut + ' '.repeat(Math.max(0, columns - widthOf(cut)));
}
