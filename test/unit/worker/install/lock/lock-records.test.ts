import assert from 'node:assert/strict';
import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import type { GgenError } from '../../../../../src/shared/errors.ts';
import { assertLockedRoots } from '../../../../../src/worker/install/lock/lock-records.ts';
import type { VersionContent } from '../../../../../src/worker/install/lock/lock-records.ts';

const publisher = createPublisherKey().id;
const stranger = createPublisherKey().id;

function content(name: string, version: string, root: string, by = publisher): VersionContent {
  return { publisher: by, name, version, root };
}

describe('the content of locked versions', () => {
  const locked = [content('a', '1.0.0', 'root-a'), content('b', '1.0.0', 'root-b')];

  for (const [what, chosen] of [
    ['the same content', locked],
    ['another version', [content('a', '1.0.1', 'new'), content('b', '0.9.0', 'old')]],
    ['a removed package', [content('b', '1.0.0', 'root-b')]],
    ['a new package', [...locked, content('c', '1.0.0', 'root-c')]],
    ['a package of the same name by another publisher', [content('a', '1.0.0', 'theirs', stranger)]],
  ] as const) {
    it(`accepts ${what}`, () => {
      assertLockedRoots(locked, chosen, []);
    });
  }

  it('may change only to roots that were accepted, and the error names all others', () => {
    const chosen = [content('a', '1.0.0', 'x'), content('b', '1.0.0', 'y')];
    assertLockedRoots(locked, chosen, ['y', 'x']);
    const failure = (accepted: readonly string[]): GgenError => {
      try {
        assertLockedRoots(locked, chosen, accepted);
      } catch (error) {
        return error as GgenError;
      }
      throw new Error('Not rejected');
    };
    const both = failure(['root-a']);
    assert.equal(both.name, 'LockMismatch');
    for (const root of ['root-a', 'root-b', 'has x', 'has y']) assert.ok(both.message.includes(root), both.message);
    assert.deepEqual(both.details['signedRoots'], ['x', 'y']);
    const one = failure(['x']);
    assert.deepEqual(
      [one.details['packages'], one.details['lockedRoots'], one.details['signedRoots']],
      [[`${publisher}/b@1.0.0`], ['root-b'], ['y']],
    );
  });
});
