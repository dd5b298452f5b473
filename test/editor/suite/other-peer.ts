import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngineProcess } from '../../../src/extension/engine/engine-process.ts';
import type { EngineProcess } from '../../../src/extension/engine/engine-process.ts';
import { createPublisherKey } from '../../../src/identity/publisher-key.ts';
import { DEFAULT_NODE_SETTINGS } from '../../../src/shared/settings/node-settings.ts';
import type { PublishReceipt } from '../../../src/shared/model.ts';
import { workerScript } from './extension-under-test.ts';
import { remove } from './projects.ts';

/** A second peer: another worker with its own node, data folder and publisher key. */
export interface OtherPeer {
  /** A multiaddr that ends in the peer ID. */
  readonly address: string;
  readonly peerId: string;
  readonly publisher: string;
  publish(root: string): Promise<PublishReceipt>;
  stop(): Promise<void>;
}

/** @param key publisher key; a new one by default */
export async function startOtherPeer(name: string, key = createPublisherKey()): Promise<OtherPeer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ggen-peer-'));
  const process = await startEngineProcess({
    script: workerScript(),
    dataDir,
    version: '0.0.0',
    onOutput: () => undefined,
  });
  const status = await process.engine.startNode({ ...DEFAULT_NODE_SETTINGS, listen: ['/ip4/127.0.0.1/tcp/0'], name });
  return {
    address: status.addresses[0] ?? '',
    peerId: status.peerId ?? '',
    publisher: key.id,
    publish: (root) => publish(process, key, root),
    stop: async () => {
      await process.stop();
      await remove(dataDir);
    },
  };
}

async function publish(
  { engine }: EngineProcess,
  key: ReturnType<typeof createPublisherKey>,
  root: string,
): Promise<PublishReceipt> {
  const draft = await engine.draftRelease({ root, publisher: key.id });
  return await engine.publish({ draft: draft.draft, signature: key.sign(draft.bytesToSign) });
}
