import assert from 'node:assert/strict';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { GgenError } from '../../../../src/shared/errors.ts';
import { RecordedSpan } from '../../../../src/worker/telemetry/span.ts';

const ERROR = 2;

/** The span that an exporter receives after `work` used it. */
function recorded(work: (span: RecordedSpan) => void): { status: object; attributes: Record<string, unknown> } {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const span = new RecordedSpan(provider.getTracer('test').startSpan('query_dht'), 'query_dht');
  work(span);
  span.close();
  const [finished] = exporter.getFinishedSpans();
  assert.ok(finished !== undefined);
  return { status: finished.status, attributes: finished.attributes };
}

describe('a span of the engine', () => {
  it('records its duration and outcome', () => {
    const { status, attributes } = recorded(() => undefined);
    assert.deepEqual(status, { code: 0 });
    assert.equal(attributes['p2p.dht.query.status'], 'success');
    assert.equal(typeof attributes['p2p.dht.query.duration_ms'], 'number');
  });

  it('records the name of an error and omits its message, which may contain a path', () => {
    const secret = '/home/ada/secret';
    for (const error of [new GgenError('UnsafePath', secret), new Error(secret), secret]) {
      const { status, attributes } = recorded((span) => {
        span.recordError(error);
      });
      assert.ok(!JSON.stringify([status, attributes]).includes(secret));
      const type = error instanceof Error ? error.name : '_OTHER';
      assert.deepEqual([status, attributes['error.type']], [{ code: ERROR, message: type }, type]);
    }
  });

  it('does not use a sentence as the name of an error', () => {
    const { attributes } = recorded((span) => {
      span.end('error', 'The file /home/ada/x is not there');
    });
    assert.equal(attributes['error.type'], '_OTHER');
  });

  it('distinguishes timeouts and cancellations', () => {
    const timedOut = recorded((span) => {
      span.recordError(new DOMException('late', 'TimeoutError'));
    });
    assert.deepEqual(
      [timedOut.attributes['error.type'], timedOut.attributes['p2p.dht.query.status']],
      ['TimedOut', 'timeout'],
    );
    const canceled = recorded((span) => {
      span.recordError(new DOMException('over', 'AbortError'));
    });
    assert.deepEqual(canceled.status, { code: 0 });
    assert.deepEqual(
      [canceled.attributes['canceled'], canceled.attributes['p2p.dht.query.status']],
      [true, 'canceled'],
    );
  });
});
