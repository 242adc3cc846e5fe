/**
 * Who may ask what of the page's server: browsers carry requests for whatever page they have open.
 *
 * - **Another page's form or script** may send a request here, though it may not read the reply. So an order must be
 *   JSON, which no form can send and no foreign script without our leave, and where the browser says from which page it
 *   comes (`Origin`, `Sec-Fetch-Site`) that has to be ours.
 * - **A name that somebody else owns** may be made to lead to this machine after its page was loaded (DNS rebinding);
 *   to the browser that page is then ours. So we go by no names but those that nobody else can own: a number,
 *   `localhost`, and the name that we were told to listen at.
 *
 * @module
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** Why a request is turned away: its status, and a sentence. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** Whether the name by which we were called can be somebody else's. */
export function wrongHost(headers: IncomingHttpHeaders, listensAt: string): Refusal | undefined {
  const host = headers.host ?? '';
  const name = (/^\[([^\]]*)\](?::\d+)?$/.exec(host) ?? /^([^:]*)(?::\d+)?$/.exec(host))?.[1]?.toLowerCase();
  const isOurs =
    name !== undefined && (isIP(name) > 0 || name === 'localhost' || name === listensAt.toLowerCase());
  return isOurs ? undefined : { status: 421, message: `this office does not answer to the name ${host}` };
}

/** Whether an order comes from another page, or may. */
export function wrongSource(headers: IncomingHttpHeaders): Refusal | undefined {
  const site = headers['sec-fetch-site'];
  const { origin, host } = headers;
  const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
  if (isForeign || (origin !== undefined && origin.toLowerCase() !== `http://${host?.toLowerCase()}`))
    return { status: 403, message: 'orders are taken from the page of this office only' };
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json')
    return { status: 415, message: 'an order must have the content type application/json' };
  return undefined;
}
