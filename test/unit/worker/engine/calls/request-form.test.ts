import assert from 'node:assert/strict';
import { validateRequest } from '../../../../../src/worker/engine/calls/request-form.ts';
import type { AnyRequestForm } from '../../../../../src/worker/engine/calls/request-form.ts';

describe('the form of a request', () => {
  const form: AnyRequestForm = { id: 'text', limit: 'number?', paused: 'flag?', tags: 'texts?', limits: 'map?' };
  const refused: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['id', {}],
    ['id', { id: 1 }],
    ['limit', { id: 'a', limit: Number.NaN }],
    ['limit', { id: 'a', limit: null }],
    ['paused', { id: 'a', paused: 1 }],
    ['tags', { id: 'a', tags: ['b', 1] }],
    ['limits', { id: 'a', limits: [] }],
    ['limits', { id: 'a', limits: null }],
  ];
  for (const [field, request] of refused) {
    it(`refuses ${JSON.stringify(request)}, naming the field`, () => {
      assert.throws(
        () => {
          validateRequest('search', form, request);
        },
        { name: 'InvalidRequest', details: { call: 'search', field } },
      );
    });
  }

  it('accepts a request with and without its optional fields', () => {
    validateRequest('search', form, { id: 'a' });
    validateRequest('search', form, { id: 'a', limit: 1, paused: false, tags: [], limits: {} });
  });
});
