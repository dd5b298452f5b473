import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { Diagnostic } from '../../../../../../src/shared/model.ts';
import { SecretScanner } from '../../../../../../src/worker/authoring/preflight/secrets/secret-scanner.ts';
import type { Files } from '../../project-folder.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const PRIVATE = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const PUBLIC = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const RSA = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;

/** Concatenated, so that secret scanners do not report this file. */
const GITHUB = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');
const RANDOM = ['kX9vQ2mZ7tLpR4wN', 'c8YbJ3hFgD6sVe1T'].join('');

const SECRET_FILES: Files = {
  '.env': 'A=1',
  '.env.local': 'A=1',
  'config/.env.production': 'A=1',
  'server.key': PRIVATE,
  'certs/Server.PEM': `comment\n\n${PRIVATE}`,
  'certs/bundle.pem': PUBLIC + RSA.export({ type: 'pkcs1', format: 'pem' }).toString(),
  'certs/encrypted.key': RSA.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' }),
  'certs/binary.key': RSA.export({ type: 'pkcs8', format: 'der' }),
  'keys/id_rsa': '',
  'keys/id_ed25519': '',
  'store.p12': '',
  'release.keystore': '',
  '.npmrc': 'registry=https://example.org\n//example.org/:_authToken=abcdef\n',
  'sub/.npmrc': '_auth = "YWJj"\n',
  '.netrc': '',
  '.git-credentials': '',
  '.aws/credentials': '',
  '.cargo/credentials.toml': '',
  'deploy/prod.env': 'A=1',
  '.envrc': 'use flake\nexport DB=hunter2\n',
  '.dockercfg': '{}',
};

const HARMLESS: Files = {
  '.env.example': 'A=',
  '.env.production.sample': 'A=',
  'example.env': 'A=',
  'direnv/.envrc': 'use flake\nexport PATH="$PWD/bin:$PATH"\n',
  'src/env.ts': '',
  environment: '',
  'certs/ca.pem': PUBLIC,
  'slides.key': 'bplist00 a presentation',
  'translations.key': 'hello = Hallo\n',
  'keys/id_rsa.pub': '',
  'keys/id_ed25519.pub': '',
  'sub/.npmrc': 'save-exact=true\n//example.org/:_authToken=${NPM_TOKEN}\n',
  'README.md': 'Put your token into .npmrc: _authToken=…',
  'package-lock.json': `{ "integrity": "sha512-${randomBytes(64).toString('base64')}" }`,
  'Cargo.lock': `checksum = "${randomBytes(32).toString('hex')}"`,
  'src/settings.ts':
    'const password = process.env.PASSWORD;\nconst token = "${TOKEN_FROM_VAULT_1}";\nsecret: "changeme12345"\n' +
    'const tokenLabel = "settings.account.token.label";\nconst apiKeyHeader = "X-Api-Key-Version-Header";\n',
  'src/names.ts':
    'const names = ["convertBase64ToUint8ArrayUsingBuffer", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"];',
  'src/peers.ts':
    'const peer = "12D3KooWGzBsYF5bHpDcPXvU1rjmVzeCyqLGCTVyiyJDgH8Lr3pQ";\nconst cid = "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354";\n',
  'docs/run.md':
    'Run with --token <TOKEN>, or `API_TOKEN=$MY_TOKEN_2 ./run`, or curl -H "Authorization: Bearer $TOKEN_123456". ' +
    'The token comes as ?token=your-token-here-1. Bearer authentication2024 is explained below.\n',
  'src/token.ts': 'const token=config.apiToken2Value;\nconst password = read(input1password);\n',
  'ca.yml': `certificate-authority-data: ${Buffer.from(PUBLIC).toString('base64')}\n`,
  'image.svg': `<image href="data:image/png;base64,${randomBytes(300).toString('base64')}"/>`,
  'random.bin': randomBytes(5_000),
};

async function search(files: Files, chunk = 1_000_000): Promise<Diagnostic[]> {
  const secrets = new SecretScanner();
  for (const [path, content] of Object.entries(files)) {
    const passed: Uint8Array[] = [];
    for await (const part of secrets.scan(path, inChunks(Buffer.from(content), chunk))) passed.push(part);
    assert.ok(Buffer.concat(passed).equals(Buffer.from(content)), `${path} is passed on unchanged`);
  }
  return secrets.diagnostics();
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('secrets in a project', () => {
  it('are files that must not be published, each reported at its path', async () => {
    const found = await search(SECRET_FILES);
    assert.deepEqual(
      found.map(({ severity, code, path }) => [severity, code, path]),
      Object.keys(SECRET_FILES)
        .sort()
        .map((path) => ['error', 'secret-file', path]),
    );
    const lines = new Map(found.map(({ path, line }) => [path, line]));
    assert.equal(lines.get('certs/Server.PEM'), 3);
    assert.equal(lines.get('.npmrc'), 2);
  });

  it('are not reported for files and texts that only look similar', async () => {
    assert.deepEqual(await search(HARMLESS), []);
  });

  const kinds: Readonly<Record<string, readonly [code: string, text: string | Uint8Array]>> = {
    'a token of known form': ['secret', `const x = ${GITHUB}`],
    'a private key': ['secret', PRIVATE],
    'an access key id': ['secret', `id: ${['AKIA', 'J7QWERTYU2IOPLKM'].join('')}`],
    'a URL with a password': ['secret', `url = https://alice:s3cr3tP4ss@db.internal.net/x`],
    'a named password': ['secret-random', `"dbPassword": "tR8-kk2_Qz!m"`],
    'a named key in hexadecimal': ['secret-random', `signing_key = '${randomBytes(32).toString('hex')}'`],
    'a setting without quotes': ['secret-random', `SERVICE_TOKEN=${RANDOM}\n`],
    'a random text in quotes': ['secret-random', `call("${RANDOM}")`],
    'a named password in a notebook': ['secret-random', notebook('password = "tR8-kk2_Qz!m"')],
    'a key in a notebook': ['secret-random', notebook(`key = "${RANDOM}"`)],
    'a variable in a notebook': ['secret-random', notebook(`%env SERVICE_TOKEN=${RANDOM}`)],
    'JSON within JSON': ['secret-random', JSON.stringify({ body: JSON.stringify({ password: 'tR8-kk2_Qz!m' }) })],
    'a setting with a comment': ['secret-random', 'db:\n  password: tR8-kk2_Qz!m # of production\n'],
    'a variable for one command': ['secret-random', `run: API_TOKEN=${RANDOM} ./deploy --all\n`],
    'a variable in a Dockerfile': ['secret-random', `FROM node\nENV API_TOKEN ${RANDOM}\n`],
    'a command-line option': ['secret-random', `deploy --token ${RANDOM} --all\n`],
    'a URL parameter': ['secret-random', `GET https://example.net/v1?api_key=${RANDOM}&page=2\n`],
    'an HTTP header': ['secret', `curl -H "Authorization: Bearer ${RANDOM}" https://example.net\n`],
    'an XML element': ['secret-random', '<password>tR8-kk2_Qz!m</password>'],
    'a signed token': ['secret', ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiI4ODQ3MTIifQ', `${RANDOM}${RANDOM}`].join('.')],
    'a private key in base64': ['secret', `client-key-data: ${Buffer.from(PRIVATE).toString('base64')}\n`],
    'a login in base64': ['secret', `{ "auth": "${Buffer.from('bob:tR8-kk2_Qz!m').toString('base64')}" }`],
    'a key in UTF-16 without a byte order mark': ['secret', utf16(`const x = ${GITHUB}`)],
    'a key in big-endian UTF-16': ['secret', swapByteOrder(utf16(`const x = ${GITHUB}`))],
    'a key in UTF-16': ['secret', utf16(`\ufeffconst x = ${GITHUB}`)],
  };
  for (const [what, [code, text]] of Object.entries(kinds)) {
    it(`include ${what}`, async () => {
      const [found, ...others] = await search({ 'src/a.ts': text });
      assert.deepEqual([found?.code, found?.severity, found?.path, others], [code, 'error', 'src/a.ts', []]);
      assert.match(found?.fingerprint ?? '', /^[0-9a-f]{16}$/);
    });
  }

  it('never appear in the message', async () => {
    for (const { message } of await search({ 'a.ts': `const x = '${GITHUB}'; const y = "${RANDOM}";` })) {
      assert.ok(!message.includes(GITHUB) && !message.includes(RANDOM), message);
    }
  });

  it('cannot be suppressed by a comment, which may come from a third party', async () => {
    const text = `// secretlint-disable\nconst x = ${GITHUB} // secretlint-disable-line\n`;
    assert.equal((await search({ 'vendor/a.ts': text })).length, 1);
  });

  it('have a stable fingerprint that differs by secret and location', async () => {
    const other = GITHUB.replace('a1B2', 'b1B2');
    const fingerprints = async (files: Files): Promise<(string | undefined)[]> =>
      (await search(files)).map(({ fingerprint }) => fingerprint);
    const [first] = await fingerprints({ 'a.ts': GITHUB });
    assert.deepEqual(await fingerprints({ 'a.ts': `\n\n moved ${GITHUB}` }), [first]);
    assert.notDeepEqual(await fingerprints({ 'a.ts': other }), [first]);
    assert.notDeepEqual(await fingerprints({ 'b.ts': GITHUB }), [first]);
    const [file] = await fingerprints({ '.env': 'A=1' });
    assert.notDeepEqual(await fingerprints({ '.env': 'A=2' }), [file]);
  });

  it('are found once and at their position for any chunk boundaries', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(12_000), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 70_000 }),
        async (gaps, chunk) => {
          let text = '';
          const places = gaps.map((gap, index) => {
            text += 'word after word, é and more\n'.repeat(gap);
            const line = text.split('\n').length;
            text += `key ${index} ${GITHUB}\n`;
            return [line, `key ${index} `.length + 1];
          });
          const found = await search({ 'a.txt': text }, Math.max(chunk, text.length >> 8));
          assert.deepEqual(
            found.filter(({ code }) => code === 'secret').map(({ line, column }) => [line, column]),
            places,
          );
        },
      ),
      { numRuns: 25 },
    );
  }).timeout(120_000);

  it('are found far inside very long texts', async () => {
    const found = await search({ 'data.csv': `${'1,2,3\n'.repeat(800_000)}${GITHUB}` }, 256 * 1024);
    assert.deepEqual(
      found.map(({ code, severity, path, line }) => [code, severity, path, line]),
      [['secret', 'error', 'data.csv', 800_001]],
    );
  });

  it('block publishing when there are too many to review', async () => {
    const text = Array.from({ length: 501 }, (_, index) => `"${GITHUB.slice(0, -3)}${String(index).padStart(3, '0')}"`);
    const found = await search({ 'a.txt': text.join('\n') });
    assert.deepEqual([found.length, found.at(-1)?.code, found.at(-1)?.fingerprint], [501, 'secrets-many', undefined]);
  });

  it('take time linear in the length of the text, hostile ones too, and yield to the event loop', async () => {
    let turns = 0;
    let pending = setImmediate(function count() {
      turns++;
      pending = setImmediate(count);
    });
    try {
      for (const bit of [
        'figd_',
        'glpat-',
        '"',
        'password="',
        'secret = a',
        ' \n',
        'A0a',
        'token.',
        'token=',
        'curl -u ',
        'curl;',
        'mysql "',
        'mount user=',
        'echo a1b2c3d4',
        'sqlplus a/',
        'alter user password ',
        "IDENTIFIED BY '",
        '--a-',
        '?token=a1',
        '-eyJa.eyJ',
        '-----BEGIN PRIVATE KEY-----\n',
      ]) {
        turns = 0;
        await search({ 'hostile.txt': bit.repeat(1_000_000 / bit.length) }, 256 * 1024);
        assert.ok(turns >= 3, `the event loop had ${turns} turns during '${bit}'`);
      }
    } finally {
      clearImmediate(pending);
    }
  }).timeout(60_000);
});

/** A notebook cell, which is quoted text. */
function notebook(line: string): string {
  return JSON.stringify({ cells: [{ cell_type: 'code', source: [`${line}\n`] }] }, null, 1);
}

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le');
}

function swapByteOrder(bytes: Buffer): Buffer {
  return Buffer.from(bytes).swap16();
}
