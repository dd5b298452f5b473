import { readFileSync } from 'node:fs';
import type { AgentOptions } from 'node:https';
import { resolve } from 'node:path';
import { getCACertificates } from 'node:tls';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Options of the agent that sends telemetry. The proxy is that of `HTTPS_PROXY` or `HTTP_PROXY`, except for hosts in
 * `NO_PROXY` (each also in lower case); certificates are those of `OTEL_EXPORTER_OTLP_*`, which replace Node's, else Node's
 * and `NODE_EXTRA_CA_CERTS`.
 *
 * @param signal whose variables of its own are preferred
 * @throws Node's error when a file cannot be read
 */
export function otlpAgentOptions(signal: 'TRACES' | 'METRICS', env: Environment = process.env): AgentOptions {
  const read = (what: string): Buffer | undefined => {
    const path = env[`OTEL_EXPORTER_OTLP_${signal}_${what}`] ?? env[`OTEL_EXPORTER_OTLP_${what}`] ?? '';
    return path === '' ? undefined : readFileSync(resolve(path));
  };
  const [ca, cert, key] = [
    read('CERTIFICATE') ?? extraCertificates(env),
    read('CLIENT_CERTIFICATE'),
    read('CLIENT_KEY'),
  ];
  return {
    keepAlive: true,
    proxyEnv: proxyVariables(env),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

/** Only these: Node would also take a proxy for all protocols of other programs. */
function proxyVariables(env: Environment): NonNullable<AgentOptions['proxyEnv']> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

/** Certificates of `NODE_EXTRA_CA_CERTS` where the program that runs Node, such as Electron, did not read them at its start. */
function extraCertificates(env: Environment): (string | Buffer)[] | undefined {
  const path = env['NODE_EXTRA_CA_CERTS'] ?? '';
  if (path === '' || getCACertificates('extra').length > 0) return undefined;
  return [...getCACertificates('default'), readFileSync(path)];
}
