/**
 * `npm start [-- --once]`: two headless peers that publish the examples, and a VS Code joined to them on a copy of the
 * sample project. `--once` opens no window and prints one line of JSON instead: `{ url, folder, peers }`.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTask } from './lib/run-task.ts';
import type { HeadlessPeer } from './lib/headless-peer.ts';
import { ROOT } from './lib/paths.ts';
import { exitOf } from './lib/processes.ts';
import { startVsCodeServer, type Settings } from './lib/vscode-server.ts';
import { workbenchUrl } from './lib/workbench-url.ts';
import { startDemoPeers } from './start/demo-peers.ts';
import { findDesktopCode, hasDisplay, openDesktop } from './start/desktop.ts';
import { openInBrowser } from './start/open-in-browser.ts';

interface Demo {
  readonly folder: string;
  readonly data: string;
  readonly settings: Settings;
  readonly peers: readonly HeadlessPeer[];
}

async function main(once: boolean): Promise<number> {
  const stopped = stopRequest();
  await using cleanup = new AsyncDisposableStack();
  if (!once) console.log('Starting two peers with the packages of examples/…');
  const demo = await prepare(cleanup);
  const code = once || !hasDisplay() ? undefined : findDesktopCode();
  if (code === undefined) {
    await serve(demo, once, cleanup);
    await stopped;
  } else {
    console.log(`Opening VS Code on ${demo.folder}. Close its window or press Ctrl+C to stop everything.`);
    const child = await openDesktop(code, join(demo.data, 'vscode'), demo.folder, demo.settings);
    await Promise.race([stopped, exitOf(child)]);
  }
  if (!once) console.log('Stopping…');
  return 0;
}

/** Copy the sample project and start the peers. */
async function prepare(cleanup: AsyncDisposableStack): Promise<Demo> {
  const data = await mkdtemp(join(tmpdir(), 'ggen-start-'));
  cleanup.defer(() => rm(data, { recursive: true, force: true, maxRetries: 5 }));
  const folder = join(data, 'sample-project');
  await cp(join(ROOT, 'examples/sample-project'), folder, { recursive: true });
  const peers = await startDemoPeers(join(data, 'peers'), (peer) => {
    cleanup.defer(() => peer.stop());
  });
  const settings = {
    'ggen.node.bootstrap': peers.flatMap(({ addresses }) => addresses),
    'ggen.node.listen': ['/ip4/127.0.0.1/tcp/0'],
    'ggen.node.autoStart': true,
  };
  return { folder, data, settings, peers };
}

/** VS Code in the browser. */
async function serve({ folder, settings, peers }: Demo, once: boolean, cleanup: AsyncDisposableStack): Promise<void> {
  const server = await startVsCodeServer({ settings, extension: ROOT });
  cleanup.defer(() => server.stop());
  const url = workbenchUrl(server.url, { folder });
  if (once) {
    const described = peers.map(({ peerId, addresses }) => ({ peerId, addresses }));
    console.log(JSON.stringify({ url, folder, peers: described }));
    return;
  }
  console.log(`VS Code is at ${url}\nPress Ctrl+C to stop everything.`);
  if (hasDisplay()) openInBrowser(url);
}

/** Resolves when the user asks for the end; asking again changes nothing. */
function stopRequest(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      resolve(undefined);
    });
  }
  return promise;
}

await runTask(() => main(process.argv.includes('--once')));
