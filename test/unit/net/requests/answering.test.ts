/** Handlers that answer requests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Answer,
  answering,
  type AnsweringOptions,
  connect,
  type DictArguments,
  type DictConnection,
  type DictMessage,
  dictHeader,
  requester,
  TcpServer,
} from '../../../../src/net/index.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { until } from '../../../harness/tree.ts';
import { Adder, handleTwice } from '../../../fixtures/net/answers.ts';
import { type DuodaoError, task } from '../../../../src/index.ts';

endsClean();

type Serving = TcpServer<DictMessage, DictArguments>;

async function serving(
  answer: Parameters<typeof answering>[0],
  options?: AnsweringOptions & { maxHeaderBytes?: number },
): Promise<Serving> {
  const { maxHeaderBytes = 65_536, ...rest } = options ?? {};
  const handler = answering(answer, rest);
  return await new TcpServer({ framing: dictHeader(), handler, maxHeaderBytes }).listen();
}

/** Answers that are given by hand. */
class Gate {
  readonly open: ((answer: Answer) => void)[] = [];
  most = 0;
  #inside = 0;
  readonly pass = async (): Promise<Answer> => {
    this.most = Math.max(this.most, ++this.#inside);
    const answer = await new Promise<Answer>((resolve) => this.open.push(resolve));
    this.#inside--;
    return answer;
  };
}

test('An answer is a header, a body, both or nothing, and never has our fields of its own', async () => {
  const answers: Record<string, () => Answer> = {
    header: () => ({ header: { a: 1, x_id: 5, x_reply_to: 6, x_error: 7 } }),
    text: () => 'text',
    bytes: () => Buffer.from('bytes'),
    both: () => ({ header: { a: 1 }, body: 'both' }),
    blob: () => ({ body: new Blob(['blob']) }),
    nothing: () => undefined,
  };
  const server = await serving(({ what }) => answers[what as string]!());
  using clerk = requester(server.address);
  const ask = async (what: string): Promise<unknown[]> => {
    const { header, body } = await clerk.request({ what });
    const { x_reply_to: id, file_size: _, ...rest } = header;
    assert.equal(typeof id, 'number');
    return [rest, body.toString()];
  };
  assert.deepEqual(await ask('header'), [{ a: 1 }, '']);
  assert.deepEqual(await ask('text'), [{}, 'text']);
  assert.deepEqual(await ask('bytes'), [{}, 'bytes']);
  assert.deepEqual(await ask('both'), [{ a: 1 }, 'both']);
  assert.deepEqual(await ask('blob'), [{}, 'blob']);
  assert.deepEqual(await ask('nothing'), [{}, '']);
  clerk.close();
  await server.close();
});

test('A received message can be the answer, though it has our fields', async () => {
  const server = await serving((header, body) => ({ header, body }));
  using clerk = requester(server.address);
  const { header, body } = await clerk.request({ n: 1 }, 'same');
  assert.deepEqual([header, body.toString()], [{ n: 1, file_size: 4, x_reply_to: 1 }, 'same']);
  clerk.close();
  await server.close();
});

test('A slow answer does not hold the others, and no more are at work than may be', async () => {
  const gate = new Gate();
  const server = await serving(gate.pass, { concurrency: 3 });
  using clerk = requester(server.address);
  const done: number[] = [];
  const answers = [0, 1, 2, 3, 4].map((n) => clerk.request({ n }).then(() => done.push(n)));
  await until('three are at work', () => gate.open.length === 3);
  gate.open[2]!('');
  await until('the next is', () => gate.open.length === 4);
  gate.open[1]!('');
  await until('the last is', () => gate.open.length === 5);
  for (const index of [4, 3, 0]) gate.open[index]!('');
  await Promise.all(answers);
  assert.deepEqual(done.slice(0, 2), [2, 1]);
  assert.equal(gate.most, 3);
  clerk.close();
  await server.close();
});

test('What is thrown is told by name, message and code; a stack only where that is wanted', async () => {
  const told: unknown[] = [];
  const fail = (): never => {
    throw Object.assign(new RangeError('too big'), { code: 'E_BIG' });
  };
  const shy = await serving(fail, { handleError: (error, client) => void told.push(error, client) });
  const open = await serving(fail, { exposeErrors: true });
  using clerk = requester(shy.address);
  using friend = requester(open.address);
  const facts = { name: 'RangeError', message: 'too big', code: 'E_BIG' };
  const stackOf = async (one: typeof clerk): Promise<string> => {
    const error = (await one.request({}).catch((reason: unknown) => reason)) as {
      facts: object;
      cause: Error;
    };
    assert.deepEqual(error.facts, facts);
    return error.cause.stack ?? '';
  };
  assert.equal(await stackOf(clerk), 'RangeError: too big');
  assert.match(await stackOf(friend), /answering\.test/);
  assert.ok(told[0] instanceof RangeError);
  assert.ok('host' in (told[1] as object));
  assert.equal(shy.stats().failed, 0);
  for (const one of [clerk, friend]) one.close();
  await Promise.all([shy.close(), open.close()]);
});

test('An answer that cannot be sent is told as what failed', async () => {
  const answers: unknown[] = [5, null, [], { header: 'h' }, { header: { d: new Date() } }, { body: 5 }];
  const server = await serving(({ n }) => answers[n as number] as Answer, { maxHeaderBytes: 2000 });
  using clerk = requester(server.address);
  for (const n of answers.keys()) {
    const error = (await clerk.request({ n }).catch((reason: unknown) => reason)) as DuodaoError;
    assert.deepEqual([error.code, error.facts['name']], ['remote', 'TypeError'], `answer ${n}`);
  }
  clerk.close();
  await server.close();
});

test('An error that is too long for the limits of the server is told without its words', async () => {
  const server = await serving(() => Promise.reject(new Error('x'.repeat(5000))), { maxHeaderBytes: 200 });
  using clerk = requester(server.address);
  await assert.rejects(clerk.request({}), { code: 'remote', facts: { name: 'Error', message: '' } });
  clerk.close();
  await server.close();
});

test('Requests without an id are answered in order, beside those with one', async () => {
  const gate = new Gate();
  const server = await serving(async ({ n }) => ({ header: { n }, body: (await gate.pass()) as string }));
  const plain = await connect(server.address, { framing: dictHeader() });
  for (const header of [{ n: 1 }, { n: 2 }, { n: 3, x_id: 'three' }]) await plain.send(header);
  await until('the first, and the one with an id, are at work', () => gate.open.length === 2);
  gate.open[1]!('');
  assert.deepEqual((await plain.receive()).header, { n: 3, x_reply_to: 'three', file_size: 0 });
  gate.open[0]!('');
  await until('the second is at work', () => gate.open.length === 3);
  gate.open[2]!('');
  assert.deepEqual((await plain.receive()).header, { n: 1, file_size: 0 });
  assert.deepEqual((await plain.receive()).header, { n: 2, file_size: 0 });
  plain.close();
  await server.close();
});

test('An id that cannot be sent back is refused, and others are served on', async () => {
  const server = await serving(() => 'fine');
  const plain = await connect(server.address, { framing: dictHeader() });
  for (const id of [null, 1.5, 'x'.repeat(1000), { a: 1 }]) {
    await plain.send({ x_id: id });
    const { header } = await plain.receive();
    assert.equal((header['x_error'] as { name: string }).name, 'RangeError');
    assert.equal(header['x_reply_to'], undefined);
  }
  await plain.send({ x_id: 7 });
  assert.equal((await plain.receive()).header['x_reply_to'], 7);
  plain.close();
  await server.close();
});

test('Who has ended its sending is answered what it asked before', async () => {
  const gate = new Gate();
  const server = await serving(gate.pass);
  const plain = await connect(server.address, { framing: dictHeader() });
  for (const id of [1, 2]) await plain.send({ x_id: id });
  plain.end();
  await until('both are at work', () => gate.open.length === 2);
  for (const open of gate.open) open('');
  const ids: unknown[] = [];
  for await (const { header } of plain) ids.push(header['x_reply_to']);
  assert.deepEqual(ids, [1, 2]);
  await server.close();
});

test('An answer for somebody who is gone is nobody’s failure', async () => {
  const gate = new Gate();
  const told: unknown[] = [];
  const server = await serving(gate.pass, { handleError: (error) => void told.push(error) });
  const plain = await connect(server.address, { framing: dictHeader() });
  await plain.send({ x_id: 1 });
  await until('it is at work', () => gate.open.length === 1);
  plain.close();
  await plain.closed;
  gate.open[0]!('');
  await until('it is over', () => server.stats().active === 0);
  await server.close();
  assert.deepEqual([told, server.stats().failed], [[], 0]);
});

test('A handler is refused that cannot be one', async () => {
  assert.throws(() => answering(5 as never), /TypeError.*number/);
  assert.throws(() => answering(() => '', { concurrency: 0 }), RangeError);
  assert.throws(() => answering(() => '', { concurency: 1 } as never), /TypeError.*concurency/);
  const failures: unknown[] = [];
  const server = await new TcpServer({
    handler: answering(() => '') as never,
    handleError: (error) => void failures.push(error),
  }).listen();
  const connection = await connect(server.address);
  await assert.rejects(connection.receive(), { code: 'closed' });
  connection.close();
  await server.close();
  assert.match(String(failures[0]), /TypeError.*dictHeader\(\): it is raw/);
});

for (const concurrency of ['async', 'threads', 'processes'] as const) {
  test(`A class of answers serves with concurrency ${concurrency}`, async () => {
    const common = { framing: dictHeader(), concurrency, workers: 1 } as const;
    const server = await new TcpServer({ ...common, handler: Adder }).listen();
    using clerk = requester(server.address);
    const sums = await Promise.all([1, 2, 3].map((n) => clerk.request({ n })));
    assert.deepEqual(
      sums.map(({ header }) => header['sum']),
      [1, 3, 6],
    );
    await assert.rejects(clerk.request({ n: 'x' }), {
      code: 'remote',
      facts: { name: 'TypeError', message: 'x' },
    });
    clerk.close();
    await server.close();
  });
}

test('A function of answers serves in other processes by its name', async () => {
  const handler = task<(request: DictConnection) => unknown>(
    new URL('../../../fixtures/net/answers.ts', import.meta.url),
    'handleTwice',
  );
  const common = { framing: dictHeader(), concurrency: 'processes', workers: 1 } as const;
  const server = await new TcpServer({ ...common, handler }).listen();
  using clerk = requester(server.address);
  assert.equal((await clerk.request({}, 'ab')).body.toString(), 'abab');
  clerk.close();
  await server.close();
  const closure = new TcpServer({ ...common, handler: handleTwice });
  await assert.rejects(closure.listen(), { code: 'not-cloneable', message: /export it at the top level/ });
  await closure.close();
});
