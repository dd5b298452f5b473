import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPeer, CliTest, resultOf } from './support.ts';

const TLS = join(import.meta.dirname, '..', 'fixtures', 'tls');
const CERTIFICATE = join(TLS, 'localhost.crt');

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('telemetry of a command', () => {
  const test = new CliTest();
  /** Paths that the collector received, and targets that the proxy was asked for. */
  const received: string[] = [];
  const proxied: string[] = [];
  const servers: Server[] = [];
  let endpoint: string;
  let environment: Readonly<Record<string, string>>;

  before(async function () {
    this.timeout(120_000);
    await buildPeer();
    const collector = createServer(
      { key: readFileSync(join(TLS, 'localhost.key')), cert: readFileSync(CERTIFICATE) },
      (request, response) => {
        received.push(request.url ?? '');
        request.resume().once('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
      },
    );
    const port = await listen(collector);
    const proxy = createHttpServer();
    proxy.on('connect', (request, client, head) => {
      proxied.push(request.url ?? '');
      const target = connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        target.write(head);
        target.pipe(client).pipe(target);
      });
      for (const socket of [target, client]) socket.on('error', () => undefined);
    });
    const proxyUrl = `http://127.0.0.1:${await listen(proxy)}`;
    servers.push(collector, proxy);
    endpoint = `https://localhost:${port}`;
    environment = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, HTTPS_PROXY: proxyUrl, NODE_EXTRA_CA_CERTS: CERTIFICATE };
  });
  beforeEach(() => {
    received.length = 0;
    proxied.length = 0;
  });
  after(async () => {
    await test.close();
    for (const server of servers) server.close();
  });

  async function telemetryCheck(changes: Readonly<Record<string, string>> = {}) {
    const data = await test.folder('data');
    const ended = await test.runIn({ ...environment, ...changes }, 'doctor', '-f', 'json', '--data', data);
    const { checks } = resultOf(ended) as { checks: { name: string; state: string; detail: string }[] };
    return checks.find(({ name }) => name === 'telemetry');
  }

  it('reaches an endpoint through the proxy, with a certificate of NODE_EXTRA_CA_CERTS', async () => {
    assert.equal((await telemetryCheck())?.state, 'ok');
    assert.ok(received.includes('/v1/traces'));
    assert.deepEqual([...new Set(proxied)], [endpoint.slice('https://'.length)]);
  });

  it('goes directly to a host of NO_PROXY', async () => {
    assert.equal((await telemetryCheck({ NO_PROXY: 'localhost' }))?.state, 'ok');
    assert.ok(received.includes('/v1/traces'));
    assert.deepEqual(proxied, []);
  });

  it('that cannot be delivered is named by doctor and status, with the reason', async () => {
    const untrusted = await telemetryCheck({ NODE_EXTRA_CA_CERTS: '', NO_PROXY: 'localhost' });
    assert.equal(untrusted?.state, 'warning');
    assert.match(untrusted.detail, /cannot be sent to https:\/\/localhost:\d+: .*certificate/);
    const missing = await telemetryCheck({ OTEL_EXPORTER_OTLP_CERTIFICATE: '/no/such/file.pem' });
    assert.match(missing?.detail ?? '', /no such file/);
    const data = ['--data', await test.folder('peer')];
    const refused = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
    const peer = test.spawn(['start', '--format', 'json', ...data], refused);
    await peer.line('ready');
    const doctor = resultOf(await test.run('doctor', '-f', 'json', ...data));
    const { detail } = (doctor['checks'] as { name: string; detail: string }[]).find(
      ({ name }) => name === 'telemetry',
    )!;
    assert.match(detail, /cannot be sent to http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
    const status = await test.run('status', ...data);
    assert.match(status.output, /^telemetry +cannot be sent to http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/m);
  });
});
