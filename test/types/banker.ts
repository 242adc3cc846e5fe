/** What users' code must and must not compile to when it uses bankers. How type tests work: base.ts. */
import {
  type Amounts,
  Banker,
  type BankerStats,
  Claim,
  type ClaimState,
  type Counts,
} from '../../src/sync/index.ts';
import { same } from './same.ts';

type Office = 'printers' | 'seats';

const banker = new Banker({ resources: { printers: 2, seats: 10 } });
same<typeof banker, Banker<Office>>(true);
new Banker({ resources: { printers: 2 }, avoid: false, name: 'office' });
// @ts-expect-error: it needs resources
new Banker();
// @ts-expect-error: it needs resources
new Banker({ name: 'office' });
// @ts-expect-error: there is so much of each
new Banker({ resources: { printers: '2' } });
// @ts-expect-error: there is no such option
new Banker({ resources: { printers: 2 }, capacity: 1 });

const named = Banker.named('office', { resources: { printers: 2, seats: 10 }, avoid: true });
same<typeof named, Banker<Office>>(true);
// @ts-expect-error: the first call must know what to make
Banker.named('office');
// @ts-expect-error: the name comes first
Banker.named('office', { resources: { printers: 2 }, name: 'another' });

const claim = banker.claim({ printers: 1 }, { name: 'me' });
same<typeof claim, Claim<Office>>(true);
banker.claim();
// @ts-expect-error: there is no such resource
banker.claim({ printer: 1 });
// @ts-expect-error: an amount is a number
banker.claim({ printers: '1' });

same<(typeof claim)['held'], Counts<Office>>(true);
same<(typeof claim)['max'], Counts<Office>>(true);
same<(typeof claim)['held']['seats'], number>(true);
same<(typeof banker)['totals'], Counts<Office>>(true);
same<(typeof banker)['available'], Counts<Office>>(true);
same<(typeof banker)['isSafe'], boolean>(true);
same<ReturnType<(typeof banker)['safeSequence']>, ClaimState<Office>[] | undefined>(true);
same<ReturnType<(typeof banker)['detect']>, ClaimState<Office>[]>(true);
same<ReturnType<(typeof banker)['claims']>, ClaimState<Office>[]>(true);
same<ReturnType<(typeof banker)['stats']>, BankerStats>(true);
same<ReturnType<(typeof claim)['tryRequest']>, boolean>(true);
same<ReturnType<(typeof claim)['request']>, Promise<void>>(true);

export async function borrows(signal: AbortSignal, some: Amounts<Office>): Promise<void> {
  await claim.request(some, { timeoutMs: 5, signal });
  claim.requestSync({ seats: 2 }, { timeoutMs: 5 });
  // @ts-expect-error: a thread that blocks cannot see a signal
  claim.requestSync({ seats: 2 }, { signal });
  // @ts-expect-error: who only tries does not wait
  claim.tryRequest({ seats: 2 }, { timeoutMs: 5 });
  // @ts-expect-error: there is no such resource
  await claim.request({ seat: 1 });
  // @ts-expect-error: what is asked for must be said
  claim.requestSync();
  claim.release({ printers: 1 });
  claim.release();
  claim.close();
  claim[Symbol.dispose]();
  await claim[Symbol.asyncDispose]();
  const seats = await banker.use({ seats: 1 }, async (mine) => {
    same<typeof mine, Claim<Office>>(true);
    return mine.held.seats;
  });
  same<typeof seats, number>(true);
}

// @ts-expect-error: what is held is what was granted
claim.held.seats = 5;
// @ts-expect-error: what there is was said when it was made
banker.totals.seats = 5;

/** A function that knows the names of no banker takes any of them. */
export function tells(any: Banker): readonly string[] {
  return any.claims().map(({ name }) => name);
}
tells(banker);

/** A function that needs some resources is given a banker that has them. */
export function prints(office: Banker<Office>): void {
  office.claim({ printers: 1 }).requestSync({ printers: 1 });
}
prints(banker);
// @ts-expect-error: it has no printers
prints(new Banker({ resources: { seats: 1 } }));
