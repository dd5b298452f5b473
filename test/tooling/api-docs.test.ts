import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiPage } from '../../scripts/docs/api-page.ts';
import { readContract } from '../../scripts/docs/contract.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { SAMPLES } from '../boundary/samples/index.ts';

describe('docs/api.md', () => {
  const contract = readContract(ROOT);

  it('is what scripts/api-docs.ts writes', () => {
    const page = readFileSync(join(ROOT, 'docs/api.md'), 'utf8').replaceAll('\r\n', '\n');
    assert.equal(page, apiPage(contract), 'run node scripts/api-docs.ts');
  });

  it('describes every call', () => {
    const calls = contract.subjects.flatMap((subject) => subject.calls);
    assert.deepEqual(calls.map(({ name }) => name).sort(), Object.keys(SAMPLES).sort());
    assert.deepEqual(
      calls.filter(({ description }) => description === ''),
      [],
    );
  });

  it('gives the meaning of every error', () => {
    assert.deepEqual(
      contract.errors.filter(({ description }) => description === ''),
      [],
    );
  });
});
