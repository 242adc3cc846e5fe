/**
 * The world around a barrier (barrier.ts): who comes, who is late, gives up or dies, and who resets it.
 *
 * What is promised, whoever dies:
 *
 *     together         a round passes only when all its parties have arrived, each with a number of its own
 *     one word         all parties of a round are told the same, however late they look
 *     nobody forgotten nobody sleeps though his round is over, or the action is for him to run, or there is room
 *     no vain wait     nobody waits in a round for one who is dead and had arrived, or took part in the round before
 *     derived words    whenever the guard is free and clean: the count is what the entries say
 *
 * @module
 */
import { Barrier, type BarrierRules, type Person, type State } from './barrier.ts';
import type { Model, Offer } from './explore.ts';
import { offerCut } from './stores.ts';

export interface BarrierOptions extends BarrierRules {
  readonly people: number;
  readonly rounds: number;
  readonly crashes: number;
  readonly giveUps?: number;
  readonly resets?: number;
}

export function barrierModel(options: BarrierOptions): Model<Person, State> {
  const start: Person = {
    at: 'enters',
    round: 0,
    index: -1,
    passed: 0,
    entry: 0,
    note: 0,
    leaver: false,
    entrant: false,
  };
  return {
    start: {
      people: Array.from({ length: options.people }, () => ({ ...start })),
      round: 1,
      isBroken: false,
      count: 0,
      acting: 0,
      torn: false,
      didPass: 0,
      didBreak: 0,
      fault: '',
      crashes: options.crashes,
      giveUps: options.giveUps ?? 0,
      resets: options.resets ?? 0,
    },
    copy: (s) => ({ ...s, people: s.people.map((p) => ({ ...p })) }),
    key: (s) => keyOf(s, options),
    moves: (s, can, might) => moves(s, can, might, options),
    broken(s) {
      if (s.fault) return s.fault;
      const present = s.people.filter(({ entry }) => entry === s.round).length;
      return s.torn || s.count === present ? undefined : 'the count is wrong';
    },
    stuck: (s) => stuck(s, options),
    show: (s) =>
      `round ${s.round}${s.isBroken ? ' broken' : ''} count ${s.count}${s.torn ? ' torn' : ''} ` +
      s.people.map((p) => `${p.at}@${p.round}`).join(),
  };
}

/** All but who is who; the first stays the first where only he knows the action. */
function keyOf(s: State, { action }: BarrierOptions): string {
  const { people, ...rest } = s;
  const looks = people.map((p) => Object.values(p).join());
  const sorted = action === 'first' ? [looks[0], ...looks.slice(1).sort()] : looks.sort();
  return `${Object.values(rest).join()}|${sorted.join('|')}`;
}

function moves(
  s: State,
  can: Offer<Person, State>,
  might: Offer<Person, State>,
  options: BarrierOptions,
): void {
  const offer = (
    how: Offer<Person, State>,
    who: number,
    what: string,
    act: (barrier: Barrier, self: Person, n: State) => void,
  ): void =>
    offerCut(who, what, {
      can: how,
      might: s.crashes > 0 ? might : undefined,
      act: (n, self, stores) => {
        const barrier = new Barrier(n, options, stores);
        barrier.repair();
        act(barrier, self, n);
      },
      die: (n, self) => {
        die(n, self);
        n.torn = true;
      },
    });
  for (const [i, p] of s.people.entries()) {
    if (p.at === 'dead' || p.at === 'buried') continue;
    if (p.at === 'enters') {
      if (p.passed < options.rounds) offer(can, i, 'enters', (barrier, self) => barrier.enter(self));
      else can(i, 'goes', (_, self) => void (self.at = 'gone'));
    }
    if (p.at === 'refused' && !s.isBroken) can(i, 'comes again', (_, self) => void (self.at = 'enters'));
    if (p.at === 'looks') offer(can, i, 'looks', (barrier, self) => barrier.look(self));
    if (p.at === 'acts') offer(can, i, 'finishes', (barrier, self) => barrier.finish(self));
    if (p.at === 'inside' && s.giveUps > 0)
      offer(might, i, 'gives up', (barrier, self, n) => {
        n.giveUps--;
        barrier.giveUp(self);
      });
    if (s.resets > 0 && (p.at === 'gone' || p.at === 'refused'))
      offer(might, i, 'resets', (barrier, _self, n) => {
        n.resets--;
        barrier.reset();
      });
    if (s.crashes > 0 && p.at !== 'gone') might(i, 'is killed', die);
    for (const [other, dead] of s.people.entries())
      if (dead.at === 'dead')
        offer(can, i, `reaps ${other}`, (barrier, _self, n) => barrier.reap(n.people[other] as Person));
  }
}

function die(n: State, self: Person): void {
  n.crashes--;
  self.at = 'dead';
}

function stuck(s: State, { parties }: BarrierOptions): string | undefined {
  for (const p of s.people) {
    if (p.at === 'outside' && (s.isBroken || s.count < parties)) return 'one outside is forgotten';
    if (p.at !== 'inside') continue;
    if (s.isBroken || s.round !== p.round) return 'one inside is forgotten';
    if (s.count === parties) return 'all are there, and nobody lets them go';
    const inVain = s.people.some((q) => q.at === 'buried' && q.round > 0 && q.round >= s.round - 1);
    if (inVain) return 'one waits for the dead';
  }
  return undefined;
}
