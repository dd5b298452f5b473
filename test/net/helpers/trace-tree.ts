import type { CollectedSpan, Collector } from './collector.ts';

/** A trace as text: one line per span with its begin and its duration in milliseconds, children below their parent. */
export function traceTree(collector: Collector, root: CollectedSpan): string {
  const lines = (span: CollectedSpan, depth: number): string[] => {
    const begin = `+${(span.start - root.start).toFixed(0)}`.padStart(6);
    const took = `${(span.end - span.start).toFixed(1)} ms`.padStart(11);
    const own = `${begin} ${took}  ${'  '.repeat(depth)}${span.name}  ${attributesOf(span)}`.trimEnd();
    return [own, ...collector.childrenOf(span).flatMap((child) => lines(child, depth + 1))];
  };
  return lines(root, 0).join('\n');
}

function attributesOf({ attributes, status }: CollectedSpan): string {
  const formatted = Object.entries(attributes).map(([key, value]) => `${key}=${formatValue(value)}`);
  return [...(status === 2 ? ['ERROR'] : []), ...formatted].join(' ');
}

/** Peer ids all begin alike; their ends tell them apart. */
function formatValue(value: unknown): string {
  const text = typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(2) : String(value);
  return text.startsWith('12D3KooW') ? `…${text.slice(-6)}` : text;
}
