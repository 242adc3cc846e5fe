/**
 * What a connection is held to in time, with a clock of the test's own: each row is what happens from tick to tick, and
 * the tick at which it is late, if it is.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Channel } from '../../../../src/net/connection/channel.ts';
import { Pace } from '../../../../src/net/connection/pace.ts';

/** What a tick sees. */
interface Sight {
  readonly bytesIn?: number;
  readonly isWaitedFor?: boolean;
  readonly isInside?: boolean;
  readonly isInHead?: boolean;
  readonly takes?: number;
  readonly isBehind?: boolean;
  /** All bytes that were written, and those of them that are not with the kernel. */
  readonly written?: number;
  readonly queued?: number;
  readonly isLingering?: boolean;
}

const LIMITS = { idleTimeoutMs: 30, headTimeoutMs: 30, minBytesPerSecond: 1000, sendTimeoutMs: 30 };

/** The tick at which it is late: they are 10 ms apart. Says how it ended. */
function lateAt(limits: object, sights: readonly Sight[]): [tick: number, how: string] | undefined {
  let late: string | undefined;
  const handle = { bytesWritten: 0, writeQueueSize: 0 };
  const channel = {
    limits: { ...LIMITS, ...limits },
    remoteAddress: { host: 'x', port: 1 },
    socket: { _handle: handle, destroy: () => (late ??= 'closed') },
    incoming: { decoder: {} },
    outgoing: {},
    destroy: (error: Error) => (late ??= error.message),
  };
  const pace = new Pace(channel as unknown as Channel);
  try {
    for (const [tick, sight] of sights.entries()) {
      const { bytesIn = 0, isWaitedFor = false, isInside = false, isInHead = false, takes = 0 } = sight;
      const { isBehind = false, written = 0, queued = 0, isLingering = false } = sight;
      Object.assign(handle, { bytesWritten: written, writeQueueSize: queued });
      Object.assign(channel, { bytesIn, isLingering });
      Object.assign(channel.outgoing, { isBehind });
      Object.assign(channel.incoming, { isWaitedFor, isInside, takes, decoder: { isInHead } });
      pace.check(1000 + tick * 10);
      if (late !== undefined) return [tick, late];
    }
  } finally {
    pace.stop();
  }
  return undefined;
}

const times = (count: number, sight: Sight | ((tick: number) => Sight)): Sight[] =>
  Array.from({ length: count }, (_, tick) => (typeof sight === 'function' ? sight(tick) : sight));

type Row = readonly [
  what: string,
  limits: object,
  sights: readonly Sight[],
  late: number | undefined,
  says?: RegExp,
];

const ROWS: readonly Row[] = [
  ['silence while it is waited for', {}, times(9, { isWaitedFor: true }), 3, /nothing has come/],
  ['silence that is allowed', { idleTimeoutMs: Infinity }, times(99, { isWaitedFor: true }), undefined],
  ['silence while nobody waits for it', {}, times(99, {}), undefined],
  ['silence while it is to take something', {}, times(4, { isWaitedFor: true, isBehind: true }), undefined],
  [
    'a byte now and then between messages',
    {},
    times(99, (tick) => ({ isWaitedFor: true, bytesIn: tick >> 1 })),
    undefined,
  ],
  [
    'silence that begins late',
    {},
    [
      ...times(5, (tick) => ({ isWaitedFor: true, bytesIn: tick })),
      ...times(9, { isWaitedFor: true, bytesIn: 4 }),
    ],
    8,
    /nothing has come/,
  ],
  [
    'a head that comes byte by byte, however many',
    {},
    times(9, (tick) => ({ isInside: true, isInHead: true, bytesIn: tick * 1000 })),
    4,
    /not whole after 40 ms/,
  ],
  ['a message that drips', {}, times(9, (tick) => ({ isInside: true, bytesIn: tick })), 4, /not whole/],
  ['a message that flows', {}, times(99, (tick) => ({ isInside: true, bytesIn: tick * 10 })), undefined],
  [
    'a message that flowed, and stops',
    {},
    times(99, (tick) => ({ isInside: true, bytesIn: Math.min(tick, 10) * 10 })),
    14,
    /not whole/,
  ],
  [
    'a slow message where none is too slow',
    { minBytesPerSecond: 0 },
    times(99, { isInside: true }),
    undefined,
  ],
  [
    'one slow message after the other, each in time',
    {},
    times(99, (tick) => ({ isInside: true, isInHead: true, takes: tick >> 2 })),
    undefined,
  ],
  [
    'a reader who takes nothing',
    {},
    times(9, { isBehind: true, written: 99, queued: 50 }),
    4,
    /taken nothing/,
  ],
  [
    'a reader for whom more is written than he takes',
    {},
    times(99, (tick) => ({ isBehind: true, written: 1000 + tick * 10, queued: 50 + tick * 9 })),
    undefined,
  ],
  [
    'a reader who takes nothing, while more is written',
    {},
    times(9, (tick) => ({ isBehind: true, written: 1000 + tick * 10, queued: 50 + tick * 10 })),
    4,
    /taken nothing/,
  ],
  [
    'a reader before whom as much is queued as ever',
    {},
    times(99, (tick) => ({ isBehind: true, written: 1000 + tick * 10, queued: 50 })),
    undefined,
  ],
  ['one who does not end after we did', {}, times(999, { isLingering: true }), 200, /closed/],
  [
    'one who takes our last words slowly',
    {},
    times(999, (tick) => ({ isLingering: true, isBehind: true, written: 9999, queued: 9999 - tick })),
    undefined,
  ],
  [
    'one who does not take our last words',
    {},
    times(999, { isLingering: true, isBehind: true, written: 99, queued: 9 }),
    4,
    /taken nothing/,
  ],
];

for (const [what, limits, sights, late, says] of ROWS) {
  test(`Pace ${late === undefined ? 'lets be' : 'ends'} ${what}`, () => {
    const [tick, how] = lateAt(limits, sights) ?? [];
    assert.equal(tick, late);
    if (says) assert.match(how ?? '', says);
  });
}
