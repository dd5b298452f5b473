import type { DescribedEngine } from '../../shared/call-traits.ts';
import { ClosingStack } from '../../shared/closing-stack.ts';
import type { RoutingTableSize, Transports } from '../node/libp2p-options.ts';
import type { RecordProtocol } from '../protocols/shared/record-protocols.ts';
import { CALL_TABLE, CALL_TRAITS } from './calls/call-table.ts';
import { Operations } from './calls/operations.ts';
import { createCalls } from './calls/pipeline.ts';
import { composeContent, composeCore, composeNode, composeRegistry } from './composition.ts';
import { openStorage } from './storage.ts';
import { addTasks, announceInitialState, connectParts, reportCatalogDamage } from './wiring.ts';

export interface EngineOptions {
  /** Folder of this node's state; created when missing. One engine at a time can have it. */
  readonly dataDir: string;
  /** Version of the program, sent to peers. */
  readonly version: string;
  /** Protocols that carry records; all when absent. */
  readonly enabledProtocols?: readonly RecordProtocol[];
  /** How peers are reached; TCP when absent. */
  readonly transports?: Transports;
  /** The DHT's own size when absent. In a simulation of fewer nodes than that, every node would know all others. */
  readonly routingTable?: RoutingTableSize;
  /** How long to wait for another owner to release the folder, in milliseconds; 6 s when absent. */
  readonly lockTimeoutMs?: number;
}

export interface LocalEngine extends DescribedEngine {
  /** Stop the node, end running calls, make everything durable. Resolves within 3 s. */
  close(): Promise<void>;
}

/**
 * The engine in this process: everything composed, no node started. Calls work at once; those that need the network fail
 * with NodeNotRunning until `startNode`.
 *
 * @throws GgenError DataDirInUse, DatabaseTooNew, DiskFull, UnsupportedRuntime
 */
export async function createEngine(options: EngineOptions): Promise<LocalEngine> {
  const closing = new ClosingStack();
  try {
    return await compose(options, closing);
  } catch (error) {
    // A process that cannot serve the folder must not keep it from others.
    await closing.close().catch(() => undefined);
    throw error;
  }
}

/** Each step uses only what the steps before it made, and what it opens is closed in reverse order. */
async function compose(options: EngineOptions, closing: ClosingStack): Promise<LocalEngine> {
  const storage = await openStorage(options, closing);
  const core = composeCore(options, storage, closing);
  const content = await composeContent(core, closing);
  const registry = composeRegistry(content, closing);
  const parts = composeNode(options, registry, closing);
  connectParts(parts);
  reportCatalogDamage(parts);
  addTasks(parts);
  // Calls end first, so that none uses a part that is closed already.
  const operations = new Operations();
  closing.defer(() => operations.stop());
  await announceInitialState(parts);
  return {
    ...createCalls(CALL_TABLE, parts, { operations, telemetry: parts.telemetry }),
    calls: CALL_TRAITS,
    subscribe: (name, listener) => parts.events.subscribe(name, listener),
    close: () => closing.close(),
  };
}
