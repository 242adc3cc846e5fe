/**
 * `duodao doctor`: parse, try, look, print.
 *
 * @module
 */
import { probeSystem, systemFacts } from '../../platform/index.ts';
import type { Output } from '../main.ts';
import { print } from '../print.ts';
import { jsonText } from '../text.ts';
import { checksOf } from './checks.ts';
import { leftovers } from './leftovers.ts';
import { parseDoctor } from './options.ts';
import { rehearse } from './rehearsal.ts';
import { isFine, reportLines } from './report.ts';

/** Runs the command with the words after its name; returns the exit code. */
export async function doctor(words: readonly string[], { out }: Output): Promise<number> {
  const { clean, json } = parseDoctor(words);
  const checks = [...checksOf(systemFacts(), probeSystem()), await rehearse()];
  const report = { checks, leftovers: leftovers(clean) };
  const colours = (out as Partial<NodeJS.WriteStream>).hasColors?.() ?? false;
  const text = json ? jsonText({ fine: isFine(report), ...report }) : reportLines(report, colours).join('\n');
  await print(out, `${text}\n`);
  return isFine(report) ? 0 : 1;
}
