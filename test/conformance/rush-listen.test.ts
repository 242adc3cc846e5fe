/** The ticket office as a server: thousands of buyers, sellers killed meanwhile, and books that are exact. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { stateLetterOf } from '../../src/platform/index.ts';
import { booksOf, orderLines, resultOf, RUSH } from '../crash/rush-run.ts';
import { until } from '../harness/tree.ts';
import { shell } from '../unit/cli/scratch.ts';
import { ask, buyerAt, ledgerOf, leftByLedger, type Office, seatsOf, withOffice } from './rush-office.ts';

const BUYERS = Number(process.env['DUODAO_BUYERS'] ?? 2000);
const ORDER = { id: 'x-1', buyer: 'Li Na', train: 'G1', class: 'second', seats: 2 };
const run = promisify(execFile);

test(`${BUYERS} connected buyers get each order answered once while sellers are killed, and the books are exact`, () =>
  withOffice({ words: '--kill 5 --json' }, async ({ run: office, place, rush, interrupt }) => {
    const bought = await rush(`--connect ${place} --buyers ${BUYERS} --json`);
    assert.equal(bought.code, 0, bought.stderr);
    const told = JSON.parse(bought.stdout) as Record<string, number>;
    assert.deepEqual(
      [told['orders'], told['answered'], told['unanswered'], told['errors']],
      [20_000, 20_000, 0, 0],
    );
    const buyer = await buyerAt(place);
    const { body } = await ask(buyer, { ask: 'stock' });
    buyer.close();
    assert.deepEqual(seatsOf(JSON.parse(body.toString()) as never), leftByLedger(office));
    const books = booksOf(office);
    assert.deepEqual([books.answered, books.oversold, books.sold], [20_000, 0, told['sold']]);
    const ended = await interrupt();
    assert.equal(ended.code, 130, ended.stderr);
    const { kills, buyers, orders, sold, balanced } = resultOf(ended);
    assert.ok(Number(kills) > 0 && Number(kills) <= 5);
    assert.deepEqual([buyers, orders, sold, balanced], [BUYERS + 1, 20_000, books.sold, true]);
    assert.equal((await rush('--check ledger')).code, 0);
    assert.equal((await rush(`--check ledger --orders ${office.orders}`)).code, 0);
  }));

test('An office without the lock oversells, and its check says so', () =>
  withOffice({ words: '--no-lock --json' }, async ({ run: office, place, rush, interrupt }) => {
    await writeFile(`${office.folder}/orders`, orderLines(4000));
    const buyer = await buyerAt(place);
    // One seller alone has nobody to race with.
    for (let id = 0; new Set(ledgerOf(office).map(({ seller }) => seller)).size < 2; id++)
      await ask(buyer, { ...ORDER, id: `first-${id}`, train: 'G3' });
    buyer.close();
    const bought = await rush(`--connect ${place} --buyers 50 --orders orders --json`);
    assert.equal(bought.code, 0, bought.stderr);
    const { oversold, balanced } = resultOf(await interrupt());
    assert.ok(Number(oversold) > 0 && balanced === false);
    const { code, stdout } = await rush('--check ledger');
    assert.equal(code, 1);
    assert.match(stdout, /^Oversold by /m);
  }));

/** Opens offices until one was met in the middle of its orders: a machine that is busy may let that moment pass. */
async function inTheMiddle(words: string, meet: (office: Office) => Promise<boolean>): Promise<void> {
  for (let times = 1; times <= 4; times++) {
    const met: boolean[] = [];
    await withOffice({ words }, async (office) => void met.push(await meet(office)));
    if (met[0]) return;
  }
  assert.fail('no office was met in the middle of its orders');
}

test('Buyers that are killed in the middle, and ask again with the same orders, buy each once', () =>
  inTheMiddle('--kill 2', async ({ run: office, place, interrupt }) => {
    const buy = `${RUSH} --connect ${place} --buyers 40 --json`;
    const buying = shell(`echo $$ > buyers; exec ${buy}`, office.folder);
    await office.untilLines(2000);
    // While the office stands still nobody is answered: they are in the middle until they are killed.
    const pid = office.child.pid!;
    process.kill(pid, 'SIGSTOP');
    await until('the office stands still', () => stateLetterOf(pid) === 'T');
    const isMet = office.lines().length < 20_000;
    if (isMet) process.kill(Number(readFileSync(join(office.folder, 'buyers'), 'utf8')), 'SIGKILL');
    process.kill(pid, 'SIGCONT');
    await buying;
    if (!isMet) {
      await interrupt();
      return false;
    }
    const again = await shell(buy, office.folder);
    assert.equal(again.code, 0, again.stderr);
    const told = JSON.parse(again.stdout) as Record<string, number>;
    const { answered, sold, oversold } = booksOf(office);
    assert.deepEqual([answered, oversold, sold], [20_000, 0, told['sold']]);
    await interrupt();
    return true;
  }));

test('An order over a socket, the page and a socket again is one order; the page hears of it', () =>
  withOffice({ words: '--web 0 --max-orders 2' }, async ({ run: office, place, page }) => {
    assert.match(await (await fetch(page)).text(), /<title>Ticket office<\/title>/);
    const events = (await fetch(`${page}events`)).body!.pipeThrough(new TextDecoderStream());
    let text = '';
    const heard = (async (): Promise<void> => {
      for await (const piece of events) text += piece;
    })();
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ORDER),
    };
    const buyer = await buyerAt(place);
    const [first, second] = await Promise.all([ask(buyer, ORDER), fetch(`${page}orders`, init)]);
    const { file_size: _, ...reply } = first.header;
    assert.equal(reply['status'], 'sold');
    assert.deepEqual(await second.json(), reply);
    const news = /event: office\n[^]*event: news\ndata: \{"left":\[\[\d+,\d+\]\],.*"sold":1,/;
    await until('the page has heard of it', () => news.test(text));
    assert.equal(office.lines().length, 1);
    // The second order is the last one: the office closes, which may take the page from whoever asks there.
    await ask(buyer, { ...ORDER, id: 'x-2' });
    const ended = await office.ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(
      ledgerOf(office).map(({ id, buyer: name }) => [id, name]),
      [
        ['x-1', 'Li Na'],
        ['x-2', 'Li Na'],
      ],
    );
    await heard;
    assert.match(text, /event: end\n/);
    buyer.close();
  }));

test('Garbage on the port costs nobody anything', () =>
  withOffice({ words: '--web 0' }, async ({ run: office, place, page, interrupt }) => {
    const [host = '', port] = place.split(':');
    const sockets = [
      'GET / HTTP/1.0\r\n\r\n',
      '\0\0\0\0',
      '\u0002\0\0\0[]',
      '\u00ff'.repeat(100),
      '',
      '\u0007',
    ].map((text) =>
      connectPlain({ host, port: Number(port) })
        .on('error', () => undefined)
        .end(text, 'latin1'),
    );
    sockets.push(
      connectPlain({ host, port: Number(new URL(page).port) }).end('\0\u0001\u0002 nonsense\r\n\r\n'),
    );
    for (const socket of sockets) socket.on('error', () => undefined).resume();
    await until('all of them were ended', () => sockets.every((socket) => socket.destroyed));
    const buyer = await buyerAt(place);
    assert.equal((await ask(buyer, ORDER)).header['status'], 'sold');
    buyer.close();
    const ended = await interrupt();
    assert.deepEqual([ended.code, office.lines().length], [130, 1]);
    assert.doesNotMatch(ended.stderr, /failed|Error/);
  }));

const CLIENT = `
import json, socket, struct, sys
def all_of(s, count):
    data = b''
    while len(data) < count:
        piece = s.recv(count - len(data))
        if not piece: raise EOFError
        data += piece
    return data
def ask(s, header):
    head = json.dumps(header).encode('utf-8')
    s.sendall(struct.pack('i', len(head)) + head)
    (length,) = struct.unpack('i', all_of(s, 4))
    reply = json.loads(all_of(s, length).decode('utf-8'))
    return reply, all_of(s, reply['file_size'])
host, port = sys.argv[1].split(':')
with socket.create_connection((host, int(port))) as s:
    order = {'id': 1, 'buyer': '王伟', 'train': 'G1', 'class': 'second', 'seats': 2}
    first, _ = ask(s, order)
    again, _ = ask(s, order)
    wrong, _ = ask(s, {'id': 2})
    _, stock = ask(s, {'ask': 'stock'})
    g1 = next(train for train in json.loads(stock) if train['train'] == 'G1')['classes']['second']
    exact = first['left'] == g1['left'] == g1['seats'] - 2
    print(json.dumps([first == again, first['status'], exact, wrong['status']]))
`;

test('A client in Python, with struct and json, buys as the course has it', () =>
  withOffice({}, async ({ run: office, place, interrupt }) => {
    const { stdout } = await run('python3', ['-c', CLIENT, place]);
    assert.deepEqual(JSON.parse(stdout), [true, 'sold', true, 'error']);
    assert.deepEqual(
      ledgerOf(office).map(({ buyer, seats }) => [buyer, seats]),
      [['王伟', 2]],
    );
    await interrupt();
  }));

test('An office that is killed leaves true books, nobody behind, and buyers that say what they did not get', () =>
  inTheMiddle('', async ({ run: office, place, rush }) => {
    const buying = rush(`--connect ${place} --buyers 30 --json`);
    await office.untilLines(500);
    office.kill();
    const bought = await buying;
    await office.untilNobodyIsLeft();
    const told = JSON.parse(bought.stdout) as Record<string, number>;
    if (told['answered'] === 20_000) return false;
    assert.equal(bought.code, 1);
    const ledger = readFileSync(office.ledger, 'utf8');
    if (!ledger.endsWith('\n')) {
      // It was killed while the kernel wrote its lines, and has no time to take half of one off (ledger.ts).
      const { code, stdout } = await rush('--check ledger --json');
      const { problems } = JSON.parse(stdout) as { problems: string[] };
      const number = office.lines().length + 1;
      assert.deepEqual([code, problems], [1, [`ledger:${number}: the last line is cut short`]]);
      await writeFile(office.ledger, ledger.slice(0, ledger.lastIndexOf('\n') + 1));
    }
    const { answered = 0, unanswered = 0 } = told;
    assert.ok(unanswered > 0 && answered + unanswered === 20_000);
    assert.ok(ledgerOf(office).length >= answered, 'what was said is on the disk');
    assert.equal(booksOf(office).oversold, 0);
    assert.equal((await rush('--check ledger')).code, 0);
    return true;
  }));

test('An office closes by itself when its time is over, and one that finds its port taken leaves an old ledger', () =>
  withOffice({ words: '--for 30s' }, async ({ run: office, place, rush, interrupt }) => {
    const brief = await rush('--listen 0 --for 1ms --ledger brief --json');
    assert.deepEqual([brief.code, (JSON.parse(brief.stdout) as { orders: number }).orders], [0, 0]);
    const buyer = await buyerAt(place);
    await ask(buyer, ORDER);
    buyer.close();
    const second = await rush(`--listen ${place} --ledger ledger`);
    assert.equal(second.code, 1);
    assert.match(second.stderr, /^duodao rush: Cannot listen at 127\.0\.0\.1:\d+ as process \d+ .* does/);
    assert.equal(office.lines().length, 1);
    await interrupt();
  }));

test('Buyers who find no office say so, and end with 1', async () => {
  const { code, stderr } = await shell(`${RUSH} --connect 1 --buyers 3`, '/tmp');
  assert.equal(code, 1);
  assert.match(stderr, /^duodao rush: Cannot buy at 127\.0\.0\.1:1: .*nobody listens there/);
});
