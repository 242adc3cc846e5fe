/** Keys that are read from files. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSecrets } from '../../../../src/cli/serve/secrets.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { fileIn, inFolder } from '../scratch.ts';

test('A key is all of its file, but for the line feed at its end', () =>
  inFolder(async (folder) => {
    const key = async (content: string | Uint8Array): Promise<Buffer | undefined> =>
      readSecrets({ authKeyFile: await fileIn(folder, 'key', content), tls: undefined }).authKey;
    assert.equal(String(await key('secret\n')), 'secret');
    assert.equal(String(await key('secret\r\n')), 'secret');
    assert.equal(String(await key(' a\n\n')), ' a\n');
    assert.deepEqual(await key(Buffer.of(0, 255, 13)), Buffer.of(0, 255, 13));
    await assert.rejects(key('\n'), /as it is empty: anybody would know it/);
  }));

test('Nothing is read that was not named', () => {
  assert.deepEqual(readSecrets({ authKeyFile: undefined, tls: undefined }), {});
});

test('Files that cannot be read, or have no key, are usage errors that name them', () =>
  inFolder(async (folder) => {
    const read = (keyFile: string): unknown =>
      readSecrets({ authKeyFile: undefined, tls: { keyFile, certFile: keyFile } });
    assert.throws(() => read('/nowhere'), /^UsageError: Cannot read \/nowhere as there is no such file/);
    const path = await fileIn(folder, 'pem', 'no PEM');
    assert.throws(
      () => read(path),
      (error) =>
        error instanceof UsageError && error.message.startsWith(`Cannot encrypt with ${path} and ${path}: `),
    );
    assert.throws(() => readSecrets({ authKeyFile: folder, tls: undefined }), /as it is a folder/);
  }));
