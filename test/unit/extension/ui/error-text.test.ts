import assert from 'node:assert/strict';
import { errorText } from '../../../../src/extension/ui/error-text.ts';
import { GgenError } from '../../../../src/shared/errors.ts';
import { t } from '../localize.ts';

describe('error messages for the user', () => {
  it('state what happened and what to do', () => {
    const text = errorText(new GgenError('TimedOut', 'Asking for hello took longer than 30 s'), t);
    assert.match(text?.message ?? '', /^Asking for hello took longer than 30 s\. .*Try again\.$/);
    assert.ok(text?.actions.includes('showLog'));
  });

  it('are empty for operations that the user canceled', () => {
    assert.equal(errorText(new DOMException('stop', 'AbortError'), t), undefined);
  });

  it('never show details of an unexpected error', () => {
    for (const thrown of [
      new TypeError('x is not a function\n    at foo (bar.js:1)'),
      'text',
      undefined,
      { name: 'A' },
    ]) {
      assert.deepEqual(errorText(thrown, t)?.actions, ['showLog']);
      assert.doesNotMatch(errorText(thrown, t)?.message ?? '', /function|text/);
    }
  });

  it('ignore error names that exist only on the prototype', () => {
    const error = new Error('x');
    error.name = 'constructor';
    assert.match(errorText(error, t)?.message ?? '', /log for details/);
  });

  it('contain no link, icon or line break from a package', () => {
    const error = new GgenError('PackageNotFound', 'No [x](command:y) $(z)\nhere');
    assert.match(errorText(error, t)?.message ?? '', /^No \[x\] \(command:y\) \$ \(z\) here\.$/);
  });
});
