/**
 * Asks a time server how far this machine's clock is off. It never sets a clock.
 *
 *     node examples/time/client.ts 127.0.0.1:15123
 *
 * @module
 */
import { setTimeout as later } from 'node:timers/promises';
import { isMain } from 'duodao';
import { BadInput, Failed, numberOf, type Place, placeOf, placeText, program, wholeOf } from '../program.ts';
import { Asker, isSample, type Outcome } from './ask.ts';
import { filtered, type Result, seconds } from './measure.ts';

/** What `--help` prints. */
export const HELP: string = `Asks a time server how far this machine's clock is off. It sets no clock.

Usage:  node examples/time/client.ts [options] [HOST[:PORT]]

Without a server it asks 127.0.0.1:15123, where server.ts is. A HOST without
a PORT is asked at 123, NTP's own.

Options (what holds when left out):
  --samples N         how many questions (8)
  --interval SECONDS  between two of them (0.25; for a public server take 2)
  --timeout SECONDS   how long to wait for an answer (1)
  --version N         which version of NTP to speak, 1 to 4 (4)
  --panic SECONDS     from where on an offset is not believed (1000)
  --json              the result as one line of JSON

Examples:
  node examples/time/client.ts
  node examples/time/client.ts --samples 1 --json 127.0.0.1:15123
  node examples/time/client.ts --interval 2 --samples 4 pool.ntp.org

The best answer is the one that was on its way for the shortest time. Its
offset is how far the server is ahead of us: less than 0 is behind.

Exit code: 0 the time is known, 1 it is not (nobody answers, no answer can be
believed, or the offset is beyond --panic), 2 bad input.
`;

/** As for `parseArgs` of `node:util`. */
export const OPTIONS = {
  samples: { type: 'string' },
  interval: { type: 'string' },
  timeout: { type: 'string' },
  version: { type: 'string' },
  panic: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const LOCAL: Place = { host: '127.0.0.1', port: 15_123 };
const NTP_PORT = 123;

interface Plan {
  readonly place: Place;
  readonly samples: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly version: number;
  readonly signal: AbortSignal;
}

/** Asks until it has asked often enough, is interrupted, or the server wants no more questions. */
async function* outcomesOf(plan: Plan): AsyncGenerator<Outcome, void, void> {
  const asker = await Asker.to(plan.place);
  try {
    for (let asked = 0; asked < plan.samples; asked++) {
      if (asked > 0) await later(plan.intervalMs, undefined, { signal: plan.signal }).catch(() => undefined);
      if (plan.signal.aborted) return;
      const outcome = await asker.ask(plan);
      yield outcome;
      if (!isSample(outcome) && outcome.kiss !== undefined) return;
    }
  } finally {
    asker[Symbol.dispose]();
  }
}

function row(number: number, outcome: Outcome): string {
  const start = String(number).padStart(3);
  if (!isSample(outcome)) return `${start}  ${outcome.refused}`;
  const offset = signed(seconds(outcome.offsetNs)).padStart(18);
  const delay = (seconds(outcome.delayNs) * 1000).toFixed(3).padStart(10);
  return `${start}${offset}${delay}${String(outcome.stratum).padStart(9)}  ${outcome.reference}`;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(6)}`;
}

function inWords({ best, jitterNs }: Result, count: number): string {
  const offset = seconds(best.offsetNs);
  const delayMs = (seconds(best.delayNs) * 1000).toFixed(3);
  const side = offset < 0 ? 'behind' : 'ahead of';
  const there = new Date(Number(best.serverNs / 1_000_000n));
  return [
    `Best of ${count}: offset ${signed(offset)} s, delay ${delayMs} ms, jitter ${(jitterNs / 1e6).toFixed(3)} ms`,
    `The server is ${Math.abs(offset).toFixed(6)} s ${side} this machine; its answer says ${there.toISOString()}`,
  ].join('\n');
}

function asJson(place: Place, outcomes: readonly Outcome[], result: Result | undefined): string {
  const samples = outcomes.map((one) =>
    isSample(one)
      ? { offsetSeconds: seconds(one.offsetNs), delaySeconds: seconds(one.delayNs), stratum: one.stratum }
      : { refused: one.refused, kiss: one.kiss ?? null },
  );
  return JSON.stringify({
    server: placeText(place),
    offsetSeconds: result ? seconds(result.best.offsetNs) : null,
    delaySeconds: result ? seconds(result.best.delayNs) : null,
    jitterSeconds: result ? result.jitterNs / 1e9 : null,
    stratum: result?.best.stratum ?? null,
    reference: result?.best.reference ?? null,
    samples,
  });
}

if (isMain(import.meta)) {
  await program(HELP, OPTIONS, async ({ values, words, signal }) => {
    if (words.length > 1) throw new BadInput(`One server is asked at a time: there are ${words.length}`);
    const place = words[0] === undefined ? LOCAL : placeOf(words[0], NTP_PORT);
    const panic = numberOf('panic', values.panic, { least: 0, most: 1e10, otherwise: 1000 });
    const plan: Plan = {
      place,
      samples: wholeOf('samples', values.samples, { least: 1, most: 1000, otherwise: 8 }),
      intervalMs: 1000 * numberOf('interval', values.interval, { least: 0, most: 3600, otherwise: 0.25 }),
      timeoutMs: 1000 * numberOf('timeout', values.timeout, { least: 0.001, most: 3600, otherwise: 1 }),
      version: wholeOf('version', values.version, { least: 1, most: 4, otherwise: 4 }),
      signal,
    };
    const isQuiet = values.json === true;
    if (!isQuiet) {
      console.log(`Asking ${placeText(place)} with version ${plan.version} of NTP. No clock is set.\n`);
      console.log('  #          offset s  delay ms  stratum  reference');
    }
    const outcomes: Outcome[] = [];
    for await (const outcome of outcomesOf(plan)) {
      outcomes.push(outcome);
      if (!isQuiet) console.log(row(outcomes.length, outcome));
    }
    const samples = outcomes.filter(isSample);
    const result = filtered(samples);
    if (isQuiet) console.log(asJson(place, outcomes, result));
    else if (result) console.log(`\n${inWords(result, samples.length)}`);
    if (!result) throw new Failed(`The time is not known: ${placeText(place)} gave no answer to believe`);
    if (Math.abs(seconds(result.best.offsetNs)) > panic)
      throw new Failed(`The offset is beyond ${panic} s: one of the two clocks is wrong, find out which`);
  });
}
