import assert from 'node:assert/strict';
import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import { GgenError } from '../../../../../src/shared/errors.ts';
import type { DistTag, Release } from '../../../../../src/shared/model.ts';
import { resolveDependencies } from '../../../../../src/worker/install/resolve/resolve-dependencies.ts';
import type {
  RequestedPackage,
  ResolveOptions,
} from '../../../../../src/worker/install/resolve/resolve-dependencies.ts';
import type { PackageCandidate } from '../../../../../src/worker/install/resolve/selection.ts';

const publisher = createPublisherKey().id;
const signal = new AbortController().signal;

/** `name@version` -> its dependencies as `name range`; `?` marks an optional one and `!` a yanked release. */
type PackageIndex = Readonly<Record<string, readonly string[]>>;

function releaseOf(version: string, needs: readonly string[]): Release {
  return {
    version: version.replace('!', ''),
    root: 'bafy',
    size: 1,
    files: 1,
    kind: 'gpack',
    published: 0,
    yanked: version.endsWith('!'),
    dependencies: needs.map((text) => {
      const [id = '', requirement = ''] = text.replace('?', '').split(' ', 2);
      return { id, requirement, optional: text.startsWith('?') };
    }),
  };
}

const DIST_TAGS: Readonly<Record<string, readonly DistTag[]>> = {
  tagged: [
    { tag: 'latest', version: '1.0.0' },
    { tag: 'next', version: '2.0.0-beta.1' },
  ],
};

function sourceOf(packageIndex: PackageIndex): { find(id: string): Promise<PackageCandidate> } {
  return {
    find: (id) => {
      const name = id.slice(id.indexOf('/') + 1);
      const releases = Object.entries(packageIndex)
        .filter(([key]) => key.startsWith(`${name}@`))
        .map(([key, needs]) => releaseOf(key.slice(name.length + 1), needs));
      if (releases.length === 0) {
        return Promise.reject(new GgenError('PackageNotFound', `No peer knows '${name}'.`));
      }
      const distTags = DIST_TAGS[name] ?? [];
      return Promise.resolve({ id: `${publisher}/${name}`, publisher, name, releases, distTags });
    },
  };
}

async function resolveNames(
  packageIndex: PackageIndex,
  requirements: readonly string[],
  locked: Readonly<Record<string, string>> = {},
  unlocked: ResolveOptions['unlocked'] = new Set(),
) {
  const requested: RequestedPackage[] = requirements.map((text) => {
    const [name = '', requirement = '*'] = text.split(' ', 2);
    return { id: `${publisher}/${name}`, requirement };
  });
  const solution = await resolveDependencies(requested, {
    source: sourceOf(packageIndex),
    lockedVersions: new Map(Object.entries(locked).map(([name, version]) => [`${publisher}/${name}`, version])),
    unlocked,
    signal,
  });
  const chosen = [...solution.chosen.values()].map(({ candidate, release }) => `${candidate.name}@${release.version}`);
  return { chosen: chosen.sort(), skipped: solution.skipped };
}

describe('resolving dependencies', () => {
  it('understands dist-tags in requirements, and prefers the latest that the publisher set, as npm does', async () => {
    const packageIndex = {
      'a@1.0.0': ['tagged next'],
      'b@1.0.0': ['tagged ^1'],
      'c@1.0.0': ['tagged latest'],
      'd@1.0.0': ['tagged beta'],
      'e@1.0.0': ['tagged ^1.1.0'],
      'tagged@1.0.0': [],
      'tagged@1.1.0': [],
      'tagged@2.0.0-beta.1': [],
    };
    const versionFor = async (name: string, locked = {}, unlocked: ResolveOptions['unlocked'] = new Set()) =>
      (await resolveNames(packageIndex, [name], locked, unlocked)).chosen.find((one) => one.startsWith('tagged'));
    assert.equal(await versionFor('a'), 'tagged@2.0.0-beta.1');
    assert.equal(await versionFor('b'), 'tagged@1.0.0');
    assert.equal(await versionFor('c'), 'tagged@1.0.0');
    assert.equal(await versionFor('e'), 'tagged@1.1.0');
    await assert.rejects(versionFor('d'), { name: 'DependencyConflict', message: /requires beta/ });
    assert.equal(await versionFor('a', { tagged: '1.1.0' }), 'tagged@1.1.0', 'what is locked stays');
    assert.equal(await versionFor('a', { tagged: '1.1.0' }, 'all'), 'tagged@2.0.0-beta.1', 'an update follows the tag');
  });

  it('selects the highest version that satisfies the requirement, transitively', async () => {
    const packageIndex = {
      'a@1.0.0': ['b ^1'],
      'b@1.0.0': ['c *'],
      'b@1.2.0': ['c ^2'],
      'b@2.0.0': [],
      'c@1.0.0': [],
      'c@2.1.0': [],
      'c@2.2.0-rc.1': [],
    };
    assert.deepEqual((await resolveNames(packageIndex, ['a'])).chosen, ['a@1.0.0', 'b@1.2.0', 'c@2.1.0']);
  });

  it('backtracks to a lower version when the highest one causes a conflict', async () => {
    const packageIndex = {
      'a@1.0.0': ['c ^1'],
      'b@2.0.0': ['c ^2'],
      'b@1.9.0': ['c >=1'],
      'c@1.5.0': [],
      'c@2.0.0': [],
    };
    assert.deepEqual((await resolveNames(packageIndex, ['a', 'b'])).chosen, ['a@1.0.0', 'b@1.9.0', 'c@1.5.0']);
  });

  it('backjumps over a hundred choices unrelated to the conflict', async () => {
    const others = Array.from({ length: 12 }, (_, index) => `x${index}`);
    const versions = Array.from({ length: 10 }, (_, index) => `1.${index}.0`);
    const packageIndex: Record<string, string[]> = { 'z@1.0.0': [], 'z@2.0.0': [], 'last@1.0.0': ['z ^1'] };
    for (const name of others) for (const version of versions) packageIndex[`${name}@${version}`] = [];
    const { chosen } = await resolveNames(packageIndex, ['z', ...others, 'last']);
    assert.ok(chosen.includes('z@1.0.0'));
    assert.equal(chosen.filter((one) => one.endsWith('@1.9.0')).length, others.length);
  });

  it('handles cycles, and packages that depend on themselves', async () => {
    const packageIndex = { 'a@1.0.0': ['b ^1'], 'b@1.0.0': ['a ^1', 'b *'] };
    assert.deepEqual((await resolveNames(packageIndex, ['a'])).chosen, ['a@1.0.0', 'b@1.0.0']);
  });

  it('explains a conflict: the requirements, and the available versions', async () => {
    const packageIndex = { 'a@1.0.0': ['c ^1'], 'b@1.0.0': ['c ^2'], 'c@1.5.0': [], 'c@2.0.0': [] };
    await assert.rejects(resolveNames(packageIndex, ['a', 'b']), (error: unknown) => {
      assert.ok(error instanceof GgenError);
      assert.equal(error.name, 'DependencyConflict');
      assert.match(
        error.message,
        /'c' .*'a' 1\.0\.0 requires \^1; 'b' 1\.0\.0 requires \^2\. Available: 2\.0\.0, 1\.5\.0\./,
      );
      assert.match(error.message, /A project has one version of each package: .*into a folder of its own\.$/);
      return true;
    });
    await assert.rejects(resolveNames({ 'c@1.0.0': [] }, ['c ^3']), /you require \^3\. Available: 1\.0\.0\.$/);
  });

  it('explains which package is missing and what requires it', async () => {
    await assert.rejects(resolveNames({ 'a@1.0.0': ['gone ^1'] }, ['a']), {
      name: 'DependencyMissing',
      message: /'a' 1\.0\.0 needs 'gone' \^1, which cannot be found: No peer knows 'gone'\./,
    });
    await assert.rejects(resolveNames({}, ['nothing']), { name: 'PackageNotFound' });
  });

  it('selects an older version whose dependencies are available', async () => {
    const packageIndex = { 'a@1.1.0': ['gone ^1'], 'a@1.0.0': [] };
    assert.deepEqual((await resolveNames(packageIndex, ['a'])).chosen, ['a@1.0.0']);
  });

  it('adds available optional dependencies, skips the others and explains why', async () => {
    const packageIndex = {
      'a@1.0.0': ['?b ^1', '?gone *', '?c ^2', 'd ^1'],
      'b@1.0.0': ['?e *'],
      'c@2.0.0': ['d ^2'],
      'd@1.0.0': [],
      'd@2.0.0': [],
      'e@1.0.0': [],
    };
    const { chosen, skipped } = await resolveNames(packageIndex, ['a']);
    assert.deepEqual(chosen, ['a@1.0.0', 'b@1.0.0', 'd@1.0.0', 'e@1.0.0']);
    assert.deepEqual(skipped.map(({ id }) => id).sort(), ['c', 'gone']);
    assert.match(skipped.find(({ id }) => id === 'c')?.reason ?? '', /'c' 2\.0\.0 requires \^2/);
  });

  it('keeps the locked version, yanked or not, unless it does not satisfy the requirement', async () => {
    const packageIndex = { 'a@1.0.0': ['b ^1'], 'b@1.0.0!': [], 'b@1.1.0': [], 'b@1.2.0': [] };
    assert.deepEqual((await resolveNames(packageIndex, ['a'], { b: '1.1.0' })).chosen, ['a@1.0.0', 'b@1.1.0']);
    assert.deepEqual((await resolveNames(packageIndex, ['a'], { b: '1.0.0' })).chosen, ['a@1.0.0', 'b@1.0.0']);
    assert.deepEqual((await resolveNames(packageIndex, ['a', 'b >=1.2'], { b: '1.0.0' })).chosen, [
      'a@1.0.0',
      'b@1.2.0',
    ]);
  });

  it('keeps a yanked locked version in an update only when no other satisfies the requirement', async () => {
    const packageIndex = { 'a@1.0.0!': [], 'b@1.0.0': ['a ^1'], 'b@1.1.0': ['a ^1'], 'c@1.0.0': [], 'c@1.1.0!': [] };
    const locked = { a: '1.0.0', b: '1.0.0', c: '1.1.0' };
    const { chosen } = await resolveNames(packageIndex, ['a ^1', 'b ^1', 'c ^1'], locked, 'all');
    assert.deepEqual(chosen, ['a@1.0.0', 'b@1.1.0', 'c@1.0.0']);
    await assert.rejects(resolveNames(packageIndex, ['b ^1'], {}, 'all'), { name: 'DependencyConflict' });
  });

  it('selects a yanked version only when the user names it, not for a package', async () => {
    const packageIndex = { 'a@1.0.0': ['b 1.0.0'], 'b@1.0.0!': [] };
    assert.deepEqual((await resolveNames(packageIndex, ['b 1.0.0'])).chosen, ['b@1.0.0']);
    await assert.rejects(resolveNames(packageIndex, ['b ^1.0.0']), { name: 'DependencyConflict' });
    await assert.rejects(resolveNames(packageIndex, ['a']), {
      name: 'DependencyConflict',
      message: /All of its versions are yanked/,
    });
  });

  it('terminates for any graph', async () => {
    const packageIndex: Record<string, string[]> = {};
    // Every package requires the next two, and the last ones contradict each other.
    for (let level = 0; level < 18; level++) {
      for (let version = 0; version < 12; version++) {
        packageIndex[`l${level}@1.${version}.0`] = [
          `l${level + 1} ^1`,
          `l${level + 2} ^1`,
          `end =1.${(level + version) % 12}.0`,
        ];
      }
    }
    for (const level of [18, 19]) packageIndex[`l${level}@1.0.0`] = [];
    for (let version = 0; version < 12; version++) packageIndex[`end@1.${version}.0`] = [];
    const found = await resolveNames(packageIndex, ['l0']).then(
      ({ chosen }) => chosen.length,
      (error: unknown) => (error as Error).name,
    );
    assert.ok(found === 'DependencyConflict' || typeof found === 'number');
  });
});
