import assert from 'node:assert/strict';
import { checkTraceparent, parseTraceparent } from '../../../src/shared/traceparent.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a traceparent', () => {
  it('is parsed according to W3C Trace Context', () => {
    const text = `00-${TRACE}-${SPAN}-01`;
    assert.deepEqual(parseTraceparent(text), { traceId: TRACE, spanId: SPAN, traceFlags: 1 });
    assert.equal(checkTraceparent(text), text);
    assert.equal(parseTraceparent(`00-${TRACE}-${SPAN}-00`)?.traceFlags, 0);
  });

  it('is ignored when it is invalid', () => {
    const bad: unknown[] = [
      undefined,
      null,
      7,
      {},
      [`00-${TRACE}-${SPAN}-01`],
      '',
      `00-${TRACE}-${SPAN}`,
      `01-${TRACE}-${SPAN}-01`,
      `ff-${TRACE}-${SPAN}-01`,
      `00-${TRACE.toUpperCase()}-${SPAN}-01`,
      `00-${'0'.repeat(32)}-${SPAN}-01`,
      `00-${TRACE}-${'0'.repeat(16)}-01`,
      `00-${TRACE}-${SPAN}-01\n`,
      ` 00-${TRACE}-${SPAN}-01`,
      `00-${TRACE}-${SPAN}-01${'x'.repeat(1_000_000)}`,
    ];
    for (const value of bad) assert.equal(checkTraceparent(value), undefined, String(value).slice(0, 80));
  });
});
