import { createEngine } from '../worker/engine.ts';
import type { EngineHost } from '../worker/engine.ts';
import { errorMessage, errorName } from '../shared/errors.ts';
import type { NodeSettings, NodeStatus } from '../shared/model.ts';
import packageJson from '../../package.json' with { type: 'json' };
import type { Output } from './output.ts';
import { UsageError } from './usage-error.ts';

/**
 * Run `work` with an engine whose node is running, and close the engine whatever comes of it.
 *
 * @throws UsageError when the node's settings are wrong; else what the engine and `work` throw
 */
export async function withEngine<T>(
  { dataDir, settings, output }: { dataDir: string; settings: NodeSettings; output: Output },
  signal: AbortSignal,
  work: (engine: EngineHost, status: NodeStatus) => Promise<T>,
): Promise<T> {
  const engine = await createEngine({ dataDir, version: packageJson.version });
  try {
    engine.subscribe('log', ({ line }) => {
      if (line.level === 'error' || line.level === 'warn') output.message(`${line.level}: ${line.message}`);
    });
    signal.throwIfAborted();
    const status = await engine.startNode(settings).catch((error: unknown) => {
      const wrong = ['InvalidAddress', 'InvalidRequest'].includes(errorName(error));
      throw wrong ? new UsageError(errorMessage(error)) : error;
    });
    signal.throwIfAborted();
    return await work(engine, status);
  } finally {
    await engine.close();
  }
}
