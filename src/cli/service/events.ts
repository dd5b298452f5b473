import type { PublishReceipt } from '../../shared/model.ts';

/** An event that a running peer prints, one object per line with `--format json`. */
export type PeerEvent =
  | {
      readonly event: 'ready';
      readonly peerId: string;
      readonly addresses: readonly string[];
      readonly bootstrap: number;
      readonly pid: number;
      /** Another process runs the node; this peer takes over when that process ends. */
      readonly attached: boolean;
      readonly http?: string;
    }
  | {
      readonly event: 'peer';
      readonly id: string;
      readonly name: string;
      readonly address: string;
      readonly connected: boolean;
    }
  | {
      readonly event: 'package';
      readonly id: string;
      readonly name: string;
      readonly version: string;
      readonly published: boolean;
    }
  | ({ readonly event: 'published'; readonly path: string } & PublishReceipt)
  | {
      readonly event: 'published';
      readonly path: string;
      readonly unchanged: true;
      readonly id?: string;
      readonly version: string;
    }
  | {
      readonly event: 'mirrored';
      readonly id: string;
      readonly version: string;
      readonly files: number;
      readonly size: number;
    }
  | { readonly event: 'reloaded' }
  | { readonly event: 'error'; readonly name: string; readonly message: string };

/** Text of an event; undefined for events that only programs read. */
export function eventText(event: PeerEvent): string | undefined {
  switch (event.event) {
    case 'ready': {
      const where = event.addresses.map((address) => `\n  ${address}`).join('');
      const http = event.http === undefined ? '' : `\nHTTP on ${event.http}`;
      return `${event.attached ? 'Standing by' : 'Ready'} as ${event.peerId} (process ${event.pid})${where}${http}`;
    }
    case 'published':
      return 'unchanged' in event
        ? `Already published: ${event.id ?? event.path}@${event.version}`
        : `Published ${event.id}@${event.version} from ${event.path}`;
    case 'reloaded':
      return 'Configuration reloaded';
    // These are log lines already.
    case 'mirrored':
    case 'error':
    case 'peer':
    case 'package':
      return undefined;
  }
}
