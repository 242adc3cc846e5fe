/**
 * A small explicit-state model checker: it walks through every order in which the steps of a few
 * participants can happen, kills included, and stops at the first state that breaks a promise.
 *
 * A model is plain data and a list of the steps that are possible in it. There are two kinds of step:
 *
 *     can     its participant takes it sooner or later; progress may rely on it
 *     might   a mishap: a kill, a time-out, a newcomer. Tried everywhere, but progress may not rely on it
 *
 * What is looked for:
 *
 *     broken  a state that must never be, such as two inside one lock
 *     stuck   nobody `can` do anything and somebody still waits: the lost wake-up
 *     circle  steps that lead back to where they began. With none, every run ends, whatever the order, and so
 *             looking at the states where runs end is enough to find each wait that does not
 *
 * The search is breadth first, so a trace is as short as can be. Participants that run the same program are
 * interchangeable: keys sorted by participant (see `crowdKey`) make one state of all their permutations.
 * Such a key must still tell the whole state, up to who is who; when two participants look alike either
 * order is right.
 *
 * `DUODAO_MODEL=deep` asks the tests for larger sizes, `DUODAO_MODEL_TRACE=1` for the traces of what they
 * find. Not here: reordering of memory accesses. Steps are sequentially consistent, as `Atomics` are.
 *
 * @module
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

/** What every model's state has in common. */
export interface Crowd<P> {
  people: P[];
}

/** Offers one step: who takes it, its name in a trace, and what it changes in a copy of the state. */
export type Offer<P, S extends Crowd<P>> = (
  who: number,
  what: string,
  change: (next: S, self: P) => void,
) => void;

export interface Model<P, S extends Crowd<P>> {
  readonly start: S;
  /** A copy that shares nothing that a step may change. */
  copy(state: S): S;
  /** The state as a short string. */
  key(state: S): string;
  moves(state: S, can: Offer<P, S>, might: Offer<P, S>): void;
  /** What must never be and is, if anything. */
  broken(state: S): string | undefined;
  /** Asked when nobody can do anything: what is wrong with that, if anything. */
  stuck(state: S): string | undefined;
  /** What is shared, in a few words, for traces. */
  show(state: S): string;
}

export interface Report {
  readonly states: number;
  readonly steps: number;
  readonly violation: string | undefined;
  /** The steps that lead to the violation, each with the shared state after it. */
  readonly trace: readonly string[];
}

/** Visits every state that can be reached, or stops at the first violation. */
export function explore<P, S extends Crowd<P>>(model: Model<P, S>): Report {
  const numbers = new Map([[model.key(model.start), 0]]);
  const parents = [-1]; // by state number: the state it was first reached from
  const exits: number[] = []; // the states that steps lead to, in the order of the states they start from
  const firstExit: number[] = []; // by state number: where its part of `exits` begins
  let level = [model.start];
  let nextLevel: S[] = [];
  let here = model.start;
  let canGoOn = false;

  const might: Offer<P, S> = (who, _what, change) => {
    const next = model.copy(here);
    change(next, next.people[who] as P);
    const key = model.key(next);
    let number = numbers.get(key);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(key, number);
      parents.push(firstExit.length - 1);
      nextLevel.push(next);
    }
    exits.push(number);
  };
  const can: Offer<P, S> = (who, what, change) => {
    canGoOn = true;
    might(who, what, change);
  };
  const report = (violation?: string, state = 0): Report => ({
    states: numbers.size,
    steps: exits.length,
    violation,
    trace: violation === undefined ? [] : traceTo(model, state, parents, [...numbers.keys()]),
  });

  while (level.length > 0) {
    for (here of level) {
      firstExit.push(exits.length);
      canGoOn = false;
      model.moves(here, can, might);
      const violation = model.broken(here) ?? (canGoOn ? undefined : model.stuck(here));
      if (violation !== undefined) return report(violation, firstExit.length - 1);
    }
    level = nextLevel;
    nextLevel = [];
  }
  const circling = findCircle(exits, firstExit);
  return circling === undefined ? report() : report('circle: steps lead back here for ever', circling);
}

/** Walks the way to a state again, this time with words. */
function traceTo<P, S extends Crowd<P>>(
  model: Model<P, S>,
  state: number,
  parents: number[],
  keys: string[],
): string[] {
  const way: number[] = [];
  for (let at = state; at > 0; at = parents[at] as number) way.unshift(at);
  const lines: string[] = [];
  let here = model.start;
  for (const number of way) {
    let found: S | undefined;
    const offer: Offer<P, S> = (who, what, change) => {
      const next = model.copy(here);
      change(next, next.people[who] as P);
      if (found || model.key(next) !== keys[number]) return;
      found = next;
      lines.push(`${`${who + 1} ${what}`.padEnd(44)} ${model.show(next)}`);
    };
    model.moves(here, offer, offer);
    assert.ok(found, 'a way that was walked can be walked again');
    here = found;
  }
  return lines;
}

/** Finds a state that can be reached from itself, by a depth-first walk that remembers its own path. */
function findCircle(exits: number[], firstExit: number[]): number | undefined {
  const FRESH = 0;
  const ON_PATH = 1;
  const LEFT = 2;
  const marks = new Uint8Array(firstExit.length).fill(FRESH);
  const cursors = Uint32Array.from(firstExit);
  const path = [0];
  while (path.length > 0) {
    const at = path.at(-1) as number;
    const cursor = cursors[at] as number;
    marks[at] = ON_PATH;
    if (cursor === (firstExit[at + 1] ?? exits.length)) {
      marks[at] = LEFT;
      path.pop();
      continue;
    }
    cursors[at] = cursor + 1;
    const to = exits[cursor] as number;
    if (marks[to] === ON_PATH) return to;
    if (marks[to] === FRESH) path.push(to);
  }
  return undefined;
}

/**
 * One key for all permutations of the participants: each one's look, in sorted order, with the place in
 * that order of the participant it points at (-1 for none).
 */
export function crowdKey(looks: readonly string[], pointsAt: readonly number[]): string {
  const order = looks.map((_, i) => i);
  order.sort((a, b) =>
    (looks[a] as string) < (looks[b] as string) ? -1 : looks[a] === looks[b] ? a - b : 1,
  );
  let key = '';
  for (const i of order) key += looks[i] + String.fromCharCode(1 + order.indexOf(pointsAt[i] as number));
  return key;
}

/** True when the larger sizes are asked for: `DUODAO_MODEL=deep`. */
export const DEEP: boolean = process.env['DUODAO_MODEL'] === 'deep';

/** Passes when every order of steps keeps the promises of the model. */
export function assertHolds<P, S extends Crowd<P>>(t: TestContext, model: Model<P, S>, label = ''): void {
  const { states, steps, violation, trace } = explore(model);
  t.diagnostic(`${label}${label && ': '}${states} states, ${steps} steps`);
  assert.equal(violation, undefined, `${violation} after\n  ${trace.join('\n  ')}`);
}

/** Passes when the checker finds the violation that a deliberate mistake must lead to. */
export function assertCaught<P, S extends Crowd<P>>(
  t: TestContext,
  model: Model<P, S>,
  violation: RegExp,
): void {
  const report = explore(model);
  t.diagnostic(
    `${report.violation ?? 'nothing found'} after ${report.trace.length} steps; ${report.states} states`,
  );
  if (process.env['DUODAO_MODEL_TRACE']) for (const line of report.trace) t.diagnostic(`  ${line}`);
  assert.match(report.violation ?? 'nothing found', violation, report.trace.join('\n'));
}
