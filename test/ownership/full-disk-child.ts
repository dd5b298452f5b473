/**
 * Clients on a data folder whose disk becomes full; prints what came of them as JSON.
 *
 * `node full-disk-child.ts DISK close|kill|first`: how the owner ends on the full disk, or that it is full from the first start on.
 */
import { open, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage, errorName } from '../../src/shared/errors.ts';
import { Clients } from './clients.ts';
import type { Client } from './clients.ts';
import { lockHolders } from './lock-holders.ts';

/** Room in which some packages are published before there is none. */
const ROOM_BYTES = 1024 * 1024;
const MOST_PACKAGES = 500;

/** What those who share the folder say of each other, and the kernel of them. */
export interface Owners {
  /** Processes that the clients name as the owner, each once. */
  readonly named: readonly (number | undefined)[];
  /** Processes of the clients that say it is them. */
  readonly selves: readonly (number | undefined)[];
  /** Processes with the lock. */
  readonly holders: readonly number[];
}

export interface TakenOver {
  readonly dataDir: string;
  readonly acknowledged: number;
  /** What publishing on the full disk failed with. */
  readonly refusals: readonly Refusal[];
  readonly full: Owners & { readonly node: string; readonly nodeError: string | undefined };
  /** Of what was acknowledged, what somebody could not find while the disk was full. */
  readonly lost: readonly string[];
  /** Drafts that the refusals left. */
  readonly drafts: readonly string[];
  readonly after: Owners & {
    readonly node: string;
    readonly peerId: boolean;
    /** Of what was acknowledged, what a newcomer could not find. */
    readonly lost: readonly string[];
    readonly published: number;
    readonly rebuilt: boolean;
    readonly damagedBlocks: number;
  };
}

export interface Refusal {
  readonly name: string;
  readonly message: string;
}

export interface FirstStart {
  readonly dataDir: string;
  readonly refusal: Refusal | undefined;
  readonly holders: readonly number[];
  readonly after: Owners;
}

const [disk = '', how = ''] = process.argv.slice(2);
const dataDir = join(disk, 'data');
const filler = join(disk, 'filler');
const clients = new Clients();

/** Leave so many bytes on the disk. */
async function fill(room = 0): Promise<void> {
  const file = await open(filler, 'a');
  try {
    for (let bytes = 1024 * 1024; bytes >= 1;) {
      await file.write(Buffer.alloc(bytes)).catch(() => {
        bytes = Math.floor(bytes / 2);
      });
    }
    const { size } = await file.stat();
    await file.truncate(size - room);
  } finally {
    await file.close();
  }
  const { bavail, bsize } = await statfs(disk);
  if (bavail * bsize !== room) throw new Error(`The disk has room for ${bavail * bsize} bytes.`);
}

async function ownersOf(all: readonly Client[]): Promise<Owners> {
  const states = await Promise.all(all.map((client) => client.status()));
  return {
    named: [...new Set(states.map(({ owner }) => owner?.pid))],
    selves: all.filter((_, index) => states[index]?.owner?.self).map((client) => client.process.pid),
    holders: (await lockHolders(join(dataDir, 'catalogue.sqlite'))) ?? [],
  };
}

async function refusalOf(work: Promise<unknown>): Promise<Refusal | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => ({ name: errorName(error), message: errorMessage(error) }),
  );
}

/** Publish one package after the other until that is refused. Returns those that were acknowledged. */
async function publishUntilFull(client: Client, name: string): Promise<{ ids: string[]; refusal: Refusal }> {
  const ids: string[] = [];
  while (ids.length < MOST_PACKAGES) {
    const root = await clients.project(`${name}-${ids.length}`);
    const refusal = await refusalOf(client.publish(root).then(({ id }) => ids.push(id)));
    if (refusal !== undefined) return { ids, refusal };
  }
  throw new Error('The disk never became full.');
}

async function lostOf(ids: readonly string[], client: Client): Promise<string[]> {
  const found = await Promise.all(ids.map((id) => client.call('exists', { id, version: '1.0.0' })));
  return ids.filter((_, index) => !found[index]);
}

async function takeOver(end: 'close' | 'kill'): Promise<TakenOver> {
  const first = await clients.open(dataDir);
  const { peerId } = await first.start();
  const rest = [await clients.open(dataDir), await clients.open(dataDir)] as const;
  await fill(ROOM_BYTES);
  const early = await publishUntilFull(rest[0], 'early');
  await fill();
  await first[end]();

  const full = await ownersOf(rest);
  // Where the old owner closed its journal there is some room again, and more where the block store gave up its ballast.
  const late = await Promise.all(rest.map(async (one) => publishUntilFull(one, 'late')));
  const { node } = await rest[0].status();
  const all = [early, ...late];
  const ids = all.flatMap((one) => one.ids);
  const lost = (await Promise.all(rest.map((one) => lostOf(ids, one)))).flat();
  const drafts = await readdir(join(dataDir, 'drafts'));

  await rm(filler);
  const { state, peerId: again } = await rest[0].start();
  const receipt = await rest[1].publish(await clients.project('after'));
  const newcomer = await clients.open(dataDir);
  const { counts, rebuilt } = await newcomer.status();
  const { damaged } = await newcomer.call('verifyStorage', {});
  return {
    dataDir,
    acknowledged: ids.length,
    refusals: all.map(({ refusal }) => refusal),
    full: { ...full, node: node.state, nodeError: node.error },
    lost,
    drafts,
    after: {
      ...(await ownersOf([...rest, newcomer])),
      node: state,
      peerId: peerId === again,
      lost: await lostOf([...ids, receipt.id], newcomer),
      published: counts.published,
      rebuilt: rebuilt !== undefined,
      damagedBlocks: damaged,
    },
  };
}

/** The disk is full before there is a data folder. */
async function firstStart(): Promise<FirstStart> {
  await fill();
  const refusal = await refusalOf(clients.open(dataDir));
  const holders = await lockHolders(join(dataDir, 'catalogue.sqlite')).catch(() => []);
  await rm(filler);
  const after = await ownersOf([await clients.open(dataDir), await clients.open(dataDir)]);
  return { dataDir, refusal, holders: holders ?? [], after };
}

try {
  console.log(
    JSON.stringify(how === 'first' ? await firstStart() : await takeOver(how === 'close' ? 'close' : 'kill')),
  );
} finally {
  await clients.end();
}
