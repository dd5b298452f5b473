import { GgenError } from './errors.ts';

/** Base URL of an OTLP endpoint over HTTP, without a slash at the end; undefined for any other text. */
export function normalizeOtlpEndpoint(text: string): string | undefined {
  const url = URL.parse(text.trim());
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined;
  // Settings and logs show the URL, so passwords and keys belong into OTEL_EXPORTER_OTLP_HEADERS.
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined;
  return url.href.replace(/\/+$/, '');
}

/** Like `normalizeOtlpEndpoint`, but strict. @throws GgenError InvalidRequest (`details.setting`) for any other text */
export function parseOtlpEndpoint(text: string): string {
  const endpoint = normalizeOtlpEndpoint(text);
  if (endpoint !== undefined) return endpoint;
  throw new GgenError(
    'InvalidRequest',
    "The OpenTelemetry endpoint must be a URL such as 'http://127.0.0.1:4318', without a user name, query, or fragment.",
    { details: { setting: 'otlpEndpoint' } },
  );
}
