/**
 * Processes as users of Python's multiprocessing know them: what they are promised there, what is promised here, and
 * the proof of it, row by row.
 *
 * Rows that have no place here: start methods and contexts (each child is a fresh program), `authkey` (nothing here
 * listens), `Finalize` and its order (exit hooks are Node.js's own), the logging helpers, and `cpu_count()`
 * (`os.availableParallelism()`).
 */
import { afterEach, test } from 'node:test';
import { endsClean } from '../harness/clean-end.ts';
import { endChildren } from '../harness/tree.ts';
import { ENDS } from './python-process-ends.ts';
import { type Row, STARTS } from './python-process-starts.ts';

endsClean();
afterEach(endChildren);

const TABLE: readonly Row[] = [...STARTS, ...ENDS];

for (const { what, ours, check } of TABLE) test(`Python: ${what}. Ours: ${ours}`, check);
