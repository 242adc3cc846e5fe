/**
 * The table of a program as lines of text.
 *
 * @module
 */
import type { ProcessRow, ProcessState } from '../../process/index.ts';
import { columnsOf, escaped, padLeft, padRight } from '../text.ts';
import type { Program } from './programs.ts';
import { treeOf } from './tree.ts';

export interface ViewOptions {
  readonly tree: boolean;
  readonly colours: boolean;
  /** Now, in milliseconds since 1970: what began today shows its hour. */
  readonly now: number;
}

interface Column {
  readonly head: string;
  readonly right?: boolean;
  readonly cell: (row: ProcessRow, depth: number, now: number) => string;
}

const NOTHING = '-';
const DAY_MS = 86_400_000;

const COLUMNS: readonly Column[] = [
  { head: 'PID', right: true, cell: ({ pid }) => numbered(pid) },
  { head: 'PPID', right: true, cell: ({ ppid }) => numbered(ppid) },
  { head: 'NAME', cell: ({ name }, depth) => '  '.repeat(depth) + (escaped(name) || NOTHING) },
  { head: 'KIND', cell: ({ kind }) => kind },
  { head: 'STATE', cell: ({ state }) => state },
  { head: 'K', cell: ({ kernelState }) => escaped(kernelState ?? NOTHING) },
  { head: 'BLOCKED-ON', cell: ({ blockedOn }) => escaped(blockedOn ?? NOTHING) },
  { head: 'CPU', right: true, cell: ({ cpuMs }) => (cpuMs === null ? NOTHING : cpuText(cpuMs)) },
  { head: 'MEM', right: true, cell: ({ residentBytes }) => bytesText(residentBytes) },
  { head: 'STARTED', cell: ({ startedAt }, _depth, now) => momentText(startedAt, now) },
  { head: 'EXIT', cell: exitText },
];

const COLOUR: Readonly<Record<ProcessState, number>> = {
  new: 36,
  ready: 36,
  running: 32,
  blocked: 33,
  suspended: 35,
  terminated: 90,
};

/** The lines of a program: what it is, then its table. */
export function programLines({ pids, problem, rows }: Program, options: ViewOptions): string[] {
  if (problem !== null) return [`Processes ${pids.join(', ')}: ${escaped(problem)}`];
  const ended = rows.filter(({ state }) => state === 'terminated').length;
  const placed = options.tree ? treeOf(rows) : rows.map((row) => ({ row, depth: 0 }));
  const cells = placed.map(({ row, depth }) => COLUMNS.map(({ cell }) => cell(row, depth, options.now)));
  const widths = COLUMNS.map(({ head }, index) =>
    Math.max(columnsOf(head), ...cells.map((line) => columnsOf(line[index]!))),
  );
  const line = (texts: readonly string[]): string =>
    COLUMNS.map(({ right }, index) => (right ? padLeft : padRight)(texts[index]!, widths[index]!))
      .join('  ')
      .trimEnd();
  return [
    `Program of ${pids[0]}: ${rows.length - ended} alive, ${ended} ended`,
    line(COLUMNS.map(({ head }) => head)),
    ...cells.map((texts, index) => coloured(line(texts), placed[index]!.row.state, options)),
  ];
}

function coloured(text: string, state: ProcessState, { colours }: ViewOptions): string {
  return colours ? `\u001b[${COLOUR[state]}m${text}\u001b[0m` : text;
}

function numbered(value: number | null): string {
  return value === null ? NOTHING : String(value);
}

/** Minutes, seconds and hundredths. */
function cpuText(cpuMs: number): string {
  const hundredths = Math.round(cpuMs / 10);
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = Math.floor(hundredths / 100);
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}.${two(hundredths % 100)}`;
}

function bytesText(bytes: number | null): string {
  if (bytes === null) return NOTHING;
  const mib = bytes / 1024 / 1024;
  return mib < 1024 ? `${mib.toFixed(1)}M` : `${(mib / 1024).toFixed(1)}G`;
}

/** The hour, of what is not long ago; else the day. In the time of this place. */
function momentText(moment: number | null, now: number): string {
  if (moment === null) return NOTHING;
  const date = new Date(moment);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (now - moment < DAY_MS)
    return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The code or the signal; `?` when it has ended and nobody noted how. */
function exitText({ exit, state }: ProcessRow): string {
  if (exit === null) return state === 'terminated' ? '?' : NOTHING;
  if (exit.how === 'exited') return String(exit.code);
  return exit.how === 'killed' ? exit.signal : 'not started';
}
