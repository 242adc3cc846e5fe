/** Which handlers can see the address of their client. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seesAddress, RequestHandler } from '../../../../src/net/server/handler.ts';

const nothing = (): void => undefined;

test('A handler sees the address unless its text says that it takes one plain argument at most', () => {
  const blind: readonly ((request: never) => unknown)[] = [
    (request) => request,
    async (request) => await Promise.resolve(request),
    nothing,
    function (request) {
      return request;
    },
    async function named(request) {
      return await Promise.resolve(request);
    },
  ];
  for (const handler of blind) assert.equal(seesAddress(handler), false, String(handler));
});

test('A handler that may see the address in any other way is given it', () => {
  const seeing: readonly ((...args: never) => unknown)[] = [
    (_request: never, client: never) => client,
    (_request: never, client: unknown = nothing) => client,
    (...all: never[]) => all,
    function () {
      return arguments.length; // oxlint-disable-line prefer-rest-params
    },
    ({ length }: { length: number }) => length,
    nothing.bind(undefined),
    new Proxy(nothing, {}),
    { method: (_request: never, client: never) => client }.method,
    class extends RequestHandler {} as never,
  ];
  for (const handler of seeing) assert.equal(seesAddress(handler as never), true, String(handler));
});
