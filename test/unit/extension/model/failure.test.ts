import assert from 'node:assert/strict';
import { failureOf } from '../../../../src/extension/model/failure.ts';
import { GgenError } from '../../../../src/shared/errors.ts';
import { t } from '../localize.ts';

describe('the reason why the engine does not run', () => {
  it('has an id for the views that explain it', () => {
    assert.equal(failureOf(new GgenError('DataDirInUse', 'x'), t).reason, 'DataDirInUse');
    assert.equal(failureOf(new GgenError('NodeStartFailed', 'x'), t).reason, 'NodeStartFailed');
    assert.equal(failureOf(new GgenError('DatabaseTooNew', 'x'), t).reason, 'other');
  });

  it('has a message for the user', () => {
    assert.match(failureOf(new GgenError('DataDirInUse', '/some/path'), t).text, /^Another window/);
    assert.equal(failureOf(new GgenError('EngineStopped', 'exit code 1'), t).text, 'exit code 1');
    assert.match(failureOf(new TypeError('x is not a function'), t).text, /log for details/);
  });
});
