import assert from 'node:assert/strict';
import { fromPlainError, GgenError, toPlainError } from '../../../src/shared/errors.ts';

/** The class as another bundle has it. */
class Foreign extends Error {
  override readonly name = 'ManifestInvalid';
  readonly details: unknown;

  constructor(details: unknown) {
    super('from another bundle');
    this.details = details;
  }
}

describe('errors across bundles', () => {
  it('keep their details whichever bundle threw them', () => {
    const details = { path: 'a', line: 1, known: true, diagnostics: ['{}'] };
    const revived = fromPlainError(structuredClone(toPlainError(new Foreign(details))));
    assert.ok(revived instanceof GgenError);
    assert.deepEqual([revived.name, revived.details], ['ManifestInvalid', details]);
  });

  it('drop details that are not plain data', () => {
    const foreign = toPlainError(new Foreign({ path: 'a', socket: () => undefined, list: [1], nested: {} }));
    assert.deepEqual(foreign.details, { path: 'a' });
    for (const details of [undefined, null, 'text', 1])
      assert.deepEqual(toPlainError(new Foreign(details)).details, {});
  });
});
