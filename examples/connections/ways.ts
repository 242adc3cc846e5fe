/**
 * The same requests in four ways: over one connection that stays, or over a new one for each; and one after the other,
 * or several at once.
 *
 * @module
 */
import { connect, dictHeader, type HostAddress, requester } from 'duodao/net';

/** What all ways have to do. */
export interface Work {
  readonly address: HostAddress;
  readonly requests: number;
  readonly atOnce: number;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
}

/** Asks once, and resolves with how long that took, in milliseconds. */
type Ask = () => Promise<number>;

export interface Way {
  readonly name: string;
  /** Does the work. Resolves with how long each request took, when all its connections are closed. */
  run(work: Work): Promise<number[]>;
}

async function timed(ask: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await ask();
  return performance.now() - from;
}

/** Several ask, each one request after the other, until all are made. */
async function asked({ requests, signal }: Work, askers: number, ask: Ask): Promise<number[]> {
  const times: number[] = [];
  let begun = 0;
  const one = async (): Promise<void> => {
    while (begun < requests) {
      signal.throwIfAborted();
      begun++;
      times.push(await ask());
    }
  };
  await Promise.all(Array.from({ length: askers }, one));
  return times;
}

/** One connection: requests have numbers, so that several can be on their way, and answers come in any order. */
async function long(work: Work, askers: number): Promise<number[]> {
  const { address, body, signal } = work;
  const clerk = requester(address, { signal });
  try {
    return await asked(work, askers, () => timed(() => clerk.request({}, body)));
  } finally {
    clerk.close();
    await clerk.closed;
  }
}

/** A connection for each request: made, asked over once, and closed. */
async function short(work: Work, askers: number): Promise<number[]> {
  const { address, body, signal } = work;
  const closing: Promise<void>[] = [];
  const ask = async (): Promise<void> => {
    const connection = await connect(address, { framing: dictHeader(), signal });
    try {
      await connection.send({}, body);
      await connection.receive({ signal });
    } finally {
      connection.close(); // we close first: the socket in TIME_WAIT is ours
      closing.push(connection.closed);
    }
  };
  const times = await asked(work, askers, () => timed(ask));
  await Promise.all(closing);
  return times;
}

/** All of them, in the order in which they are shown. */
export function waysOf({ atOnce }: Pick<Work, 'atOnce'>): Way[] {
  return [
    { name: 'one long, one by one', run: (work) => long(work, 1) },
    { name: `one long, ${atOnce} in flight`, run: (work) => long(work, atOnce) },
    { name: 'short ones, one by one', run: (work) => short(work, 1) },
    { name: `short ones, ${atOnce} at once`, run: (work) => short(work, atOnce) },
  ];
}
