import assert from 'node:assert/strict';
import semver from 'semver';
import { fromPep440 } from '../../../../../src/worker/authoring/manifest/pep440.ts';

/** In the order of PEP 440. Of equal versions only one is listed. */
const ASCENDING = [
  '0.9',
  '1.0.dev0',
  '1.0.dev12',
  '1.0a1',
  '1.0a1.post1',
  '1.0alpha2',
  '1.0a12',
  '1.0b1',
  '1.0rc1',
  '1.0c2',
  '1.0rc2.post3',
  '1.0',
  '1.0.1.dev1',
  '1.0.1',
  '1.2.3.0',
  '2024.1.5',
  '2024.01.06',
];

function versionOf(text: string): string {
  const converted = fromPep440(text);
  assert.ok(converted !== undefined && 'version' in converted, text);
  return converted.version;
}

describe('versions of Python', () => {
  it('keep their order', () => {
    const versions = ASCENDING.map(versionOf);
    for (const [index, version] of versions.entries()) {
      assert.equal(semver.valid(version), version);
      const next = versions[index + 1];
      if (next !== undefined) assert.equal(semver.compare(version, next), -1, `${version} < ${next}`);
    }
  });

  it('have one form for all spellings', () => {
    const spellings = {
      '1.0.0-rc.1': ['1.0rc1', 'v1.0-RC-1', '1.0.0_c.01', ' 1preview1 '],
      '1.2.0': ['1.2', '1.2.0.0'],
    };
    for (const [version, texts] of Object.entries(spellings)) {
      for (const text of texts) assert.equal(versionOf(text), version, text);
    }
    assert.equal(versionOf('3.2.0.dev0'), '3.2.0-0.dev.0');
  });

  for (const [text, problem, suggestion] of [
    ['1!2.0', /epochs/, '2.0.0'],
    ['1.0.post1', /post-releases/, '1.0.1'],
    ['1.0-1', /post-releases/, '1.0.1'],
    ['1.2+ubuntu.1', /local/, '1.2.0'],
    ['1.0a1.dev2', /development/, '1.0.0-alpha.1'],
    ['1.0.post1.dev2', /development/, '1.0.1'],
    ['1.2.3.4', /three numbers/, '1.2.3'],
  ] as const) {
    it(`without an equal place are not converted: ${text}`, () => {
      const converted = fromPep440(text);
      assert.ok(converted !== undefined && 'problem' in converted);
      assert.match(converted.problem, problem);
      assert.equal(converted.suggestion, suggestion);
    });
  }

  it('are not recognized in other texts', () => {
    for (const text of ['', 'latest', '1.0-foo', '1..0', '1.0+', '=1.0'])
      assert.equal(fromPep440(text), undefined, text);
  });
});
