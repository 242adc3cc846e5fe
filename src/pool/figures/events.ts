/**
 * What a pool tells whoever watches, through the diagnostics channels of Node.js. Nobody listening, it costs nothing.
 *
 *     duodao:pool:task:queued    { pool, task, name }
 *     duodao:pool:task:settled   { pool, task, name, state, tookMs, attempts }
 *     duodao:pool:worker         { pool, worker, pid, what: 'started' | 'ended', tasks }
 *
 * @module
 */
import { type Channel, channel } from 'node:diagnostics_channel';

export const events: Readonly<Record<'queued' | 'settled' | 'worker', Channel>> = {
  queued: channel('duodao:pool:task:queued'),
  settled: channel('duodao:pool:task:settled'),
  worker: channel('duodao:pool:worker'),
};
