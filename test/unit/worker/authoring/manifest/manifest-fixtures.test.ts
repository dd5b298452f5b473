import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../../../../src/worker/authoring/manifest/manifest.ts';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import { isDependencyId } from '../../../../../src/worker/records/read-release.ts';
import { normalizeMetadata } from '../../../../../src/worker/records/normalize-metadata.ts';
import { isVersion, isVersionRange } from '../../../../../src/worker/records/versions.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', '..', '..', 'fixtures', 'manifests');

/** Expected result of a case: the manifest's path unless it is found by default, and fields of the result. */
interface Expected extends Partial<Omit<Manifest, 'diagnostics'>> {
  readonly manifest?: string;
  /** All diagnostics, in order. */
  readonly diagnostics: readonly Place[];
}

interface Place {
  readonly severity: string;
  readonly code: string;
  readonly line: number;
  readonly column: number;
}

describe('manifests of all forms', () => {
  for (const name of readdirSync(FIXTURES)) {
    it(name, async () => {
      const folder = join(FIXTURES, name);
      const { manifest: requested, diagnostics, ...fields } = readExpected(folder);
      const manifest = await readManifest(folder, requested);
      const read = manifest as unknown as Readonly<Record<string, unknown>>;
      for (const [field, expected] of Object.entries(fields)) assert.deepEqual(read[field], expected, field);
      assert.deepEqual(manifest.diagnostics.map(placeOf), diagnostics);
      assertSpeaking(manifest);
      assertPublishable(manifest);
    });
  }
});

function readExpected(folder: string): Expected {
  return JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;
}

function placeOf({ severity, code, line = 0, column = 0 }: Manifest['diagnostics'][number]): Place {
  return { severity, code, line, column };
}

function assertSpeaking(manifest: Manifest): void {
  for (const { path, message } of manifest.diagnostics) {
    assert.equal(path, manifest.path);
    assert.match(message, /^[\s\S]{10,400}\.$/);
  }
}

/** Asserts that a manifest without errors is valid in a package record. */
function assertPublishable(manifest: Manifest): void {
  // The publisher can accept an error with a fingerprint.
  const blocked = manifest.diagnostics.some((one) => one.severity === 'error' && one.fingerprint === undefined);
  assert.ok(blocked || (manifest.name !== '' && manifest.version !== ''));
  if (blocked) return;
  assert.deepEqual(normalizeMetadata(manifest.metadata, manifest.name), manifest.metadata);
  assert.ok(isVersion(manifest.version));
  for (const { id, requirement } of manifest.dependencies) assert.ok(isDependencyId(id) && isVersionRange(requirement));
}
