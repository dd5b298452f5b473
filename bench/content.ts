import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BareLink } from './baselines/bare-peer.ts';
import { measureInstallMemory } from './content/install-memory.ts';
import { measureLargeFile } from './content/large-file.ts';
import { ContentPeers } from './content/peers.ts';
import { MIXED_TREE, writeProject } from './content/trees.ts';
import { NpmRegistry } from './content/verdaccio.ts';
import type { Figure, Round } from './figure.ts';

const ROUNDS = 5;
const ROUNDS_OF_NPM = 5;
const ROUNDS_OF_MEMORY = 3;
const SMALL_FILES = Array.from({ length: 500 }, () => 2_000);

/** How content moves, beside what a raw stream, HTTP, plain bitswap, and npm with a registry make of the same bytes. */
export async function measureContent(): Promise<readonly Figure[]> {
  const peers = await ContentPeers.start();
  try {
    return [
      await measureSmallFiles(peers),
      ...(await measureLargeFile(peers)),
      await measureFirstFile(peers),
      ...(await besideNpm(peers)),
      await memory(peers),
    ];
  } finally {
    await peers.stop();
  }
}

async function measureSmallFiles(peers: ContentPeers): Promise<Figure> {
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const release = await peers.publish(SMALL_FILES);
    const value = await peers.install(release);
    const walk = { type: 'walk', address: peers.publisher.address, root: release.root } as const;
    rounds.push({ value, baseline: await peers.send(walk) });
  }
  return {
    title: 'Install of 500 files of 2 kB (median)',
    unit: 'ms',
    rounds,
    baseline: 'walking them over bitswap',
    // Asked for: ten times faster.
    maxRatio: 0.1,
    aim: 400,
  };
}

/** From asking for a file of a package that is known, but of which nothing is here, to its bytes. */
async function measureFirstFile(peers: ContentPeers): Promise<Figure> {
  const rounds: Round[] = [];
  const bare = await BareLink.start();
  for (let round = 0; round < ROUNDS * 2; round++) {
    const release = await peers.publish([2_000, 2_000, 2_000]);
    await peers.knows(peers.reader, release);
    const began = performance.now();
    await peers.reader.engine.readFile({ release: `${release.id}@1.0.0`, path: 'README.md' });
    const value = performance.now() - began;
    rounds.push({ value, baseline: await bare.roundTrip() });
  }
  await bare.stop();
  return {
    title: 'First file of a small package (median)',
    unit: 'ms',
    rounds,
    baseline: 'a round trip of a bare libp2p stream',
    maxRatio: 6.5,
    aim: 50,
  };
}

/** A tree of 502 files and 21 MB, published and installed by both. */
async function besideNpm(peers: ContentPeers): Promise<Figure[]> {
  const registry = await NpmRegistry.start();
  const publish: Round[] = [];
  const install: Round[] = [];
  try {
    for (let round = 0; round < ROUNDS_OF_NPM; round++) {
      const ours = await peers.publish(MIXED_TREE);
      const installed = await peers.install(ours);
      const name = `bench-npm-${round}`;
      const project = join(peers.folder, name);
      await writeProject(project, name, MIXED_TREE);
      const theirs = await registry.times(project, name, '1.0.0');
      publish.push({ value: ours.milliseconds, baseline: theirs.publish });
      install.push({ value: installed, baseline: theirs.install });
    }
  } finally {
    await registry.stop();
  }
  // Both ratios were asked for.
  return [
    {
      title: 'Publish of 502 files, 21 MB (median)',
      unit: 'ms',
      rounds: publish,
      baseline: 'npm with Verdaccio',
      maxRatio: 1 / 2,
    },
    {
      title: 'Install of 502 files, 21 MB (median)',
      unit: 'ms',
      rounds: install,
      baseline: 'npm with Verdaccio',
      maxRatio: 2 / 3,
    },
  ];
}

async function memory(peers: ContentPeers): Promise<Figure> {
  const { id } = await peers.publish(Array.from({ length: 50 }, () => 10_000_000));
  const rounds: Round[] = [];
  while (rounds.length < ROUNDS_OF_MEMORY) {
    const folder = peers.path();
    const { idle, peak } = await measureInstallMemory(folder, peers.publisher.address, { id, to: join(folder, 'to') });
    rounds.push({ value: peak - idle, baseline: idle });
    await rm(folder, { recursive: true });
  }
  return {
    title: 'Peak memory over idle, install of 500 MB',
    unit: 'MB',
    rounds,
    baseline: 'idle',
    ownBaseline: true,
    maxRatio: 0.65,
    aim: 150,
  };
}
