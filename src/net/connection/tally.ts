/**
 * What is counted of connections: one row of numbers for each event loop, which alone writes it. Rows may lie in shared
 * memory; whoever asks adds them up.
 *
 * @module
 */

/** What is counted, by name. Their places in a row are their places in this list. */
export const COUNTS = [
  'accepted', //       connections taken
  'active', //         of these, open now
  'refused', //        closed at once, as there were as many as may be
  'unverified', //     closed at once, as verifyRequest said no
  'failed', //         handlers that threw something of their own
  'protocolErrors', // bytes that break the format
  'overLimit', //      messages, datagrams or buffers that were too long
  'timedOut', //       closed for silence, or for being slow
  'authFailed', //     who did not know the key, or could not shake hands
  'broken', //         reset, or ended in the middle of a message
  'messagesIn',
  'messagesOut',
  'bytesIn',
  'bytesOut',
  'overloads', //      times that nothing was accepted any more, as descriptors ran out
  'dropped', //        datagrams that came and were not handled, as there were too many
] as const;

export type Count = (typeof COUNTS)[number];

/** A row, as plain or shared memory. */
export type Row = Float64Array;

/** The place of each count in its row. */
export const AT: Readonly<Record<Count, number>> = Object.fromEntries(
  COUNTS.map((name, index) => [name, index]),
) as Record<Count, number>;

/** Behind the counts: 1 while an event loop serves. */
export const SERVING: number = COUNTS.length;
/**
 * Behind that: the places that an event loop has, of those that all share. As many as are active, and one more from
 * when it asks for it. In a number of their own, so that others never see one that is asked for no more, and not active
 * yet.
 */
export const TAKEN: number = COUNTS.length + 1;
export const ROW_LENGTH: number = COUNTS.length + 2;

export function newRow(): Row {
  return new Float64Array(ROW_LENGTH);
}

/** Adds rows up. */
export function sumOf(rows: readonly Row[]): Record<Count, number> {
  const sum = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Record<Count, number>;
  for (const row of rows) for (const name of COUNTS) sum[name] += row[AT[name]]!;
  return sum;
}
