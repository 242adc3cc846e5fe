/**
 * Where the jobs come from: the words of the command, a file, or a recorded run.
 *
 * @module
 */
import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { type JobSpec, Timeline } from '../../schedule/index.ts';
import { JsonFault, type JsonNode, parseJson } from '../json-source.ts';
import { eachLine } from '../lines.ts';
import { fileError, quoted, UsageError } from '../usage-error.ts';
import { COLUMNS, columnsOf, jobOf, jobOfLine, jobOfNode, plainOf } from './jobs.ts';

/** Programs of people and machines: short and long ones, with much I/O and with none. */
const SAMPLE: readonly JobSpec[] = [
  { name: 'editor', arrival: 0, burst: 6, priority: 1, io: [1, 2, 3, 4, 5].map((at) => ({ at, takes: 6 })) },
  { name: 'compiler', arrival: 1, burst: 22, priority: 3 },
  { name: 'mail', arrival: 3, burst: 3, priority: 2, io: [{ at: 1, takes: 4 }] },
  { name: 'backup', arrival: 4, burst: 14, priority: 5, io: [{ at: 6, takes: 8 }] },
  { name: 'search', arrival: 9, burst: 5, priority: 2 },
  { name: 'clock', arrival: 15, burst: 1, priority: 1 },
];

/** @throws {@link UsageError} for a file that cannot be read, or what is no job. */
export async function readWorkload(words: readonly string[]): Promise<readonly JobSpec[]> {
  if (words.length === 0) return SAMPLE;
  if (words.every((word) => word.includes(':') && !/[/\\]\D|\.(csv|json|ndjson|jsonl)$/.test(word)))
    return words.map(jobOf);
  const [path = '', second] = words;
  if (second !== undefined)
    throw new UsageError(`Cannot read ${quoted(second)} as there is one file already: ${path}`);
  if (/\.(ndjson|jsonl)$/.test(path)) return await readLines(path);
  if (path.endsWith('.json')) return await readJson(path);
  if (path.endsWith('.csv')) return await readCsv(path);
  throw new UsageError(
    `Cannot tell what ${quoted(path)} is: a job is name:arrival:burst, a file .csv, .json or .ndjson`,
  );
}

/** Reads what a pool or `duodao sim --json` has recorded; of several runs, the first. */
export async function readRecorded(path: string): Promise<Timeline> {
  const whole = plainOf(await nodeOf(path)) as Record<string, unknown> | null;
  const runs = whole?.['runs'];
  try {
    return Timeline.from(Array.isArray(runs) ? runs[0] : whole);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new UsageError(`${path}: ${cause.message}`, { cause });
  }
}

async function readJson(path: string): Promise<JobSpec[]> {
  const root = await nodeOf(path);
  const jobs = root.value instanceof Map ? (root.value as ReadonlyMap<string, JsonNode>).get('jobs') : root;
  if (!jobs || !Array.isArray(jobs.value))
    throw new UsageError(`${path}:${root.line}: must be a list of jobs`);
  return (jobs.value as readonly JsonNode[]).map((node) => jobOfNode(node, `${path}:${node.line}`));
}

async function readLines(path: string): Promise<JobSpec[]> {
  const jobs: JobSpec[] = [];
  await eachLine(path, (line, number) => {
    const text = textOf(line, `${path}:${number}`);
    if (text.trim() !== '') jobs.push(jobOfNode(parsed(text, path, number), `${path}:${number}`));
  });
  return jobs;
}

async function readCsv(path: string): Promise<JobSpec[]> {
  const jobs: JobSpec[] = [];
  let columns: readonly string[] | undefined;
  await eachLine(path, (line, number) => {
    const place = `${path}:${number}`;
    const text = textOf(line, place);
    if (text.trim() === '') return;
    const head = columns === undefined ? columnsOf(text, place) : undefined;
    columns ??= head ?? COLUMNS;
    if (!head) jobs.push(jobOfLine(text, columns, place));
  });
  return jobs;
}

async function nodeOf(path: string): Promise<JsonNode> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw fileError('read', path, cause);
  });
  return parsed(textOf(isUtf8(bytes) ? bytes.toString() : undefined, path).replace(/^\uFEFF/, ''), path, 1);
}

function textOf(text: string | undefined, place: string): string {
  if (text === undefined) throw new UsageError(`${place}: is not UTF-8 text`);
  return text;
}

function parsed(text: string, path: string, firstLine: number): JsonNode {
  try {
    return parseJson(text);
  } catch (cause) {
    if (!(cause instanceof JsonFault)) throw cause;
    const line = cause.line + firstLine - 1;
    throw new UsageError(`${path}:${line}:${cause.column}: is not JSON: ${cause.message}`, { cause });
  }
}
