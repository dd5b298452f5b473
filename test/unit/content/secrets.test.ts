import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { scanProject } from '../../../src/worker/content/project/scan.ts';
import { ProjectFolder, type Files } from './project-folder.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const PRIVATE = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const PUBLIC = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const RSA = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;

const SECRET: Files = {
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
};

const HARMLESS: Files = {
  '.env.example': 'A=',
  '.env.production.sample': 'A=',
  'src/env.ts': '',
  environment: '',
  'certs/ca.pem': PUBLIC,
  'slides.key': 'PK\u0003\u0004 a presentation',
  'translations.key': 'hello = Hallo\n',
  'keys/id_rsa.pub': '',
  'keys/id_ed25519.pub': '',
  'sub/.npmrc': 'save-exact=true\n//example.org/:_authToken=${NPM_TOKEN}\n# _authToken=example\n',
  'README.md': 'Put your token into .npmrc: _authToken=…',
};

describe('files that nobody means to publish', () => {
  it('are errors, each at its path', async () => {
    await using folder = await ProjectFolder.of({ ...SECRET, 'README.md': '' });
    const { diagnostics } = await scanProject(folder.root);
    assert.deepEqual(
      diagnostics.map(({ severity, code, path }) => [severity, code, path]),
      Object.keys(SECRET)
        .sort()
        .map((path) => ['error', 'secret-file', path]),
    );
    const lines = new Map(diagnostics.map(({ path, line }) => [path, line]));
    assert.equal(lines.get('certs/Server.PEM'), 3);
    assert.equal(lines.get('.npmrc'), 2);
  });

  it('do not block when they are left out', async () => {
    await using folder = await ProjectFolder.of({ ...SECRET, 'README.md': '', '.ggenignore': '*\n!README.md\n' });
    assert.deepEqual((await scanProject(folder.root)).diagnostics, []);
  });

  it('are not files that only look like them', async () => {
    await using folder = await ProjectFolder.of(HARMLESS);
    assert.deepEqual((await scanProject(folder.root)).diagnostics, []);
  });
});
