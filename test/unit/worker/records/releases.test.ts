import assert from 'node:assert/strict';
import type { Release } from '../../../../src/shared/model.ts';
import { latestRelease, matchRelease, releaseBefore } from '../../../../src/worker/records/releases.ts';
import { compareVersions, isVersion, isVersionRange } from '../../../../src/worker/records/versions.ts';

/** Releases with these versions; a `!` before one marks it as yanked. */
function releases(text: string): readonly Release[] {
  return text.split(' ').map((entry) => ({
    version: entry.replace('!', ''),
    root: 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
    size: 1,
    files: 1,
    kind: 'gpack',
    dependencies: [],
    published: 0,
    yanked: entry.startsWith('!'),
  }));
}

describe('the latest release', () => {
  for (const [versions, latest] of [
    ['1.0.0 1.10.0 1.9.0', '1.10.0'],
    ['1.0.0 2.0.0-beta.1', '1.0.0'],
    ['1.0.0-alpha 1.0.0-alpha.1', '1.0.0-alpha.1'],
    ['1.0.0 !1.1.0', '1.0.0'],
    ['!1.0.0 1.1.0-rc.1', '1.1.0-rc.1'],
    ['1.0.0+b.9 1.0.0+b.10', '1.0.0+b.10'],
    ['!1.0.0', undefined],
  ] as const) {
    it(`of ${versions} is ${latest ?? 'none'}`, () => {
      assert.equal(latestRelease({ releases: releases(versions) })?.version, latest);
    });
  }
});

describe('the release before a version', () => {
  for (const [versions, version, before] of [
    ['1.0.0 2.0.0', '1.0.1', '1.0.0'],
    ['1.0.0 2.0.0', '2.1.0', '2.0.0'],
    ['2.0.0 3.0.0-beta.1', '2.0.1', '2.0.0'],
    ['2.0.0 3.0.0-beta.1', '3.0.0', '3.0.0-beta.1'],
    ['1.0.0', '0.9.0', undefined],
  ] as const) {
    it(`${version} of ${versions} is ${before ?? 'none'}`, () => {
      assert.equal(releaseBefore(releases(versions), version)?.version, before);
    });
  }
});

describe('a release by version or range', () => {
  const all = releases('0.9.0 1.0.0 1.2.0 1.3.0-rc.1 !1.4.0 2.0.0+a 2.0.0+b 3.0.0-beta.1');
  for (const [wanted, found] of [
    ['1.0.0', '1.0.0'],
    ['1.4.0', '1.4.0'], // exact: also when yanked
    ['^1.0.0', '1.2.0'], // neither the pre-release nor the yanked one
    ['~1.0', '1.0.0'],
    ['>=1.3.0-rc.0 <1.4', '1.3.0-rc.1'],
    ['3.0.0-beta.1', '3.0.0-beta.1'],
    ['^3.0.0-alpha', '3.0.0-beta.1'],
    ['2.0.0', '2.0.0+b'],
    ['2.0.0+a', '2.0.0+a'],
    ['^2.0.0+x', '2.0.0+b'],
    ['*', '2.0.0+b'],
    ['latest', '2.0.0+b'],
    ['', '2.0.0+b'],
    [' 1.x ', '1.2.0'],
    ['1.9.9', undefined],
    ['newest', undefined],
    ['>=4', undefined],
  ] as const) {
    it(`'${wanted}' finds ${found ?? 'none'}`, () => {
      assert.equal(matchRelease({ releases: all }, wanted)?.version, found);
    });
  }

  it('reports an invalid version or range', () => {
    for (const text of ['Newest', 'git+ssh://x', `>${'1'.repeat(200)}`, '1.0.0 || what']) {
      assert.throws(() => matchRelease({ releases: all }, text), { name: 'InvalidRequest' }, text);
    }
  });
});

describe('a release by dist-tag', () => {
  const tagged = {
    releases: releases('1.0.0 1.1.0 1.2.0 !1.3.0 2.0.0-beta.1'),
    distTags: [
      { tag: 'latest', version: '1.1.0' },
      { tag: 'next', version: '2.0.0-beta.1' },
      { tag: 'old', version: '1.3.0' },
    ],
  };
  for (const [wanted, found, why] of [
    ['next', '2.0.0-beta.1', 'the publisher set it'],
    ['latest', '1.1.0', 'the publisher set it'],
    ['', '1.1.0', 'it is the latest'],
    ['*', '1.1.0', 'a range prefers the latest that the publisher set'],
    ['^1.0.0', '1.1.0', 'a range prefers the latest that the publisher set'],
    ['^1.2.0', '1.2.0', 'the latest does not satisfy it'],
    ['old', undefined, 'its release is yanked'],
    ['beta', undefined, 'there is no such tag'],
  ] as const) {
    it(`'${wanted}' finds ${found ?? 'none'}, because ${why}`, () => {
      assert.equal(matchRelease(tagged, wanted)?.version, found);
    });
  }
});

describe('versions', () => {
  it('have one total order', () => {
    const ascending = [
      '0.0.0-design',
      '0.0.0',
      '1.0.0-1',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.0.0+0',
      '1.0.0+00',
      '1.0.0+2',
      '1.0.0+10',
      '1.0.0+9007199254740993',
      '1.0.0+9007199254740994',
      '1.0.0+a',
      '1.0.0+a.1',
      '1.0.0+b',
      '1.0.1',
      '1.10.0',
      '26.8.18+dfcm.1',
    ];
    for (const [i, a] of ascending.entries()) {
      for (const [j, b] of ascending.entries()) {
        assert.equal(Math.sign(compareVersions(a, b)), Math.sign(i - j), `${a} and ${b}`);
      }
    }
  });

  it('are semver 2.0, exactly', () => {
    for (const text of ['1.2.3', '0.0.0-design', '26.8.18+dfcm.1', '1.0.0-a-b.1+001.z'])
      assert.ok(isVersion(text), text);
    for (const text of [
      '',
      '1',
      '1.2',
      'v1.2.3',
      '=1.2.3',
      ' 1.2.3',
      '1.2.3\n',
      '1.2.3-',
      '1.2.3+',
      '1.2.3-01',
      '1.2.03',
    ]) {
      assert.equal(isVersion(text), false, text);
    }
  });

  it('match ranges as in npm', () => {
    for (const text of ['^1.2', '~1', '>=1 <2 || 3.x', '1.2.3', '*', '']) assert.ok(isVersionRange(text), text);
    for (const text of ['workspace:*', 'latest', 'x'.repeat(200)]) assert.equal(isVersionRange(text), false, text);
  });
});
