import assert from 'node:assert/strict';
import { isRelated } from '../../../../../src/worker/protocols/search/relevance.ts';
import type { PackageRecord } from '../../../../../src/worker/records/record.ts';

describe('the relevance of a record to a query', () => {
  const CASES: readonly (readonly [text: string, name: string, related: boolean])[] = [
    ['pars', 'parser', true],
    ['praser', 'parser', true],
    // A peer without 'fanout7' searches for words that begin with 'fanout1', the closest word that it knows.
    ['fanout7', 'fanout12', true],
    ['parzer', 'parserlib', true],
    ['teapot', 'advertisement', false],
    ['abc', 'xyz', false],
    ['ab', 'axe', false],
  ];
  for (const [text, name, related] of CASES) {
    it(`'${name}' to '${text}': ${related ? 'yes' : 'no'}`, () => {
      assert.equal(isRelated({ text }, record(name)), related);
    });
  }
});

function record(name: string): PackageRecord {
  return {
    publisher: 'z6Mk',
    name,
    seq: 1,
    updated: 0,
    metadata: { title: name, description: '', categories: [], tags: [], license: 'MIT', authors: [] },
    releases: [],
  };
}
