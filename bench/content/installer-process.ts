/** An engine in a process of its own, whose memory can be told from others': installs what it is told. */
import { createEngine } from '../../src/worker/engine/engine.ts';
import { DEFAULT_NODE_SETTINGS } from '../../src/shared/settings/node-settings.ts';
import type { InstallCommand } from './install-memory.ts';

const [dataDir = '', bootstrap = ''] = process.argv.slice(2);
const engine = await createEngine({ dataDir, version: '0.0.0-bench' });
await engine.startNode({ ...DEFAULT_NODE_SETTINGS, listen: ['/ip4/127.0.0.1/tcp/0'], bootstrap: [bootstrap] });

process.on('message', ({ id, to }: InstallCommand) => {
  void install(id, to).then(
    (message) => process.send?.(message),
    (error: unknown) => process.send?.(`failed: ${String(error)}`),
  );
});
process.on('disconnect', () => {
  void engine.close().then(() => process.exit(0));
});
process.send?.('ready');

async function install(id: string, to: string): Promise<string> {
  for (;;) {
    const { packages } = await engine.search({ text: '', scope: 'local', limit: 100 });
    if (packages.some((one) => one.id === id && one.providers > 0)) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  process.send?.('begins');
  await engine.install({ id, to });
  return 'installed';
}
