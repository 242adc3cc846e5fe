/** Who handles a connection, and in which order what of it is called. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  checkHandler,
  failuresIn,
  type Handler,
  handleWith,
  RequestHandler,
  type ServerFace,
} from '../../../../src/net/server/handler.ts';
import { newRow } from '../../../../src/net/connection/tally.ts';
import { statsOf } from '../../../../src/net/server/stats.ts';

const CLIENT = { host: 'client', port: 1 };
const SERVER: ServerFace = { address: { host: 'server', port: 2 }, stats: () => statsOf([newRow()], [], 0) };

type Stage = 'setup' | 'handle' | 'finish';

/** A class of handlers whose methods write down that they began and ended, and fail where they shall. */
function staged(
  isAsync: boolean,
  fails: readonly Stage[],
): { readonly handler: Handler<string>; readonly log: string[] } {
  const log: string[] = [];
  const stage = (name: Stage): Promise<void> | void => {
    log.push(name);
    const end = (): void => {
      log.push(`${name} ends`);
      if (fails.includes(name)) throw new Error(`${name} failed`);
    };
    return isAsync ? new Promise<void>((resolve) => setImmediate(resolve)).then(end) : end();
  };
  class Staged extends RequestHandler<string> {
    override setup(): Promise<void> | void {
      return stage('setup');
    }
    override handle(): unknown {
      return stage('handle');
    }
    override finish(): Promise<void> | void {
      return stage('finish');
    }
  }
  return { handler: Staged, log };
}

/** What fails, each of which is told, and what is called then. */
const ROWS: readonly (readonly [fails: readonly Stage[], called: readonly Stage[]])[] = [
  [[], ['setup', 'handle', 'finish']],
  [['setup'], ['setup']],
  [['handle'], ['setup', 'handle', 'finish']],
  [['finish'], ['setup', 'handle', 'finish']],
  [
    ['handle', 'finish'],
    ['setup', 'handle', 'finish'],
  ],
];
for (const isAsync of [false, true]) {
  for (const [fails, called] of ROWS) {
    const form = isAsync ? 'async' : 'plain';
    const what = fails.join(' and ') || 'nothing';
    test(`Of a handler with ${form} methods of which ${what} fails each call ends before the next`, async () => {
      const { handler, log } = staged(isAsync, fails);
      const work = handleWith(handler, 'request', CLIENT, SERVER) as Promise<void>;
      const failures = await work.then(() => [], failuresIn);
      assert.deepEqual(
        failures.map((error) => (error as Error).message),
        fails.map((name) => `${name} failed`),
      );
      assert.deepEqual(
        log,
        called.flatMap((name) => [name, `${name} ends`]),
      );
    });
  }
}

test('An error that handle() and finish() both throw is told once', async () => {
  const same = new Error('the connection is broken');
  class Twice extends RequestHandler<string> {
    override handle(): never {
      throw same;
    }
    override finish(): never {
      throw same;
    }
  }
  const work = handleWith(Twice, 'request', CLIENT, SERVER) as Promise<void>;
  assert.deepEqual(await work.then(() => [], failuresIn), [same]);
});

test('A handler is made for each request, with what belongs to it', async () => {
  const seen: unknown[] = [];
  class Looker extends RequestHandler<string> {
    override handle(): void {
      seen.push(this.request, this.clientAddress, this.server);
    }
  }
  await handleWith(Looker, 'one', CLIENT, SERVER);
  await handleWith(Looker, 'two', CLIENT, SERVER);
  assert.deepEqual(seen, ['one', CLIENT, SERVER, 'two', CLIENT, SERVER]);
});

test('A class that only extends does nothing, and well', async () => {
  class Idle extends RequestHandler<string> {}
  assert.equal(await handleWith(Idle, 'request', CLIENT, SERVER), undefined);
});

test('A function is called with the same, and what it answers or throws is its own', () => {
  const answer = Promise.resolve();
  const given: unknown[] = [];
  const work = handleWith(
    (...args: readonly unknown[]) => (given.push(...args), answer),
    'one',
    CLIENT,
    SERVER,
  );
  assert.equal(work, answer);
  assert.deepEqual(given, ['one', CLIENT, SERVER]);
  const fails = (): never => {
    throw new Error('mine');
  };
  assert.throws(() => handleWith(fails, 'one', CLIENT, SERVER), { message: 'mine' });
});

test('A constructor of a user’s own that throws rejects or throws, and nothing of it is called', async () => {
  class Broken extends RequestHandler<string> {
    constructor(request: string, client: typeof CLIENT, server: ServerFace) {
      super(request, client, server);
      throw new Error('no');
    }
    override finish(): never {
      assert.fail('it was never set up');
    }
  }
  await assert.rejects(async () => await handleWith(Broken as never, 'one', CLIENT, SERVER), {
    message: 'no',
  });
});

test('A class of handlers of another copy of this package is known as one', async () => {
  const calls: string[] = [];
  class Foreign {
    setup(): void {
      calls.push('setup');
    }
    handle(): void {
      calls.push('handle');
    }
    finish(): void {
      calls.push('finish');
    }
  }
  Object.defineProperty(Foreign.prototype, Symbol.for('duodao.RequestHandler'), { value: true });
  checkHandler(Foreign, 'TcpServer');
  await handleWith(Foreign as never, 'one', CLIENT, SERVER);
  assert.deepEqual(calls, ['setup', 'handle', 'finish']);
});

test('What is neither a function nor a class of handlers is refused, whatever kind of function is not', () => {
  const method = { handle() {} }.handle;
  for (const one of [() => 1, async () => 1, function () {}, method, method.bind(undefined), RequestHandler])
    checkHandler(one, 'TcpServer');
  class Other {}
  assert.throws(() => checkHandler(Other, 'TcpServer'), {
    name: 'TypeError',
    message: 'Cannot make a TcpServer as the class Other does not extend RequestHandler',
  });
  assert.throws(() => checkHandler(null, 'UdpServer'), {
    name: 'TypeError',
    message: /make a UdpServer .*: it is null$/,
  });
});
