import assert from 'node:assert/strict';
import { errorDiagnostics } from '../../../../../src/extension/commands/publish/error-diagnostics.ts';
import { GgenError } from '../../../../../src/shared/errors.ts';
import type { Diagnostic } from '../../../../../src/shared/model.ts';

const FAULT: Diagnostic = {
  severity: 'error',
  code: 'manifest-name-missing',
  message: 'The manifest names no package.',
  path: 'gpack.toml',
  line: 1,
};

describe('diagnostics in error details', () => {
  it('are decoded as they were encoded', () => {
    const details = { path: 'gpack.toml', diagnostics: [JSON.stringify(FAULT)] };
    assert.deepEqual(errorDiagnostics(new GgenError('ManifestInvalid', 'no', { details })), [FAULT]);
  });

  it('are dropped when they are invalid', () => {
    const diagnostics = ['{', 'null', '[]', JSON.stringify({ ...FAULT, severity: 'fatal' }), '{"line":"1"}'];
    assert.deepEqual(errorDiagnostics(new GgenError('ManifestInvalid', 'no', { details: { diagnostics } })), []);
    assert.deepEqual(errorDiagnostics(new GgenError('ManifestInvalid', 'no', { details: { diagnostics: 'x' } })), []);
    assert.deepEqual(errorDiagnostics(new Error('no')), []);
  });
});
