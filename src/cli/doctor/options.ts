/**
 * The words after `duodao doctor`.
 *
 * @module
 */
import { type Options, parseOptions } from '../args.ts';

const TABLE = {
  clean: { kind: 'flag', about: 'remove what programs have left that are proved dead' },
  json: { kind: 'flag', about: 'print one JSON object' },
} as const satisfies Options;

/** For the help. */
export const DOCTOR_OPTIONS: Options = TABLE;

export interface DoctorOptions {
  readonly clean: boolean;
  readonly json: boolean;
}

export function parseDoctor(words: readonly string[]): DoctorOptions {
  return parseOptions(TABLE, words);
}
