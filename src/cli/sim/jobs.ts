/**
 * Jobs as they are written: at the command line, in a CSV, in JSON. Here only the writing is checked; what must be true
 * of jobs, the simulator checks.
 *
 * @module
 */
import type { IoSpec, JobSpec } from '../../schedule/index.ts';
import type { JsonNode } from '../json-source.ts';
import { didYouMean } from '../nearest.ts';
import { quoted, UsageError } from '../usage-error.ts';

/** Where something is written: a file and a line, or the words of the command. */
export type Place = string;

/** The fields of a job in a CSV, and in JSON. */
const TEXT_FIELDS = ['name', 'arrival', 'burst', 'priority', 'expected', 'weight', 'cpus', 'after'] as const;
const JSON_FIELDS = [...TEXT_FIELDS, 'io', 'deadline'] as const;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Reads `name:arrival:burst[:priority]`. */
export function jobOf(word: string): JobSpec {
  const [name = '', arrival, burst, priority, ...more] = word.split(':');
  if (burst === undefined || more.length > 0)
    throw new UsageError(
      `Cannot read the job ${quoted(word)} as it is written name:arrival:burst[:priority]`,
    );
  const place = `the job ${quoted(word)}`;
  return {
    name,
    arrival: numberOf('arrival', arrival, place),
    ...burstOf(burst, place),
    ...(priority !== undefined && { priority: numberOf('priority', priority, place) }),
  };
}

/** Reads the first line of a CSV: the names of the columns, or nothing if it is a job already. */
export function columnsOf(line: string, place: Place): readonly string[] | undefined {
  const names = cellsOf(line).map((name) => name.toLowerCase());
  if (!names.includes('name') && !names.includes('burst')) return undefined;
  for (const name of names) checkField(name, TEXT_FIELDS, place);
  return names;
}

/** What the columns of a CSV are when it does not say it. */
export const COLUMNS: readonly string[] = ['name', 'arrival', 'burst', 'priority'];

/** Reads a line of a CSV. */
export function jobOfLine(line: string, columns: readonly string[], place: Place): JobSpec {
  const cells = cellsOf(line);
  if (cells.length > columns.length)
    throw new UsageError(`${place}: has ${cells.length} fields, but there are ${columns.length} columns`);
  const job: Record<string, unknown> = {};
  for (const [index, column] of columns.entries()) {
    const cell = cells[index] ?? '';
    if (cell === '') continue;
    if (column === 'name') job['name'] = cell;
    else if (column === 'burst') Object.assign(job, burstOf(cell, place));
    else if (column === 'after') job['after'] = cell.split('/');
    else if (column === 'cpus') job['cpus'] = cell.split('/').map((cpu) => numberOf('cpus', cpu, place));
    else job[column] = numberOf(column, cell, place);
  }
  return job as unknown as JobSpec;
}

/** Takes a job out of JSON. */
export function jobOfNode(node: JsonNode, place: Place): JobSpec {
  if (!(node.value instanceof Map)) throw new UsageError(`${place}: a job must be an object`);
  const job = plainOf(node) as Record<string, unknown>;
  for (const field of Object.keys(job)) checkField(field, JSON_FIELDS, place);
  return job as unknown as JobSpec;
}

/** JSON as plain values. */
export function plainOf({ value }: JsonNode): unknown {
  if (Array.isArray(value)) return (value as readonly JsonNode[]).map(plainOf);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries(
    [...(value as ReadonlyMap<string, JsonNode>)].map(([key, one]) => [key, plainOf(one)]),
  );
}

function checkField(name: string, known: readonly string[], place: Place): void {
  if (known.includes(name)) return;
  const guess = didYouMean(name, known) || `; there are ${known.join(', ')}`;
  throw new UsageError(`${place}: a job has no field ${quoted(name)}${guess}`);
}

/** Reads `3/2/4`: 3 of CPU, 2 of I/O, 4 of CPU. */
function burstOf(text: string, place: Place): { burst: number; io?: IoSpec[] } {
  const parts = text.split('/').map((part) => numberOf('burst', part, place));
  const io: IoSpec[] = [];
  let burst = 0;
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 0) burst += part;
    else io.push({ at: burst, takes: part });
  }
  return io.length === 0 ? { burst } : { burst, io };
}

function numberOf(what: string, text: string | undefined, place: Place): number {
  if (text !== undefined && NUMBER.test(text.trim())) return Number(text);
  throw new UsageError(`${place}: ${what} must be a number: it is ${quoted(text ?? '')}`);
}

/** The fields of a line, without the spaces around them; a field in quotes may have commas in it. */
function cellsOf(line: string): string[] {
  return [...`${line},`.matchAll(/\s*(?:"((?:[^"]|"")*)"\s*|([^,]*)),/g)].map(([, quotedCell, cell = '']) =>
    quotedCell === undefined ? cell.trim() : quotedCell.replaceAll('""', '"'),
  );
}
