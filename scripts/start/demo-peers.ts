/** The two headless peers of `npm start`, which publish the packages in examples/. */
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startHeadlessPeer, type HeadlessPeer } from '../lib/headless-peer.ts';
import { ROOT } from '../lib/paths.ts';
import { TaskError } from '../lib/run-task.ts';

const EXAMPLES = join(ROOT, 'examples');
const MANIFESTS = ['gpack.toml', 'package.toml', 'pack.toml'];

/**
 * Start two peers, joined to each other, that share the examples between them. Resolves when both are ready and have
 * published.
 * @param folder where their data goes
 * @param started called with each peer as soon as it runs, so that the caller stops it after a later error too
 */
export async function startDemoPeers(
  folder: string,
  started: (peer: HeadlessPeer) => void,
): Promise<readonly HeadlessPeer[]> {
  const packages = await examplePackages();
  const first = await startHeadlessPeer({
    data: join(folder, 'ada'),
    name: 'ada',
    publish: packages.filter((_, index) => index % 2 === 0),
  });
  started(first);
  const second = await startHeadlessPeer({
    data: join(folder, 'grace'),
    name: 'grace',
    bootstrap: first.addresses,
    publish: packages.filter((_, index) => index % 2 === 1),
  });
  started(second);
  for (const [index, path] of packages.entries()) await hasPublished(index % 2 === 0 ? first : second, path);
  return [first, second];
}

async function examplePackages(): Promise<string[]> {
  const entries = await readdir(EXAMPLES, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(EXAMPLES, name));
  const flags = await Promise.all(folders.map(hasManifest));
  return folders.filter((_, index) => flags[index]).sort();
}

/** A gpack, that is: the sample project is for the user to publish. */
async function hasManifest(folder: string): Promise<boolean> {
  const found = await Promise.all(
    MANIFESTS.map((name) =>
      access(join(folder, name)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

async function hasPublished(peer: HeadlessPeer, path: string): Promise<void> {
  const isAbout = (text: unknown): boolean => typeof text === 'string' && text.includes(path);
  const event = await Promise.race([
    peer.waitFor('published', (published) => isAbout(published['path'])),
    peer.waitFor('error', (error) => isAbout(error['message'])),
  ]);
  if (event.event === 'error') throw new TaskError(`An example could not be published: ${String(event['message'])}`);
}
