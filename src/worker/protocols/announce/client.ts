import type { PeerId } from '@libp2p/interface';
import { claimSigningBytes, encodeAnnouncement } from '../../node/announcement.ts';
import { TOPIC } from '../../node/protocols.ts';
import type { Tracing } from '../../telemetry/telemetry.ts';

export interface AnnounceClientDeps {
  readonly node: {
    /** Of the peer key: raw, 32 bytes. */
    readonly publicKey: Uint8Array;
    sign(bytes: Uint8Array): Promise<Uint8Array>;
    readonly libp2p: {
      readonly services: {
        readonly pubsub: {
          publish(topic: string, data: Uint8Array): Promise<{ readonly recipients: readonly PeerId[] }>;
        };
      };
    };
  };
  readonly telemetry: Pick<Tracing, 'span' | 'metrics'>;
}

/**
 * Announces a record, with the claim that this node serves the package. Returns the number of peers to which the message was
 * sent directly; they forward it.
 */
export function announce({ node, telemetry }: AnnounceClientDeps, record: Uint8Array): Promise<number> {
  return telemetry.span('announce_package', { size: record.length }, async (span) => {
    const signature = await node.sign(claimSigningBytes(record));
    const message = encodeAnnouncement({ record, providerKey: node.publicKey, signature });
    const { recipients } = await node.libp2p.services.pubsub.publish(TOPIC, message);
    span.set({ announced_to: recipients.length });
    if (recipients.length > 0) telemetry.metrics.add('p2p_announcements_total');
    return recipients.length;
  });
}
