/** How a server of datagrams is made: what is filled in, and what is refused before it listens. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { UdpServer } from '../../../../src/net/index.ts';
import { udpPlan } from '../../../../src/net/udp/udp-options.ts';

const handler = (): void => undefined;

test('udpPlan() fills in what is left out', () => {
  const plan = udpPlan({ handler });
  assert.equal(plan.kind, 'udp');
  assert.deepEqual(plan.address, { host: '127.0.0.1', port: 0 });
  assert.equal(plan.maxDatagramBytes, 65_507);
  assert.equal(plan.maxPending, 1024);
  assert.equal(plan.handler, handler);
  assert.equal(plan.verifyRequest, undefined);
  assert.equal(plan.handleError, undefined);
});

test('udpPlan() takes what is given', () => {
  const verifyRequest = (): boolean => true;
  const handleError = (): void => undefined;
  const plan = udpPlan({
    handler,
    host: '::1',
    port: 53,
    maxDatagramBytes: 512,
    maxPending: 1,
    verifyRequest,
    handleError,
    broadcast: false,
  });
  assert.deepEqual(plan.address, { host: '::1', port: 53 });
  assert.deepEqual([plan.maxDatagramBytes, plan.maxPending], [512, 1]);
  assert.deepEqual([plan.verifyRequest, plan.handleError], [verifyRequest, handleError]);
});

/** Options that make no server, and what is said of them. */
const WRONG: readonly (readonly [options: object, name: string, text: RegExp])[] = [
  [{}, 'TypeError', /handler must be a function/],
  [{ handler: class {} }, 'TypeError', /does not extend RequestHandler/],
  [{ handler, framing: 'lines' }, 'TypeError', /no option framing/],
  [{ handler, host: '' }, 'RangeError', /host/],
  [{ handler, host: 5 }, 'TypeError', /host/],
  [{ handler, port: -1 }, 'RangeError', /port/],
  [{ handler, port: 65_536 }, 'RangeError', /port/],
  [{ handler, maxDatagramBytes: 0 }, 'RangeError', /maxDatagramBytes .* from 1 to 65527/],
  [{ handler, maxDatagramBytes: 65_528 }, 'RangeError', /maxDatagramBytes/],
  [{ handler, maxPending: 0 }, 'RangeError', /maxPending/],
  [{ handler, maxPending: 1.5 }, 'RangeError', /maxPending/],
  [{ handler, maxPending: Number.POSITIVE_INFINITY }, 'RangeError', /maxPending/],
  [{ handler, maxPending: '5' }, 'TypeError', /maxPending/],
  [{ handler, broadcast: 1 }, 'TypeError', /broadcast as it must be true or false: it is number/],
  [{ handler, verifyRequest: true }, 'TypeError', /verifyRequest/],
  [{ handler, handleError: 'print' }, 'TypeError', /handleError/],
  [{ handler, concurrency: 'fibers' }, 'RangeError', /async, threads, processes/],
  [{ handler, workers: 0 }, 'RangeError', /workers/],
];

for (const [options, name, message] of WRONG)
  test(`UdpServer refuses ${JSON.stringify(options)} as ${message.source}`, () => {
    assert.throws(() => new UdpServer(options as never), { name, message });
  });

test('UdpServer refuses what are no options', () => {
  assert.throws(() => new UdpServer(undefined as never), { name: 'TypeError', message: /must be an object/ });
});
