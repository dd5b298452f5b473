import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from './peers.ts';

/** A span as OTLP says it in JSON (opentelemetry-proto, trace.proto), its attributes as plain values. */
export interface CollectedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number;
  readonly statusMessage: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }[];
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface CollectedMetric {
  readonly name: string;
  readonly unit: string;
  readonly points: readonly Readonly<Record<string, unknown>>[];
}

/** An OTLP endpoint over HTTP of the test's own: takes what an exporter sends and remembers it. */
export class Collector {
  readonly spans: CollectedSpan[] = [];
  /** As sent last. */
  metrics: readonly CollectedMetric[] = [];
  readonly paths: string[] = [];
  readonly #server: Server;
  /** Requests that are not answered. */
  waiting = 0;
  /** Takes requests and never answers them. */
  isStalled = false;
  /** Answers with this status instead of taking anything. */
  errorStatus: number | undefined;

  static async start(): Promise<Collector> {
    const collector = new Collector();
    await new Promise<void>((resolve) => collector.#server.listen(0, '127.0.0.1', resolve));
    return collector;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      this.waiting++;
      response.once('close', () => this.waiting--);
      if (this.isStalled) return;
      this.#receive(request).then(
        () => response.writeHead(this.errorStatus ?? 200, { 'content-type': 'application/json' }).end('{}'),
        (error: unknown) => response.writeHead(400).end(String(error)),
      );
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Spans of this name, in the order of their beginning. */
  named(name: string): CollectedSpan[] {
    return this.spans.filter((span) => span.name === name).sort((a, b) => a.start - b.start);
  }

  /** Wait for the one span of this name that fits. */
  async span(name: string, matches: (span: CollectedSpan) => boolean = () => true): Promise<CollectedSpan> {
    return eventually(`a span ${name} arrives`, () => this.named(name).find(matches));
  }

  childrenOf({ spanId, traceId }: CollectedSpan): CollectedSpan[] {
    const children = this.spans.filter((span) => span.parentSpanId === spanId).sort((a, b) => a.start - b.start);
    for (const child of children) assert.equal(child.traceId, traceId);
    return children;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #receive(request: IncomingMessage): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.paths.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (this.errorStatus !== undefined) return;
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Body;
    for (const { resource, scopeSpans } of body.resourceSpans ?? []) {
      for (const span of scopeSpans.flatMap(({ spans }) => spans))
        this.spans.push(spanOf(span, values(resource.attributes)));
    }
    const metrics = (body.resourceMetrics ?? []).flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap(({ metrics: all }) => all),
    );
    if (metrics.length > 0) this.metrics = metrics.map(metricOf);
  }
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface WireSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly events: readonly { readonly name: string; readonly attributes: readonly KeyValue[] }[];
  readonly status: { readonly code: number; readonly message?: string };
}

interface WireMetric {
  readonly name: string;
  readonly unit: string;
  readonly [kind: string]: unknown;
}

interface Body {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly WireMetric[] }[];
  }[];
}

function spanOf(span: WireSpan, resource: CollectedSpan['resource']): CollectedSpan {
  return {
    name: span.name,
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? '',
    status: span.status.code,
    statusMessage: span.status.message ?? '',
    attributes: values(span.attributes),
    events: span.events.map(({ name, attributes }) => ({ name, attributes: values(attributes) })),
    start: Number(BigInt(span.startTimeUnixNano) / 1000n) / 1000,
    end: Number(BigInt(span.endTimeUnixNano) / 1000n) / 1000,
    resource,
  };
}

function metricOf(metric: WireMetric): CollectedMetric {
  const kind = ['sum', 'gauge', 'histogram'].find((name) => metric[name] !== undefined) ?? '';
  const { dataPoints } = metric[kind] as {
    dataPoints: readonly (Record<string, unknown> & { attributes: KeyValue[] })[];
  };
  const points = dataPoints.map((point) => ({ ...point, kind, attributes: values(point.attributes) }));
  return { name: metric.name, unit: metric.unit, points };
}

/** OTLP wraps each value in an object that names its type. */
function values(attributes: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
