import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { MANIFEST_FILES } from '../../../../../src/shared/contributions.ts';
import { LIMITS } from '../../../../../src/shared/limits.ts';
import { findManifest } from '../../../../../src/worker/authoring/manifest/manifest-formats.ts';
import type { Manifest } from '../../../../../src/worker/authoring/manifest/manifest.ts';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import { MAX_MANIFEST_BYTES } from '../../../../../src/worker/authoring/manifest/manifest-source.ts';
import { skipOnWindows } from '../../../../skip.ts';
import { ProjectFolder, type Files } from '../project-folder.ts';
import { seededRandom } from '../../seeded-random.ts';

const COMPLETE = '[package]\nname = "x"\nversion = "1.0.0"\ndescription = "x"\nlicense = "MIT"\n';

async function read(files: Files, requested?: string): Promise<Manifest> {
  await using folder = await ProjectFolder.of(files);
  return await readManifest(folder.root, requested);
}

function codes(manifest: Manifest): string[] {
  return manifest.diagnostics.map(({ code }) => code);
}

describe('reading a manifest file', () => {
  it('prefers the forms of ggen, in their order', () => {
    assert.equal(findManifest(['pyproject.toml', 'Cargo.toml', 'README.md']), 'Cargo.toml');
    assert.equal(findManifest([...MANIFEST_FILES].reverse()), 'gpack.toml');
    assert.equal(findManifest(['GPACK.TOML', 'x.json']), undefined);
  });

  it('reads the one that was asked for', async () => {
    const files = { 'gpack.toml': COMPLETE, 'package.json': '{"name":"other","version":"2.0.0"}' };
    assert.equal((await read(files)).name, 'x');
    assert.equal((await read(files, 'package.json')).name, 'other');
  });

  it('accepts a byte order mark and Windows line ends', async () => {
    const manifest = await read({ 'package.toml': `\ufeff${COMPLETE}homepage = "nowhere"\n`.replaceAll('\n', '\r\n') });
    assert.equal(manifest.name, 'x');
    assert.deepEqual(
      manifest.diagnostics.map(({ code, line, column }) => [code, line, column]),
      [['manifest-link-invalid', 6, 1]],
    );
    const json = '\ufeff{\r\n"name":"j",\r\n"version":"1"}';
    assert.equal((await read({ 'package.json': json })).diagnostics[0]?.line, 3);
  });

  it('says where a file stops being UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('[package]\nname = "caf'), Buffer.from([0xe9]), Buffer.from('"\n')]);
    const manifest = await read({ 'gpack.toml': bytes });
    assert.deepEqual(
      manifest.diagnostics.map(({ code, line, column }) => [code, line, column]),
      [['manifest-encoding', 2, 12]],
    );
  });

  it('detects UTF-16', async () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(COMPLETE, 'utf16le')]);
    const manifest = await read({ 'gpack.toml': bytes });
    assert.match(manifest.diagnostics[0]?.message ?? '', /UTF-16/);
  });

  it('does not read a manifest that is far too long', async () => {
    const manifest = await read({ 'gpack.toml': `${COMPLETE}# ${'x'.repeat(MAX_MANIFEST_BYTES)}` });
    assert.deepEqual(codes(manifest), ['manifest-too-large']);
    assert.equal(manifest.name, '');
  });

  it('reads one of the longest allowed length', async () => {
    const manifest = await read({ 'gpack.toml': COMPLETE + '#'.repeat(MAX_MANIFEST_BYTES - COMPLETE.length) });
    assert.deepEqual(codes(manifest), []);
  });

  it('does not follow a link', async function () {
    skipOnWindows(this, 'links without privileges');
    await using folder = await ProjectFolder.of({ 'elsewhere.toml': COMPLETE });
    await symlink(folder.path('elsewhere.toml'), folder.path('gpack.toml'));
    assert.deepEqual(codes(await readManifest(folder.root, undefined)), ['manifest-link']);
  });

  it('does not block on a folder or a pipe', async () => {
    await using folder = await ProjectFolder.of({ 'gpack.toml/inside.txt': '' });
    const manifest = await readManifest(folder.root, undefined).catch((error: unknown) => error);
    const outcome = manifest instanceof Error ? manifest.name : codes(manifest as Manifest)[0];
    assert.ok(outcome === 'manifest-not-a-file' || outcome === 'ManifestNotFound', outcome);
  });

  it('explains what to do when there is none', async () => {
    await using folder = await ProjectFolder.of({ 'README.md': '' });
    await assert.rejects(readManifest(folder.root, undefined), {
      name: 'ManifestNotFound',
      message: /Add a gpack\.toml/,
    });
    await assert.rejects(readManifest(folder.root, 'gpack.toml'), { name: 'ManifestNotFound' });
    await assert.rejects(readManifest(folder.root, 'README.md'), {
      name: 'ManifestNotFound',
      message: /not a supported manifest/,
    });
    await assert.rejects(readManifest(folder.path('absent'), undefined), { name: 'ManifestNotFound' });
  });

  for (const hostile of ['../gpack.toml', '/etc/gpack.toml', 'a\\gpack.toml', 'x/../../gpack.toml', 'C:gpack.toml']) {
    it(`refuses to search for ${hostile}`, async () => {
      await using folder = await ProjectFolder.of({ 'gpack.toml': COMPLETE });
      await assert.rejects(readManifest(folder.root, hostile), { name: 'UnsafePath' });
    });
  }

  it('stops when it is canceled', async () => {
    await using folder = await ProjectFolder.of({ 'gpack.toml': COMPLETE });
    await assert.rejects(readManifest(folder.root, undefined, { signal: AbortSignal.abort() }), { name: 'AbortError' });
  });

  it('cuts a description of 9,273 characters', async () => {
    const description = 'All of ggen in one sentence. '.repeat(400).slice(0, 9_273);
    const manifest = await read({
      'pack.toml': `[pack]\nname="x"\nversion="1.0.0"\nlicense="MIT"\ndescription="${description}"`,
    });
    assert.deepEqual(codes(manifest), ['manifest-cut']);
    assert.match(manifest.diagnostics[0]?.message ?? '', /9272|9273/);
    assert.ok(manifest.metadata.description.length <= LIMITS.descriptionLength);
    assert.ok(manifest.metadata.description.length > LIMITS.descriptionLength - 40);
    assert.ok(manifest.metadata.description.endsWith('…'));
  });

  it('never cuts a character in two', async () => {
    for (const unit of ['👨‍👩‍👧‍👦', '😀', 'e\u0301\u0323', 'ก็']) {
      const description = unit.repeat(4_000);
      const json = { name: 'x', version: '1.0.0', license: 'MIT', description };
      const { metadata } = await read({ 'package.json': JSON.stringify(json) });
      assert.ok(metadata.description.isWellFormed());
      assert.ok(metadata.description.length <= LIMITS.descriptionLength);
      assert.ok(metadata.description.length > LIMITS.descriptionLength - 50);
    }
  });

  it('keeps the lines of a description, and no others', async () => {
    const { metadata } = await read({
      'package.json':
        '{"name":"x","version":"1.0.0","description":"one  \\r\\n\\ttwo\\n\\nthree","license":" M\\nIT "}',
    });
    assert.equal(metadata.description, 'one\ntwo\n\nthree');
    assert.equal(metadata.license, 'M IT');
  });
});

describe('hostile manifests', function () {
  this.timeout(240_000);

  const HOSTILE: Readonly<Record<string, Files>> = {
    'a megabyte of brackets': { 'gpack.toml': `x = ${'['.repeat(1_000_000)}` },
    'a megabyte of inline tables': { 'gpack.toml': `x = ${'{a='.repeat(300_000)}` },
    'a header with half a million parts': { 'gpack.toml': `[[l]]\n[${'a.'.repeat(500_000)}a]\nb = 1\n` },
    'a list of half a million numbers': { 'gpack.toml': `name="x"\nversion="1.0.0"\ntags=[${'1,'.repeat(500_000)}]` },
    'a hundred thousand tables': { 'gpack.toml': '[[a]]\n[a.b]\n'.repeat(80_000) },
    'a hundred thousand keys': { 'gpack.toml': Array.from({ length: 90_000 }, (_, key) => `k${key}=1`).join('\n') },
    'a hundred thousand dependencies': {
      'gpack.toml': `[dependencies]\n${Array.from({ length: 60_000 }, (_, key) => `k${key}="1"`).join('\n')}`,
    },
    'a string that never ends': { 'package.json': `{"name":"${'x'.repeat(1_000_000)}` },
    'a megabyte of braces': { 'package.json': '{"a":'.repeat(200_000) },
    'an endless name': { 'package.json': JSON.stringify({ name: '.-'.repeat(500_000), version: '1.0.0' }) },
    'an endless version': { 'package.json': JSON.stringify({ name: 'x', version: `1.0.0-${'0'.repeat(900_000)}` }) },
    'an endless link': { 'package.json': JSON.stringify({ name: 'x', repository: `a/${'.-'.repeat(450_000)}!` }) },
    'half a million accents': {
      'package.json': JSON.stringify({ name: `a${'\u0301'.repeat(400_000)}`, version: '1' }),
    },
  };
  for (const [what, files] of Object.entries(HOSTILE)) {
    it(`reports what is wrong, and ends, for ${what}`, async () => {
      const manifest = await read(files);
      assert.ok(manifest.diagnostics.length > 0 && manifest.diagnostics.length <= 210);
      assert.ok(manifest.diagnostics.every(({ message }) => message.length < 1_000));
    });
  }

  it('never throws on malformed text', async () => {
    const random = seededRandom(20_261_101);
    await using folder = await ProjectFolder.of();
    for (let round = 0; round < 300; round++) {
      const [file, text] =
        round % 2 === 0 ? ['gpack.toml', COMPLETE] : ['package.json', '{"name":"x","version":"1.0.0"}'];
      const broken = mutate(text, random);
      await folder.write({ [file]: broken });
      const manifest = await readManifest(folder.root, file);
      const blocked = manifest.diagnostics.some(({ severity }) => severity === 'error');
      assert.equal(blocked, manifest.name === '' || manifest.version === '', broken);
      for (const { line = 0, column = 0 } of manifest.diagnostics) assert.ok(line >= 1 && column >= 1, broken);
    }
  });
});

function mutate(text: string, random: () => number): string {
  const alphabet = '{}[]"\'=,.:#\\\n\t x1é\u202e';
  let broken = text;
  for (let change = 0; change < 1 + random() * 4; change++) {
    const at = Math.floor(random() * broken.length);
    const insert = alphabet.charAt(Math.floor(random() * alphabet.length));
    broken = broken.slice(0, at) + insert + broken.slice(at + Math.floor(random() * 3));
  }
  return broken;
}
