import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countWords, readingMinutes, readingTime } from '../src/reading-time.js';

test('counts words, not punctuation', () => {
  assert.equal(countWords('Well — who would have thought?'), 5);
});

test('an empty text takes no time', () => {
  assert.equal(readingMinutes(' \n'), 0);
});

test('a short text takes a minute', () => {
  assert.equal(readingTime('Hello there.'), '1 min read');
});

test('a long text is rounded', () => {
  assert.equal(readingTime('word '.repeat(1000)), '4 min read');
});
