import assert from 'node:assert/strict';
import { PLAIN_LIMITS, plainData } from '../../../src/rpc/plain-data.ts';

describe('plain data', () => {
  it('is cloned unchanged', () => {
    const data = { a: [1, 'x', null, undefined, true], b: { c: new Uint8Array([1]) }, d: Number.NaN, e: -0 };
    const copy = plainData(data);
    assert.deepEqual(copy, data);
    assert.notEqual(copy, data);
  });

  it('converts objects without a prototype to ordinary ones', () => {
    assert.deepEqual(plainData(Object.assign(Object.create(null) as object, { a: 1 })), { a: 1 });
  });

  it('converts any byte array to a Uint8Array of its own size', () => {
    const bytes = plainData(Buffer.from('hello')) as Uint8Array;
    assert.equal(Object.getPrototypeOf(bytes), Uint8Array.prototype);
    assert.equal(bytes.buffer.byteLength, 5);
    const shared = plainData(new Uint8Array(new SharedArrayBuffer(8))) as Uint8Array;
    assert.ok(shared.buffer instanceof ArrayBuffer);
  });

  const refused: readonly (readonly [string, unknown, RegExp])[] = [
    ['a function', { a: [{ b: () => undefined }] }, /request\.a\[0\]\.b is a function/],
    ['an instance', { at: new Date() }, /request\.at is an instance of Date/],
    ['an error', new Error('x'), /an instance of Error/],
    ['another typed array', new Float64Array(1), /Float64Array/],
    ['an array buffer', new ArrayBuffer(1), /ArrayBuffer/],
    ['a promise', Promise.resolve(), /Promise/],
    ['a symbol key', { [Symbol('x')]: 1 }, /symbol keys/],
    ['a hole', { list: [1, , 3] }, /request\.list is an array with holes/], // eslint-disable-line no-sparse-arrays -- that is the test
    ['an array with members', Object.assign([1], { extra: 1 }), /named properties/],
    ['a huge empty array', new Array(4_000_000_000), /holes/],
    ['a prototype in disguise', JSON.parse('{"__proto__": {"a": 1}}'), /__proto__/],
    ['an object of another prototype', Object.create({ a: 1 }), /is/],
  ];
  for (const [what, value, message] of refused) {
    it(`does not include ${what}`, () => {
      assert.throws(() => plainData(value), { name: 'InvalidRequest', message });
    });
  }

  it('is limited in depth and number of values', () => {
    const deep = Array.from({ length: PLAIN_LIMITS.depth + 1 }).reduce<unknown>((inner) => [inner], 0);
    assert.throws(() => plainData(deep), /levels deep/);
    const shared = Array.from({ length: 25 }).reduce<unknown>((inner) => [inner, inner], 0);
    assert.throws(() => plainData(shared), /more than 1000000 values/);
  });
});
