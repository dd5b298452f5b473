import assert from 'node:assert/strict';
import { Collector } from '../net/helpers/collector.ts';
import { buildPeer, CliTest } from './support.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';

describe('a command run from a traced pipeline', () => {
  const test = new CliTest();
  let collector: Collector;
  before(async function () {
    this.timeout(120_000);
    await buildPeer();
  });
  beforeEach(async () => {
    collector = await Collector.start();
  });
  afterEach(async () => {
    await test.close();
    await collector.close();
  });

  it('is a child span of the pipeline, and exports its spans before it exits', async () => {
    const data = await test.folder('data');
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, TRACEPARENT: `00-${TRACE}-${CALLER}-01` };
    const { code, errors } = await test.runIn(environment, 'search', 'needle', '--data', data);
    assert.equal(code, 0, errors);
    const [span, ...others] = collector.named('search');
    assert.deepEqual([span?.traceId, span?.parentSpanId, others.length], [TRACE, CALLER, 0]);
  });

  it('rejects an invalid endpoint', async () => {
    const data = await test.folder('data');
    const { code, errors } = await test.run('search', 'needle', '--data', data, '--otlp-endpoint', 'collector');
    assert.equal(code, 2, errors);
    assert.match(errors, /OpenTelemetry endpoint must be a URL/);
  });
});
