import assert from 'node:assert/strict';
import { CALL_TABLE, CALL_TRAITS } from '../../../../../src/worker/engine/calls/call-table.ts';
import { SAMPLES } from '../../../../boundary/samples/index.ts';
import { validateRequest } from '../../../../../src/worker/engine/calls/request-form.ts';
import type { AnyRequestForm } from '../../../../../src/worker/engine/calls/request-form.ts';
import { callNames } from '../../../../../src/shared/call-traits.ts';

describe('the call table', () => {
  it('describes every call for other processes', () => {
    assert.deepEqual(Object.keys(CALL_TRAITS).sort(), Object.keys(SAMPLES).sort());
  });

  it('repeats no call that must not be done twice', () => {
    const once = callNames(CALL_TRAITS).filter((name) => CALL_TRAITS[name]?.idempotent === false);
    assert.deepEqual(once.sort(), [
      'applyPlan',
      'delete',
      'exportPackage',
      'importPackage',
      'install',
      'publish',
      'uninstall',
      'unkeep',
    ]);
  });

  for (const name of callNames(CALL_TRAITS)) {
    it(`has a form that the sample of ${name} fits`, () => {
      const form: AnyRequestForm = CALL_TABLE[name].form;
      validateRequest(name, form, { ...SAMPLES[name].request });
    });
  }
});
