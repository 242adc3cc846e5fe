/**
 * The file transfer of a well-known course in Python, as it is written there: its client is served by us, and its
 * server serves us, unchanged.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { connect, dictHeader, TcpServer } from '../../../src/net/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { script } from '../../harness/scripts.ts';
import { pythons } from '../../harness/tools.ts';

endsClean();

const folder = mkdtempSync(join(tmpdir(), 'duodao-course-'));
after(() => rmSync(folder, { recursive: true }));
const [python] = pythons();

/** A file with lines long and short, and bytes of all kinds. */
const FILE = Buffer.concat(
  Array.from({ length: 2000 }, (_, line) =>
    Buffer.from(`${line}\xff\0${'x'.repeat(line % 500)}\n`, 'latin1'),
  ),
);
const dialDict = (port: number) => connect({ host: '127.0.0.1', port }, { framing: dictHeader });
type Dict = Awaited<ReturnType<typeof dialDict>>;

test('Its client is served, message after message', async (t) => {
  if (!python) return t.skip('no Python is here');
  const path = join(folder, 'sent.bin');
  writeFileSync(path, FILE);
  const seen: unknown[] = [];
  const handler = async (connection: Dict): Promise<void> => {
    for await (const { header, body } of connection) {
      const { file_name: name, file_desc: description, file_info: info } = header;
      seen.push([name, description, info, body.equals(FILE)]);
      await connection.send({ file_name: name, file_desc: `got ${body.length}` });
    }
  };
  const server = await new TcpServer({ handler, framing: dictHeader }).listen();
  const client = script(python, 'net/course.py', 'client', String(server.address.port), path, '3');
  for (let number = 0; number < 3; number++)
    assert.deepEqual(await client.next(), {
      file_name: 'sent.bin',
      file_desc: `got ${FILE.length}`,
      file_size: 0,
    });
  assert.deepEqual(
    seen,
    [0, 1, 2].map((number) => ['sent.bin', `number ${number}`, '多道', true]),
  );
  assert.equal(await client.end(), '');
  await server.close();
  const { protocolErrors, broken, failed, messagesIn } = server.stats();
  assert.deepEqual([protocolErrors, broken, failed, messagesIn], [0, 0, 0, 3]);
});

test('Its server serves us, from memory, from a file and from a stream', async (t) => {
  if (!python) return t.skip('no Python is here');
  const path = join(folder, 'body');
  writeFileSync(path, FILE);
  const server = script(python, 'net/course.py', 'server', folder);
  const { port } = await server.next();
  const client = await dialDict(Number(port));
  async function* stream(): AsyncGenerator<Buffer> {
    for (let at = 0; at < FILE.length; at += 3000) yield FILE.subarray(at, at + 3000);
  }
  const bodies = { memory: FILE, file: { file: path }, stream: stream() };
  for (const [name, body] of Object.entries(bodies)) {
    const header = { file_name: name, file_size: FILE.length, file_desc: '多', file_info: null };
    await client.send(header, body);
    assert.deepEqual(await server.next(), header);
    assert.equal((await client.receive()).header['file_desc'], 'stored');
    assert.ok(readFileSync(join(folder, name)).equals(FILE));
  }
  client.close();
  await client.closed;
  assert.equal(await server.end(), '');
});
