/**
 * What each step does to shared objects: see lifetime.ts.
 *
 * @module
 */
import {
  type Block,
  doNext,
  type Frame,
  FREE,
  frame,
  type Handle,
  NOBODY,
  OBJECT,
  slotOf,
  type Step,
  tagOf,
  type Task,
} from './lifetime.ts';
import {
  blockAt,
  change,
  changeHandles,
  enter,
  myTag,
  reapLiving,
  setFlights,
  setHolder,
  verdict,
} from './lifetime-account.ts';

function without(handles: readonly Handle[], index: number): readonly Handle[] {
  return handles.filter((_, i) => i !== index);
}

function inHands({ p }: Step, place: number): number {
  return p.hands[place] as number;
}

function setHands({ p }: Step, place: number, serial: number): void {
  p.hands = p.hands.with(place, serial);
}

function give(step: Step, word: 'owner' | 'run', b: Block, expected: number): void {
  if (b[word] === expected) step.stores.set(b, word, FREE);
}

export const STEPS: { readonly [T in Task]: (step: Step, f: Frame) => void } = {
  count(step, f) {
    change(step, { ...f, serial: inHands(step, f.place) }, (b) =>
      setFlights(step, f.place, b, b.flights + 1),
    );
  },
  put(step, f) {
    const handle = { place: f.n, serial: inHands(step, f.n), lessee: FREE };
    if (handle.serial === 0) return;
    changeHandles(step, f.place, (handles) => [...handles, handle]);
  },
  lease(step, f) {
    const { handles } = blockAt(step.s, f.place);
    const first = handles.findIndex(({ lessee }) => lessee === FREE);
    const { place, serial } = handles[first] as Handle;
    changeHandles(step, f.place, () => handles.with(first, { place, serial, lessee: myTag(step) }));
    const hold = frame('hold', place, { serial });
    const done = frame('done', f.place);
    const uncount = frame('uncount', place, { serial });
    if (step.mutation === 'a receiver counts down before DONE') doNext(step.p, hold, uncount, done);
    else if (step.mutation === 'a receiver holds after DONE') doNext(step.p, done, hold, uncount);
    else doNext(step.p, hold, done, uncount);
  },
  hold(step, f) {
    if (inHands(step, f.place) === f.serial) return;
    const b = blockAt(step.s, f.place);
    const isOurs = enter(step, b, f.serial) && !b.dying;
    if (isOurs) setHolder(step, f.place, b, step.i, true);
    b.died = false;
    if (isOurs) setHands(step, f.place, f.serial);
    else step.s.fault ||= 'what was just received is gone';
  },
  done(step, f) {
    changeHandles(step, f.place, (handles) =>
      without(
        handles,
        handles.findIndex(({ lessee }) => lessee === myTag(step)),
      ),
    );
  },
  uncount(step, f) {
    change(step, f, (b) => setFlights(step, f.place, b, Math.max(0, b.flights - 1)));
  },
  drop(step, f) {
    const serial = inHands(step, f.place);
    if (serial === 0) return;
    setHands(step, f.place, 0);
    change(step, { ...f, serial }, (b) => setHolder(step, f.place, b, step.i, false));
  },
  leave({ s, p, i }, { place }) {
    const { holders, doubt, flights, serial } = blockAt(s, place);
    doNext(p, frame('drop', place));
    if ((holders & ~(1 << i)) === 0 && doubt && flights > 0) doNext(p, frame('recount', place, { serial }));
  },

  recount({ s, p }, { place, serial }) {
    const others = s.blocks.flatMap((_, at) => (at === place ? [] : [frame('tally', at)]));
    doNext(p, ...others, frame('settle', place, { serial, fresh: true }));
  },
  tally(step, { place }) {
    const { p, s } = step;
    const b = blockAt(s, place);
    if (b.owner !== OBJECT || !enter(step, b, b.serial)) return;
    b.died = false;
    if (b.dying && !b.releases) return;
    const at = p.stack.findLastIndex(({ task }) => task === 'settle');
    const settle = p.stack[at] as Frame;
    const found = b.handles.filter((h) => h.place === settle.place && h.serial === settle.serial).length;
    p.stack = p.stack.with(at, { ...settle, n: settle.n + found });
  },
  settle(step, f) {
    const { p, i, stores, mutation } = step;
    const again = frame('recount', f.place, { serial: f.serial });
    const isFresh = f.fresh || mutation === 'a recount does not look at the version';
    const depth = p.stack.length;
    let settled = mutation !== 'a recount does not end when the object is gone';
    change(step, f, (b) => {
      const isHeld = (b.holders & ~(1 << i)) !== 0 && mutation !== 'a recount does not look at the holders';
      settled = isFresh || isHeld;
      if (!isFresh || isHeld) return;
      setFlights(step, f.place, b, f.n);
      stores.set(b, 'doubt', false);
    });
    if (!settled) p.stack = [...p.stack.slice(0, depth), again, ...p.stack.slice(depth)];
  },

  inside(step, f) {
    const { p, mutation } = step;
    const { handles, serial, releases } = blockAt(step.s, f.place);
    if (serial === 0 || mutation === 'what is inside a dying object is forgotten') return;
    for (const { place, serial: target } of handles) {
      const it = { serial: target };
      const holds =
        inHands(step, place) !== target && mutation !== 'a handle is taken out by one who does not hold it';
      if (!releases) doNext(p, frame('doubt', place, it));
      else {
        if (holds) doNext(p, frame('drop', place, it));
        doNext(p, frame('takeOut', f.place, { n: place }), frame('uncount', place, it));
        if (holds) doNext(p, frame('hold', place, it));
      }
    }
  },
  takeOut({ s, stores }, { place, n }) {
    const b = blockAt(s, place);
    const at = b.handles.findIndex((handle) => handle.place === n);
    if (at >= 0) stores.set(b, 'handles', without(b.handles, at));
  },
  doubt(step, f) {
    change(step, f, (b) => step.stores.set(b, 'doubt', true));
  },
  giveRun(step, f) {
    const b = blockAt(step.s, f.place);
    if (!b.hasRun || f.serial === 0) return;
    give(step, 'run', b, step.mutation === 'a run is given back whoever has it' ? b.run : -f.serial);
  },
  claim(step, f) {
    const b = blockAt(step.s, f.place);
    enter(step, b, f.serial);
    if (step.mutation === 'a block is given back in the name of all objects') step.stores.set(b, 'serial', 0);
    else if (b.owner === OBJECT) step.stores.set(b, 'owner', myTag(step));
    b.died = false;
  },
  give(step, f) {
    const inAllNames = step.mutation === 'a block is given back in the name of all objects';
    give(step, 'owner', blockAt(step.s, f.place), inAllNames ? OBJECT : myTag(step));
  },

  takeRun(step, { place }) {
    step.stores.set(blockAt(step.s, place), 'run', myTag(step));
  },
  takeBlock(step, { place }) {
    const b = blockAt(step.s, place);
    step.stores.set(b, 'owner', myTag(step));
    b.birth = ++step.s.births;
  },
  zero({ s }, { place }) {
    const clean = { serial: 0, holders: 0, flights: 0, freer: 0, doubt: false, dying: false, hasRun: false };
    Object.assign(blockAt(s, place), clean, { handles: [], torn: false });
  },
  begin({ s, i }, { place }) {
    const b = blockAt(s, place);
    Object.assign(b, { serial: b.birth, hasRun: true, holders: 1 << i });
  },
  commit(step, { place }) {
    const b = blockAt(step.s, place);
    if (b.owner !== myTag(step)) step.s.fault ||= 'a block is taken from its builder';
    step.stores.set(b, 'owner', OBJECT);
    setHands(step, place, b.birth);
  },
  commitRun(step, { place }) {
    const b = blockAt(step.s, place);
    if (b.run !== myTag(step)) step.s.fault ||= 'a run is taken from its builder';
    step.stores.set(b, 'run', -b.serial);
  },

  walk({ s, p, mutation }, { place, n }) {
    const { owner, serial } = blockAt(s, place);
    if (owner !== OBJECT) return;
    doNext(p, frame('look', place, { serial, n }));
    if (mutation === 'a reaper hands the run over outside the guard')
      doNext(p, frame('handRun', place, { serial, n }));
  },
  handRun({ s, stores }, { place, serial, n }) {
    const b = blockAt(s, place);
    if (b.hasRun && b.run === n) stores.set(b, 'run', -serial);
  },
  look(step, f) {
    const b = blockAt(step.s, f.place);
    const isOurs = enter(step, b, f.serial);
    b.died = false;
    if (!isOurs) return;
    b.inside = step.i;
    doNext(step.p, { ...f, task: 'reap', birth: b.birth });
  },
  reap(step, f) {
    const { s, stores, mutation } = step;
    const b = blockAt(s, f.place);
    const slot = slotOf(f.n);
    const dead = s.people[slot];
    if (b.birth !== f.birth) s.fault ||= 'a walker writes into another object';
    const isHis = dead?.at === 'dead' && tagOf(slot, dead.generation) === f.n;
    if (isHis || mutation === 'a reaper does not look at the generation') {
      if (!b.dying) reapLiving(step, f, b, slot);
      else if (b.freer === f.n && mutation !== 'a reaper leaves a dead freer') stores.set(b, 'freer', 0);
    }
    verdict(step, f.place, b);
    b.inside = NOBODY;
    b.died = false;
  },
  sweep(step, { place, n }) {
    const b = blockAt(step.s, place);
    if (b.owner === n) give(step, 'owner', b, n);
    if (b.run === n) give(step, 'run', b, n);
  },
  bury({ s }, { n }) {
    const dead = s.people[slotOf(n)];
    if (dead?.at === 'dead' && tagOf(slotOf(n), dead.generation) === n) dead.at = 'buried';
  },
};
