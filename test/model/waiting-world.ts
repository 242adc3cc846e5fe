/**
 * The world around a thread that waits (waiting.ts): those who ring it, and what is promised. In the end no wait
 * of the event loop is possible and not served, whether the thread blocks meanwhile or not; and the thread does
 * not block although it could go on.
 *
 * A ringer may come or not. So no wait is served only because another ring happens to come later.
 *
 * @module
 */
import type { Model } from './explore.ts';
import {
  FREE,
  FUTEX,
  type MyOffer,
  NONE,
  type Person,
  PIPE,
  type Place,
  type State,
  type Thing,
  threadMoves,
  type WaitingOptions,
  wakeUp,
} from './waiting.ts';

export function waitingModel(options: WaitingOptions): Model<Person, State> {
  const { on, ringers } = options;
  return {
    start: {
      people: [
        { at: 'loop', after: 'loop', seen: 0 },
        ...ringers.map((): Person => ({ at: 'arrives', after: 'gone', seen: 0 })),
      ],
      things: [0, 1].map((object) => ({
        guard: FREE,
        bit: object === 0 && options.waits.length > 0,
        items: 0,
      })),
      bell: 0,
      mode: options.waits.length > 0 ? PIPE : NONE,
      byte: false,
      waits: options.waits,
      blocks: options.blocks,
      timeouts: options.timeouts ?? 0,
    },
    copy: (s) => ({
      ...s,
      things: s.things.map((thing) => ({ ...thing })),
      people: s.people.map((p) => ({ ...p })),
    }),
    key: (s) => JSON.stringify(s),
    moves(s, can, might) {
      threadMoves(s, can, might, options);
      for (let i = 1; i < s.people.length; i++) ringerMoves(s, i, can, might, options);
    },
    broken: () => undefined,
    stuck(s) {
      const [first, second] = s.things as [Thing, Thing];
      if (first.items >= (s.waits[0] ?? Number.POSITIVE_INFINITY))
        return 'a wait of the event loop is never served';
      const blocked = s.people[0]?.at === 'asleep';
      return blocked && (on === 0 ? first : second).items > 0 ? 'the thread blocks for ever' : undefined;
    },
    show: (s) => {
      const things = s.things.map(
        ({ guard, bit, items }) => `${guard < 0 ? '-' : guard + 1}${bit ? ' bit' : ''} ${items}`,
      );
      return `bell ${s.bell} mode ${s.mode}${s.byte ? ' byte' : ''} waits ${s.waits.join()} | ${things.join(' | ')}`;
    },
  };
}

/** What one who puts an item can do now. */
function ringerMoves(s: State, i: number, can: MyOffer, might: MyOffer, options: WaitingOptions): void {
  const { mutation, ringers } = options;
  const p = s.people[i] as Person;
  const object = ringers[i - 1] as 0 | 1;
  const step = (what: string, next: Place, change: (n: State, p: Person) => void): void =>
    can(i, `${what} ${object}`, (n, self) => {
      self.at = next;
      change(n, self);
    });
  const thing = s.things[object] as Thing;
  const asksFirst = mutation === 'a ringer looks at the mode, then counts';
  const ask = (n: State, self: Person): void => {
    self.seen = n.mode;
  };
  const count = (n: State): void => {
    n.bell++;
  };
  switch (p.at) {
    case 'arrives':
      // It may never come: nobody who waits for the other one must need it.
      return might(i, `is about to put into ${object}`, (_, self) => {
        self.at = 'enters';
      });
    case 'enters':
      if (thing.guard === FREE)
        step('enters', thing.bit ? (asksFirst ? 'asks' : 'rings') : 'commits', (n) => {
          (n.things[object] as Thing).guard = i;
        });
      return;
    case 'rings':
      return step('counts for', asksFirst ? 'wakes' : 'asks', count);
    case 'asks':
      return step('looks at the mode for', asksFirst ? 'rings' : 'wakes', ask);
    case 'wakes':
      return step('wakes for', 'clears', (n, self) => {
        const sleeper = n.people[0] as Person;
        if (self.seen === PIPE) n.byte = true;
        else if (self.seen === FUTEX && sleeper.at === 'asleep') wakeUp(n, sleeper, options);
        self.seen = 0;
      });
    case 'clears':
      return step('clears the bit of', 'commits', (n) => {
        (n.things[object] as Thing).bit = false;
      });
    case 'commits':
      return step('puts an item into', 'gone', (n) => {
        (n.things[object] as Thing).items++;
        (n.things[object] as Thing).guard = FREE;
      });
  }
}
