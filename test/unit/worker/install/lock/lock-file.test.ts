import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import {
  lockedId,
  qualifiedFolder,
  parseLock,
  serializeLock,
} from '../../../../../src/worker/install/lock/lock-file.ts';
import type { LockedPackage } from '../../../../../src/worker/install/lock/lock-file.ts';
import { assignFolders, packagesFolder } from '../../../../../src/worker/install/plan/folders.ts';

const publisher = createPublisherKey().id;
const other = createPublisherKey().id;
const root = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi';

function entry(name: string, more: Partial<LockedPackage> = {}): LockedPackage {
  return { publisher, name, version: '1.0.0', root, size: 10, files: 2, dependencies: [], ...more };
}

describe('the lock file', () => {
  it('has one entry per line, in a deterministic order', () => {
    const packages = [
      entry('b', { requirement: '^1.0.0', dependencies: [`${publisher}/c`, `${publisher}/a`] }),
      entry('a'),
      entry('c', { version: '2.0.0-rc.1+build.5' }),
    ];
    const text = serializeLock(packages);
    assert.equal(text, serializeLock(packages.toReversed()));
    assert.ok(text.startsWith('# Which releases this project uses'));
    assert.ok(text.endsWith(']\n') || text.endsWith('\n'));
    const b = text.slice(text.indexOf('name = "b"')).split('\n');
    assert.deepEqual(b.slice(0, 11), [
      'name = "b"',
      `publisher = "${publisher}"`,
      'version = "1.0.0"',
      `root = "${root}"`,
      'size = 10',
      'files = 2',
      'requirement = "^1.0.0"',
      'dependencies = [',
      `  "${publisher}/a",`,
      `  "${publisher}/c",`,
      ']',
    ]);
  });

  it('round-trips any content', () => {
    const arbitrary = fc.uniqueArray(
      fc.record(
        {
          name: fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/),
          version: fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((parts) => parts.join('.')),
          size: fc.nat(1_000_000),
          files: fc.nat(10_000),
          requirement: fc.constantFrom('^1.0.0', '>=1 <2', '*', '1.0.0 || 2.0.0'),
          qualified: fc.boolean(),
        },
        { requiredKeys: ['name', 'version', 'size', 'files', 'qualified'] },
      ),
      { selector: ({ name }) => name, maxLength: 20 },
    );
    fc.assert(
      fc.property(arbitrary, (drawn) => {
        const ids = drawn.map(({ name }) => `${publisher}/${name}`).sort();
        const packages = drawn.map(({ qualified, ...one }) =>
          entry(one.name, {
            ...one,
            dependencies: ids.slice(0, 3),
            ...(qualified ? { folder: qualifiedFolder({ publisher, name: one.name }) } : {}),
          }),
        );
        const byId = (list: readonly LockedPackage[]) => [...list].sort((a, b) => (lockedId(a) < lockedId(b) ? -1 : 1));
        assert.deepEqual(byId(parseLock(serializeLock(packages))), byId(packages));
      }),
    );
  });

  const good = serializeLock([entry('a')]);
  const hostile: Readonly<Record<string, string>> = {
    'is no TOML': 'version = [',
    'is in the middle of a merge': good.replace(
      'size = 10',
      '<<<<<<< ours\nsize = 10\n=======\nsize = 11\n>>>>>>> theirs',
    ),
    'is of another version': good.replace('version = 1\n', 'version = 2\n'),
    'names a package that climbs out': good.replace('name = "a"', 'name = "../../etc"'),
    'has a folder that climbs out': `${good}folder = "../x"\n`,
    'has a folder of another name': `${good}folder = "b"\n`,
    'has a publisher that is none': good.replace(publisher, 'somebody'),
    'has a version that is none': good.replace('version = "1.0.0"', 'version = "one"'),
    'has a root that is none': good.replace(root, 'bafy'),
    'has a root of another kind': good.replace(root, 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'),
    'has a negative size': good.replace('size = 10', 'size = -1'),
    'has a size beyond all limits': good.replace('size = 10', 'size = 9007199254740990'),
    'has a size that is a text': good.replace('size = 10', 'size = "10"'),
    'has too many files': good.replace('files = 2', 'files = 1000000'),
    'has a requirement that is none': `${good}requirement = "newest"\n`,
    'needs what is not in it': `${good}dependencies = ["${publisher}/b"]\n`,
    'needs what has no name': `${good}dependencies = ["${publisher}/../b"]\n`,
    'needs a number': `${good}dependencies = [1]\n`,
    'names a package twice': good + good.slice(good.indexOf('[[package]]')),
    'has packages that are no list': 'version = 1\npackage = "a"\n',
    'has packages that are no tables': 'version = 1\npackage = [1]\n',
    'is nested without end': `version = 1\na = ${'['.repeat(10_000)}`,
    'is too large': `version = 1\n# ${'x'.repeat(5 * 1024 * 1024)}`,
  };
  for (const [what, text] of Object.entries(hostile)) {
    it(`is rejected when it ${what}`, () => {
      assert.throws(() => parseLock(text), { name: 'LockInvalid' });
    });
  }

  it('keeps the line ends of a git checkout', () => {
    const windows = good.replaceAll('\n', '\r\n');
    assert.equal(serializeLock(parseLock(windows), windows), windows);
    assert.equal(serializeLock(parseLock(windows), good), good);
  });

  it('reports the line of an unresolved merge conflict', () => {
    const merge = good.replace('size = 10', '<<<<<<< ours\nsize = 10\n=======\nsize = 11\n>>>>>>> theirs');
    const line = merge.split('\n').indexOf('<<<<<<< ours') + 1;
    assert.throws(() => parseLock(merge), { message: new RegExp(`line ${line} starts an unresolved merge conflict`) });
  });

  it('is rejected after any change that makes it invalid', () => {
    const text = serializeLock([
      entry('a', { requirement: '^1.0.0' }),
      entry('b', { dependencies: [`${publisher}/a`] }),
    ]);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 3 }), (at, junk) => {
        try {
          for (const one of parseLock(text.slice(0, at) + junk + text.slice(at + 1))) {
            assert.match(one.name, /^[a-z0-9._-]+$/);
            assert.ok(one.folder === undefined || one.folder === qualifiedFolder(one));
          }
        } catch (error) {
          assert.equal((error as Error).name, 'LockInvalid');
        }
      }),
    );
  });
});

describe('the folders of packages', () => {
  it('use the package name, with the publisher where two packages share it or the file system does not support it', () => {
    const packages = [entry('a'), entry('a', { publisher: other }), entry('aux'), entry('nul.txt')];
    const placed = [...assignFolders(packages, []).values()].map(({ name, folder }) => folder ?? name);
    assert.deepEqual(placed, [
      'a',
      `~${other.slice(-8)}-a`,
      `~${publisher.slice(-8)}-aux`,
      `~${publisher.slice(-8)}-nul.txt`,
    ]);
  });

  it('stay where the lock file has them', () => {
    const locked = [
      entry('a', { publisher: other }),
      entry('b', { folder: qualifiedFolder({ publisher, name: 'b' }) }),
    ];
    const placed = assignFolders([entry('a'), entry('a', { publisher: other }), entry('b')], locked);
    assert.equal(placed.get(`${other}/a`)?.folder, undefined);
    assert.equal(placed.get(`${publisher}/a`)?.folder, qualifiedFolder({ publisher, name: 'a' }));
    assert.equal(placed.get(`${publisher}/b`)?.folder, qualifiedFolder({ publisher, name: 'b' }));
  });

  it('are inside the project', () => {
    assert.match(packagesFolder('/home/ada/project'), /packages$/);
    assert.throws(() => packagesFolder('/home/ada/project', '../outside'), { name: 'InvalidRequest' });
    assert.throws(() => packagesFolder('/home/ada/project', '/etc'), { name: 'InvalidRequest' });
  });
});
