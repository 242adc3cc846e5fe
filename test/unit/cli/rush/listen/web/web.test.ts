/** The page's server: the page, orders by HTTP, news as they happen, and what is turned away. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import type { Counter } from '../../../../../../src/cli/rush/listen/counter.ts';
import { textOfPlace } from '../../../../../../src/cli/rush/listen/places.ts';
import { OfficeView } from '../../../../../../src/cli/rush/listen/show.ts';
import { openWeb, type Web } from '../../../../../../src/cli/rush/listen/web/web.ts';
import { endsClean } from '../../../../../harness/clean-end.ts';
import { order, withCounter } from '../counter-jobs.ts';

endsClean();

function withWeb(use: (url: string, counter: Counter, web: Web) => Promise<void>): Promise<void> {
  return withCounter({}, async ({ counter }) => {
    const view = new OfficeView(counter, 'here', () => 0);
    const web = await openWeb({ host: '127.0.0.1', port: 0 }, counter, view);
    try {
      await use(`http://${textOfPlace(web.place)}`, counter, web);
    } finally {
      await web.close();
    }
  });
}

interface Told {
  readonly status: number;
  readonly reply: Record<string, unknown>;
}

async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Told> {
  const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
  const response = await fetch(`${url}/orders`, init);
  return { status: response.status, reply: (await response.json()) as Record<string, unknown> };
}

/** By hand: fetch would not send these headers. */
function get(url: string, headers: Record<string, string>, method = 'GET'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, method }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject).end();
  });
}

test('An order by HTTP is sold at the same counter, once for each id', () =>
  withWeb(async (url, counter) => {
    const text = JSON.stringify(order('web-1', { seats: 2 }));
    const sold = { status: 200, reply: { id: 'web-1', status: 'sold', left: 3 } };
    assert.deepEqual(await post(url, text), sold);
    assert.deepEqual(await post(url, text), sold);
    assert.deepEqual(await counter.order(order('web-1', { seats: 2 })), sold.reply);
    const refused = await post(url, JSON.stringify(order(2, { seats: 4 })));
    assert.deepEqual([refused.status, refused.reply['reason']], [200, 'sold-out']);
    assert.equal(counter.books.answered, 2);
  }));

test('What is no order, or not of our page, is told why, and sells nothing', () =>
  withWeb(async (url, counter) => {
    const text = JSON.stringify(order(1));
    await post(url, JSON.stringify(order(9, { train: 'X' })));
    for (const [status, body, headers] of [
      [400, '{"id":1}', {}],
      [400, 'no JSON', {}],
      [400, '[]', {}],
      [409, JSON.stringify(order(9)), {}],
      [413, JSON.stringify({ ...order(1), more: 'x'.repeat(9000) }), {}],
      [413, `"${'x'.repeat(300_000)}"`, {}],
      [415, text, { 'content-type': 'text/plain' }],
      [403, text, { origin: 'http://evil.example' }],
    ] as const) {
      const told = await post(url, body, headers);
      assert.deepEqual([told.status, told.reply['status']], [status, 'error'], body.slice(0, 50));
      assert.ok(String(told.reply['message']).length > 10);
    }
    counter.close();
    assert.deepEqual([(await post(url, text)).status, counter.books.sold], [503, 0]);
  }));

test('The page says what it may do, needs nothing else, and answers to our names only', () =>
  withWeb(async (url) => {
    const response = await fetch(url);
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/);
    assert.match(await response.text(), /^<!doctype html>/);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(await get(url, { host: 'evil.example' }), 421);
    assert.equal(await get(`${url}/elsewhere`, {}), 404);
    assert.equal(await get(`${url}/constructor`, {}), 404);
    assert.equal(await get(`${url}/orders`, {}), 405);
    assert.equal(await get(url, {}, 'DELETE'), 405);
    assert.equal(await get(`${url}/?from=mail`, {}), 200);
  }));

test('A page is told of a sale when it happens, and when the office has closed', () =>
  withWeb(async (url, counter, web) => {
    const response = await fetch(`${url}/events`);
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let heard = '';
    const hear = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(heard)) {
        const { done, value } = await reader.read();
        assert.ok(!done, `heard only ${heard}`);
        heard += value;
      }
    };
    await hear(/event: office\ndata: .*\n\n/);
    await counter.order(order(1, { seats: 2 }));
    web.tellNews();
    await hear(/event: news\ndata: \{"left":\[\[0,3\]\],.*\n\n/);
    await Promise.all([web.close(), hear(/event: end\n/)]);
  }));

test('A place that somebody has cannot be had', () =>
  withWeb(async (_url, counter, web) => {
    const again = openWeb(web.place, counter, new OfficeView(counter, 'here', () => 0));
    await assert.rejects(again, { code: 'in-use', message: /^Cannot show the page at 127\.0\.0\.1:\d+ as/ });
  }));
