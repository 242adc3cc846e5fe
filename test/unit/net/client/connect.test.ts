/** How one connects, what that is refused with, and what is left of it when it fails. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { DuodaoError } from '../../../../src/base/index.ts';
import { LIMIT_NAMES } from '../../../../src/net/connection/limits.ts';
import { connect, CONNECT_NAMES, type ConnectOptions } from '../../../../src/net/client/connect.ts';
import { dictHeader, lines, raw } from '../../../../src/wire/index.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { OWN_HOST } from '../../../harness/loopback.ts';

endsClean();

const folder = mkdtempSync(join(tmpdir(), 'duodao-connect-'));
after(() => rmSync(folder, { recursive: true }));

type Options = ConnectOptions<string, [string]>;

/** Has somebody listen who does with each connection what he is told, and gives his port and what he has accepted. */
async function listening(
  handle: (socket: Socket) => void,
  use: (port: number, accepted: readonly Socket[]) => Promise<void>,
): Promise<void> {
  const accepted: Socket[] = [];
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.push(socket);
    socket.on('error', () => undefined);
    handle(socket);
  });
  await once(server.listen(0, OWN_HOST), 'listening');
  try {
    await use((server.address() as { port: number }).port, accepted);
  } finally {
    for (const socket of accepted) socket.destroy();
    await once(server.close(), 'close');
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  let free = 0;
  await listening(
    () => undefined,
    async (port) => void (free = port),
  );
  return free;
}

/** Options that are taken; that they are, shows a port at which nobody listens. */
const TAKEN: readonly Options[] = [
  {},
  { framing: lines },
  { framing: lines() },
  { authKey: 'k', legacyAuth: true },
  { noDelay: false, tls: false, timeoutMs: 10_000 },
  { tls: true },
  { tls: { rejectUnauthorized: false } },
  { timeoutMs: Number.POSITIVE_INFINITY, signal: new AbortController().signal },
  {
    maxMessageBytes: 1,
    maxHeaderBytes: 2,
    idleTimeoutMs: 1,
    headTimeoutMs: 1,
    sendTimeoutMs: 1,
    minBytesPerSecond: 0,
  },
  Object.fromEntries([...CONNECT_NAMES].map((name) => [name, undefined])),
];

test('Where nobody listens is told as that, whatever the options are', async () => {
  const port = await freePort();
  for (const options of TAKEN)
    await assert.rejects(connect({ host: OWN_HOST, port }, options), (error: DuodaoError) => {
      assert.deepEqual([error.code, error.facts], ['broken', { errno: 'ECONNREFUSED' }]);
      assert.equal(
        error.message,
        `Cannot connect to ${OWN_HOST}:${port} as nobody listens there (ECONNREFUSED)`,
      );
      assert.equal((error.cause as NodeJS.ErrnoException).code, 'ECONNREFUSED');
      return true;
    });
});

test('A socket that is not there, a file that is none, and a name that nobody has are told as that', async () => {
  const path = join(folder, 'none.sock');
  await assert.rejects(connect({ path }), {
    code: 'broken',
    message: `Cannot connect to ${path} as there is no such socket (ENOENT)`,
  });
  await assert.rejects(connect({ path: folder }), { code: 'broken', message: /Cannot connect to .* as / });
  await assert.rejects(connect('@duodao-nobody-has-this-name'), {
    code: 'broken',
    message: 'Cannot connect to @duodao-nobody-has-this-name as nobody listens there (ECONNREFUSED)',
  });
  await assert.rejects(connect('no-such-host.invalid:80', { timeoutMs: Number.POSITIVE_INFINITY }), {
    code: 'broken',
    message: /^Cannot connect to no-such-host\.invalid:80 as .*\((?:ENOTFOUND|EAI_AGAIN)\)$/,
  });
});

/** Options that are refused, and what the refusal must name. */
const REFUSED: readonly (readonly [options: object, error: string, names: RegExp])[] = [
  [{ port: 5 }, 'TypeError', /there is no option port: there are .*framing/],
  [{ timeoutMS: 5 }, 'TypeError', /there is no option timeoutMS/],
  [{ framing: 'lines' }, 'TypeError', /Cannot use a framing/],
  [{ framing: null }, 'TypeError', /Cannot use a framing/],
  [{ authKey: '' }, 'RangeError', /authKey as it is empty/],
  [{ authKey: 5 }, 'TypeError', /authKey/],
  [{ authKey: 'k', legacyAuth: 1 }, 'TypeError', /legacyAuth/],
  [{ tls: 'yes' }, 'TypeError', /use tls as it must be true or false/],
  [{ tls: null }, 'TypeError', /tls/],
  [{ noDelay: 1 }, 'TypeError', /noDelay/],
  [{ timeoutMs: -1 }, 'RangeError', /timeoutMs/],
  [{ timeoutMs: '5' }, 'TypeError', /timeoutMs/],
  ...LIMIT_NAMES.map((name) => [{ [name]: -1 }, 'RangeError', new RegExp(`use ${name} as`)] as const),
];
for (const [options, name, message] of REFUSED) {
  test(`Connecting with ${JSON.stringify(options)} is refused before anything is tried`, async () => {
    await listening(
      () => assert.fail('nobody connects'),
      async (port) => {
        await assert.rejects(connect({ host: OWN_HOST, port }, options), { name, message });
      },
    );
  });
}

test('An address that is none is refused', async () => {
  await assert.rejects(connect('nowhere'), RangeError);
  await assert.rejects(connect(undefined as never), TypeError);
});

test('A signal that is aborted, before or meanwhile, ends it with its reason, and closes what is open', async () => {
  await listening(
    () => undefined,
    async (port, accepted) => {
      const to = { host: OWN_HOST, port };
      await assert.rejects(connect(to, { signal: AbortSignal.abort('no') }), (reason) => reason === 'no');
      const controller = new AbortController();
      const trying = assert.rejects(connect(to, { authKey: 'k', signal: controller.signal }), {
        message: 'enough',
      });
      while (accepted.length === 0) await new Promise((resolve) => setImmediate(resolve));
      const gone = once(accepted[0]!.resume(), 'close');
      accepted[0]!.end();
      controller.abort(new Error('enough'));
      await trying;
      await gone;
    },
  );
});

test('One who does not answer is told of with what may be the reason', async () => {
  await listening(
    () => undefined,
    async (port) => {
      for (const options of [{ authKey: 'k' }, { tls: true }])
        await assert.rejects(connect({ host: OWN_HOST, port }, { ...options, timeoutMs: 30 }), {
          code: 'timed-out',
          facts: { timeoutMs: 30 },
          message: `Connecting to ${OWN_HOST}:${port} did not happen within 30 ms: it may know no key, or expect TLS`,
        });
    },
  );
});

test('One who hangs up before both have proved that they know the key is broken, or cannot speak TLS', async () => {
  await listening(
    (socket) => socket.end(),
    async (port) => {
      const to = { host: OWN_HOST, port };
      await assert.rejects(connect(to, { authKey: 'k' }), {
        code: 'broken',
        message: /has ended the connection/,
      });
      await assert.rejects(connect(to, { tls: true }), { code: 'broken', message: /^Cannot connect to / });
    },
  );
});

test('What comes with the connection is received, in the framing of the options, raw if left out', async () => {
  await listening(
    (socket) => socket.end('one\ntwo'),
    async (port) => {
      const to = { host: OWN_HOST, port };
      const texts = await connect(to, { framing: lines });
      assert.deepEqual([await texts.receive(), await texts.receive()], ['one', 'two']);
      assert.equal(texts.framing, 'lines');
      texts.close();
      const bytes = await connect(`${OWN_HOST}:${port}`);
      assert.equal(String(await bytes.receive()), 'one\ntwo');
      assert.deepEqual([bytes.framing, bytes.remoteAddress], [raw().name, to]);
      bytes.close();
      const dict = await connect(to, { framing: dictHeader });
      await assert.rejects(dict.receive(), { code: 'protocol' });
      dict.close();
      await Promise.all([texts.closed, bytes.closed, dict.closed]);
    },
  );
});
