import assert from 'node:assert/strict';
import type { Diagnostic } from '../../../../../../src/shared/model.ts';
import { SecretBaseline } from '../../../../../../src/worker/authoring/preflight/secrets/secret-baseline.ts';
import { SecretScanner } from '../../../../../../src/worker/authoring/preflight/secrets/secret-scanner.ts';
import type { Files } from '../../project-folder.ts';
import { ProjectFolder } from '../../project-folder.ts';

/** Concatenated, so that secret scanners do not report this file. */
const GITHUB = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');
const FILES: Files = { 'src/a.ts': GITHUB, 'vendor/keys/b.ts': GITHUB, 'vendor/keys.ts': GITHUB };

async function search(baseline: string, files = FILES): Promise<Diagnostic[]> {
  const secrets = new SecretScanner();
  // eslint-disable-next-line @typescript-eslint/require-await -- one chunk, at once
  const bytes = async function* (content: string | Uint8Array): AsyncGenerator<Uint8Array> {
    yield Buffer.from(content);
  };
  for (const [path, content] of Object.entries(files))
    for await (const part of secrets.scan(path, bytes(content))) assert.ok(part.length > 0);
  await using folder = await ProjectFolder.of({ '.ggensecrets': baseline });
  return secrets.diagnostics(await SecretBaseline.read(folder.root));
}

function places(found: readonly Diagnostic[]): unknown[] {
  return found.map(({ severity, code, path, line }) => [severity, code, path, line]);
}

const A = ['error', 'secret', 'src/a.ts', 1];
const B = ['error', 'secret', 'vendor/keys/b.ts', 1];
const KEYS = ['error', 'secret', 'vendor/keys.ts', 1];
const ACCEPTED = ['information', 'secrets-accepted', '.ggensecrets', 1];

describe('the baseline of a project', () => {
  it('accepts all below a folder, and nothing beside it', async () => {
    const found = await search('# reviewed\n\n./vendor/keys/ # of the tests\r\n');
    assert.deepEqual(places(found), [A, KEYS, ACCEPTED]);
    assert.match(found[2]?.message ?? '', /^1 possible secret is accepted/);
  });

  it('accepts single findings by their fingerprint', async () => {
    const [first] = await search('');
    assert.deepEqual(places(await search(`${first?.fingerprint ?? ''}  # src/a.ts:1\n`)), [KEYS, B, ACCEPTED]);
  });

  it('accepts more than can be reviewed', async () => {
    const files = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`vendor/keys/${index}.ts`, GITHUB]));
    assert.ok((await search('', files)).some(({ code }) => code === 'secrets-many'));
    assert.deepEqual(places(await search('vendor/\n', files)), [ACCEPTED]);
  });

  it('is told of lines that accept nothing anymore', async () => {
    const found = await search('vendor/\nsrc/\n0123456789abcdef\n');
    assert.deepEqual(places(found), [['warning', 'secrets-baseline-stale', '.ggensecrets', 3], ACCEPTED]);
    const [stale] = (await search('vendor/\nsrc/\nlib/\n')).filter(({ code }) => code === 'secrets-baseline-stale');
    assert.match(stale?.message ?? '', /^Nothing below lib\/ looks like a secret anymore/);
  });

  it('blocks publishing with a line that cannot be read', async () => {
    for (const line of [
      '/',
      './',
      '../other/',
      'src/../',
      'src',
      '/etc/',
      'a//',
      '*',
      '**/',
      'src/*/',
      '!src/',
      '0123',
    ]) {
      const found = await search(`vendor/\nsrc/\n${line}\n`);
      assert.deepEqual(places(found), [['error', 'secrets-baseline-invalid', '.ggensecrets', 3], ACCEPTED], line);
    }
  });

  it('shows a part of the secret in its message, and never all of it', async () => {
    for (const { message } of await search('')) {
      assert.match(message, /a GitHub token \(ghp_…R8\)/);
      assert.ok(!message.includes(GITHUB));
    }
  });
});
