/**
 * The ledger: whole lines, flushed, and an honest count of them, whatever the disk does.
 *
 * Disks fail in three ways here: a file that stands in and fails on command (every way at once, as a
 * property), /dev/full, and a real limit on the size of files in a process of its own.
 */
import assert from 'node:assert/strict';
import { open, readFile, symlink, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { DuodaoError } from '../../../../src/base/index.ts';
import { entryOf, Ledger, type LedgerEntry, type LedgerFile } from '../../../../src/cli/rush/ledger.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { fileIn, inFolder, says, shell } from '../scratch.ts';

function entry(id: number | string): LedgerEntry {
  return { id, train: 'G1', class: '二等', seats: 2, status: 'sold', seller: 1 };
}

function entries(count: number): LedgerEntry[] {
  return Array.from({ length: count }, (_, id) => entry(id));
}

test('entryOf says what was asked for, what came of it, and who answered', () => {
  const order = { id: 'a', buyer: 'Li Na', train: 'G1', class: 'first', seats: 2 };
  const asked = { id: 'a', train: 'G1', class: 'first', seats: 2 };
  assert.deepEqual(entryOf(order, { status: 'sold', seller: 3 }), { ...asked, status: 'sold', seller: 3 });
  const refused = { status: 'refused', reason: 'sold-out', seller: 0 } as const;
  assert.deepEqual(entryOf(order, refused), { ...asked, ...refused });
});

test('Ledger writes one JSON line for each entry and counts the flushed ones', () =>
  inFolder(async (folder) => {
    const ledger = await Ledger.open(`${folder}/l.ndjson`);
    await ledger.append([entry('a\nb'), entry(2)]);
    await ledger.append([]);
    await ledger.append([entry(3)]);
    assert.equal(ledger.lines, 3);
    await ledger.close();
    const lines = (await readFile(ledger.path, 'utf8')).split('\n');
    assert.equal(lines.pop(), '');
    assert.deepEqual(
      lines.map((line): unknown => JSON.parse(line)),
      [entry('a\nb'), entry(2), entry(3)],
    );
  }));

test('Ledger.begin replaces an old ledger, also through a link, and nothing does before it', () =>
  inFolder(async (folder) => {
    const old = `${JSON.stringify(entry(1))}\n{"id":2,"tr`;
    const path = await fileIn(folder, 'l.ndjson', old);
    await symlink(path, `${folder}/link`);
    const ledger = await Ledger.open(`${folder}/link`);
    assert.equal(await readFile(path, 'utf8'), old);
    await assert.rejects(ledger.append([entry(3)]), /Broken belief: .* it is old/);
    await ledger.begin();
    assert.equal(await readFile(path, 'utf8'), '');
    await ledger.append([entry(3)]);
    await ledger.begin();
    await ledger.close();
    assert.equal(await readFile(path, 'utf8'), `${JSON.stringify(entry(3))}\n`);
  }));

test('Ledger.open leaves alone what is no ledger, and the inputs of the run', () =>
  inFolder(async (folder) => {
    const notes = await fileIn(folder, 'notes.txt', 'do not lose me');
    const wanted = `Cannot write the ledger to ${notes} as a file that is no ledger has that name`;
    await assert.rejects(Ledger.open(notes), says(UsageError, wanted));
    assert.equal(await readFile(notes, 'utf8'), 'do not lose me');
    // An order file is NDJSON with ids too.
    const orders = await fileIn(folder, 'o', '{"id":1,"buyer":"x","train":"G1","class":"a","seats":1}\n');
    await assert.rejects(Ledger.open(orders), UsageError);
    const empty = await fileIn(folder, 'empty', '');
    await symlink(empty, `${folder}/link`);
    const input = `Cannot write the ledger to ${folder}/link as it is an input of this run`;
    await assert.rejects(Ledger.open(`${folder}/link`, ['/nowhere', empty]), says(UsageError, input));
  }));

test('Ledger.open says why a path cannot be written', () =>
  inFolder(async (folder) => {
    const cannot = `Cannot write ${folder}`;
    await assert.rejects(Ledger.open(folder), says(UsageError, `${cannot} as it is a folder`));
    await assert.rejects(
      Ledger.open(`${folder}/no/l`),
      says(UsageError, `${cannot}/no/l as there is no such file or folder`),
    );
    await writeFile(`${folder}/file`, '');
    await assert.rejects(
      Ledger.open(`${folder}/file/l`),
      says(UsageError, `${cannot}/file/l as a part of its path is not a folder`),
    );
  }));

test('Ledger says that the disk is full, and what was saved, when /dev/full is its file', async () => {
  const ledger = await Ledger.open('/dev/full');
  const message =
    'Cannot write the ledger /dev/full: ENOSPC: no space left on device, write; ' +
    '0 lines were handed over before';
  await assert.rejects(ledger.append([entry(1)]), (error) => {
    assert.ok(error instanceof DuodaoError);
    assert.deepEqual([error.code, error.message], ['no-space', message]);
    assert.deepEqual(error.facts, { path: '/dev/full', lines: 0, system: 'ENOSPC' });
    return true;
  });
  await ledger.close();
});

test('Ledger takes nothing more after a failure', async () => {
  const ledger = await Ledger.open('/dev/full');
  await assert.rejects(ledger.append([entry(1)]), DuodaoError);
  await assert.rejects(ledger.append([entry(2)]), /Broken belief: .* it is failed/);
  await ledger.close();
});

test('Ledger ends at a whole line when a real limit cuts a write short', () =>
  inFolder(async (folder) => {
    const source = new URL('../../../../src/cli/rush/ledger.ts', import.meta.url).href;
    const script = `
      import { Ledger } from ${JSON.stringify(source)};
      const ledger = await Ledger.open('l.ndjson');
      const entries = Array.from({ length: 100 }, (_, id) => (${entry.toString()})(id));
      try { await ledger.append(entries.slice(0, 10)); await ledger.append(entries); }
      catch (error) { console.log(JSON.stringify({ code: error.code, ...error.facts })); }
    `;
    const path = await fileIn(folder, 'write.mts', script);
    // Blocks of 1024 bytes; the limit falls into the middle of a line.
    const { stdout } = await shell(`ulimit -f 4 && exec $NODE ${path}`, folder);
    const text = await readFile(`${folder}/l.ndjson`, 'utf8');
    const bytes = Buffer.byteLength(text);
    assert.ok(text.endsWith('\n') && bytes <= 4096 && bytes > 4000, `${bytes} bytes`);
    const ids = text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as LedgerEntry).id);
    assert.deepEqual(
      ids,
      [...entries(10), ...entries(ids.length - 10)].map(({ id }) => id),
    );
    assert.deepEqual(JSON.parse(stdout), {
      code: 'no-space',
      path: 'l.ndjson',
      lines: ids.length,
      system: 'EFBIG',
    });
  }));

/** A real file whose n-th call fails, and which never takes more than so many bytes at once. */
async function fragile(path: string, bytesMost: number, failAt: number): Promise<LedgerFile> {
  const file = await open(path, 'a');
  let calls = 0;
  const call = async <T>(action: () => Promise<T>): Promise<T> => {
    calls++;
    if (calls === failAt) throw Object.assign(new Error('EIO: input/output error'), { code: 'EIO' });
    return await action();
  };
  return {
    write: (bytes, offset, length) => call(() => file.write(bytes, offset, Math.min(length, bytesMost))),
    datasync: () => call(() => file.datasync()),
    truncate: (sizeBytes) => call(() => file.truncate(sizeBytes)),
    close: () => file.close(),
  };
}

test('Ledger holds exactly the lines it counts, at whichever call the disk fails', () =>
  inFolder(async (folder) => {
    const shape = fc.record({
      batches: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
      bytesMost: fc.integer({ min: 20, max: 300 }),
      failAt: fc.integer({ min: 1, max: 20 }),
    });
    let failed = 0;
    await fc.assert(
      fc.asyncProperty(shape, async ({ batches, bytesMost, failAt }) => {
        const path = await fileIn(folder, 'l.ndjson', '');
        const ledger = new Ledger(path, await fragile(path, bytesMost, failAt), true);
        let given = 0;
        let safe = 0;
        try {
          for (const count of batches) {
            const batch = entries(given + count).slice(given);
            given += count;
            await ledger.append(batch);
            safe = given;
            assert.equal(ledger.lines, safe);
          }
        } catch (error) {
          assert.ok(error instanceof DuodaoError, String(error));
          assert.equal(error.code, 'broken');
          assert.equal(error.facts['lines'], ledger.lines);
          failed++;
        } finally {
          await ledger.close();
        }
        const text = await readFile(path, 'utf8');
        assert.equal(
          text,
          entries(ledger.lines)
            .map((line) => `${JSON.stringify(line)}\n`)
            .join(''),
        );
        assert.ok(ledger.lines >= safe && ledger.lines <= given);
      }),
      { numRuns: 60 },
    );
    assert.ok(failed > 10, `${failed} runs failed on purpose`);
  }));

test('Ledger goes back to the last good flush when a flush fails', () =>
  inFolder(async (folder) => {
    const path = await fileIn(folder, 'l.ndjson', '');
    // write, flush, write, flush: the fourth call is the second flush.
    const ledger = new Ledger(path, await fragile(path, 1000, 4), true);
    await ledger.append(entries(2));
    await assert.rejects(ledger.append(entries(3)), { facts: { path, lines: 2, system: 'EIO' } });
    await ledger.close();
    assert.equal((await readFile(path, 'utf8')).split('\n').length, 3);
  }));

test('Ledger keeps the whole lines of a write that was cut short', () =>
  inFolder(async (folder) => {
    const path = await fileIn(folder, 'l.ndjson', '');
    const lineBytes = Buffer.byteLength(JSON.stringify(entry(0))) + 1;
    // The second write fails, after two lines and a half.
    const ledger = new Ledger(path, await fragile(path, Math.floor(lineBytes * 2.5), 2), true);
    await assert.rejects(ledger.append(entries(5)), { facts: { path, lines: 2, system: 'EIO' } });
    await ledger.close();
    assert.equal((await readFile(path)).length, 2 * lineBytes);
  }));

test('Ledger does not wait for ever on a file that takes nothing', async () => {
  let calls = 0;
  const nothing: LedgerFile = {
    write: async () => {
      calls++;
      if (calls > 10) throw new Error('asked again and again');
      return { bytesWritten: 0 };
    },
    datasync: async () => undefined,
    truncate: async () => undefined,
    close: async () => undefined,
  };
  const ledger = new Ledger('x', nothing, true);
  await assert.rejects(ledger.append([entry(1)]), /the system took no bytes/);
});

test('Ledger gives its file back once, however often it is closed', async () => {
  let closed = 0;
  const file: LedgerFile = {
    write: async (_bytes, _offset, length) => ({ bytesWritten: length }),
    datasync: async () => undefined,
    truncate: async () => undefined,
    close: async () => {
      closed++;
    },
  };
  const ledger = new Ledger('x', file, true);
  await ledger.append([entry(1)]);
  await ledger.close();
  await ledger.close();
  assert.equal(closed, 1);
  await assert.rejects(ledger.append([entry(2)]), /Broken belief: .* it is closed/);
});

test('Ledger on standard output writes lines there, and fails when the reader leaves', () =>
  inFolder(async (folder) => {
    const source = new URL('../../../../src/cli/rush/ledger.ts', import.meta.url).href;
    const script = `
      import { Ledger } from ${JSON.stringify(source)};
      const ledger = await Ledger.open('-');
      try {
        for (let count = 0; count < 1000; count++)
          await ledger.append(Array.from({ length: 100 }, (_, id) => (${entry.toString()})(id)));
      } catch (error) { console.error(error.code, error.facts.system, error.facts.path); }
      await ledger.close();
    `;
    const path = await fileIn(folder, 'write.mts', script);
    const { stdout, stderr } = await shell(`set -o pipefail; $NODE ${path} | head -1`, folder);
    assert.deepEqual(JSON.parse(stdout), entry(0));
    assert.equal(stderr, 'broken EPIPE standard output\n');
  }));
