import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import type { Diagnostic } from '../../../../../../src/shared/model.ts';
import { SecretScanner } from '../../../../../../src/worker/authoring/preflight/secrets/secret-scanner.ts';

/** Concatenated, so that secret scanners do not report this file. */
const GITHUB = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');
/** Written between spaces, so that it stays recognizable when its row is deleted. */
const DELETED = ` ${GITHUB.replace('a1B2', 'b2C3')} `;
const TEXT = `# settings\nconst token = "${GITHUB}";\n`;

interface Entry {
  readonly name: string;
  readonly data: Buffer;
  readonly method?: number;
  readonly flags?: number;
}

/** A ZIP archive, written as its specification says. */
function zip(entries: readonly Entry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, method = 8, flags = 0 } of entries) {
    const packed = method === 8 ? deflateRawSync(data) : data;
    const fields = Buffer.alloc(26);
    [20, flags, method].forEach((value, index) => fields.writeUInt16LE(value, index * 2));
    [crc32(data), packed.length, data.length].forEach((value, index) => fields.writeUInt32LE(value, 10 + index * 4));
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), fields, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), fields, tail, Buffer.from(name)]),
    );
    locals.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

function tar(name: string, data: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(data.length.toString(8).padStart(11, '0'), 124);
  header.write('0', 156);
  header.write('ustar', 257);
  return Buffer.concat([header, data, Buffer.alloc(512 - (data.length % 512)), Buffer.alloc(1_024)]);
}

async function search(path: string, content: Buffer, chunk = 10_000): Promise<Diagnostic[]> {
  const secrets = new SecretScanner();
  const passed: Uint8Array[] = [];
  for await (const part of secrets.scan(path, inChunks(content, chunk))) passed.push(Uint8Array.from(part));
  assert.ok(Buffer.concat(passed).equals(content));
  return secrets.diagnostics();
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += size) yield Uint8Array.from(bytes.subarray(at, at + size));
}

const FILES: Readonly<Record<string, readonly [path: string, content: Buffer, inside: string]>> = {
  'a compressed file of a ZIP archive': ['a.vsix', zip([{ name: 'x/a.js', data: Buffer.from(TEXT) }]), 'x/a.js'],
  'a stored file of a ZIP archive': ['a.zip', zip([{ name: 'é.js', data: Buffer.from(TEXT), method: 0 }]), 'é.js'],
  'a gzip file': ['dump.sql.gz', gzipSync(TEXT), 'dump.sql'],
  'a tar archive': ['a.tar', tar('x/a.js', Buffer.from(TEXT)), 'x/a.js'],
  'a compressed tar archive': ['a.tgz', gzipSync(tar('a.js', Buffer.from(TEXT))), 'a/a.js'],
  'a ZIP archive in a ZIP archive': [
    'a.zip',
    zip([{ name: 'inner.jar', data: zip([{ name: 'a.js', data: Buffer.from(TEXT) }]) }]),
    'inner.jar/a.js',
  ],
  'a key file of a ZIP archive': ['a.zip', zip([{ name: 'etc/.env', data: Buffer.from('A=1') }]), 'etc/.env'],
};

describe('secrets inside other files', () => {
  for (const [what, [path, content, inside]] of Object.entries(FILES)) {
    it(`are found in ${what}`, async () => {
      for (const chunk of [7, 100_000]) {
        const [found, ...others] = await search(path, content, chunk);
        assert.deepEqual([found?.severity, found?.path, found?.line, others], ['error', path, undefined, []]);
        assert.ok(found?.message.includes(`in "${inside}"`), found?.message);
        assert.match(found?.fingerprint ?? '', /^[0-9a-f]{16}$/);
      }
    });
  }

  it('are found in a SQLite database, and random numbers in it are none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ggen-secrets-'));
    try {
      const database = new DatabaseSync(join(folder, 'a.db'));
      database.exec('CREATE TABLE t (a TEXT, b BLOB); BEGIN');
      const insert = database.prepare('INSERT INTO t VALUES (?, ?)');
      for (let index = 0; index < 2_000; index++) insert.run(`row ${index}`, Buffer.alloc(40, index));
      insert.run(`${'long text '.repeat(2_000)}${GITHUB}`, null);
      insert.run(DELETED, null);
      database.prepare('DELETE FROM t WHERE a = ?').run(DELETED);
      database.exec('COMMIT');
      database.close();
      const found = await search('a.db', await readFile(join(folder, 'a.db')));
      assert.deepEqual(
        found.map(({ code, path, line }) => [code, path, line]),
        [
          ['secret', 'a.db', undefined],
          ['secret', 'a.db', undefined],
        ],
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('are warnings in tests of an archive', async () => {
    const [found] = await search('a.zip', zip([{ name: 'test/a.js', data: Buffer.from(TEXT) }]));
    assert.deepEqual([found?.severity, found?.fingerprint], ['warning', undefined]);
  });

  for (const [what, content, reason] of [
    ['a damaged archive', Buffer.from('PK\u0003\u0004 and no more'), /damaged/],
    ['a cut archive', gzipSync(TEXT.repeat(100)).subarray(0, 60), /damaged/],
    ['an encrypted file', zip([{ name: 'a', data: Buffer.from('x'), method: 0, flags: 1 }]), /"a", which is encrypted/],
    ['an unknown method', zip([{ name: 'a', data: Buffer.from('x'), method: 98 }]), /unsupported method/],
    [
      'an archive that is too large',
      Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(33 * 2 ** 20)]),
      /32 MiB/,
    ],
    ['an archive of another kind', Buffer.from('7z\u00bc\u00af\u0027\u001c', 'latin1'), /7-Zip/],
    ['a decompression bomb', gzipSync(Buffer.alloc(200 * 2 ** 20)), /too much|only a part/],
    [
      'nested archives',
      [1, 2, 3, 4].reduce<Buffer>((inner) => zip([{ name: 'a.zip', data: inner }]), Buffer.from(TEXT)),
      /nested too deeply/,
    ],
  ] as const) {
    it(`are said not to be searched in ${what}`, async () => {
      const found = await search('a.bin', content, 2 ** 20);
      assert.deepEqual(
        found.map(({ severity, code, path }) => [severity, code, path]),
        [['warning', 'secrets-unsearched', 'a.bin']],
      );
      assert.match(found[0]?.message ?? '', reason);
    });
  }
});
