/**
 * Runs clients on a data folder whose disk becomes full, and prints their results as JSON.
 *
 * `node full-disk-child.ts DISK close|kill|first`: how the owner ends on the full disk, or `first` for a disk that is full
 * from the first start on.
 */
import { open, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage, errorName } from '../../src/shared/errors.ts';
import { ClientPool } from './client-pool.ts';
import type { ClientProcess } from './client-pool.ts';
import { lockHolders } from './lock-holders.ts';

/** Free space for some packages before the disk is full. */
const FREE_BYTES = 1024 * 1024;
const MAX_PACKAGES = 500;

/** The owner of the folder, according to each client and to the kernel. */
export interface OwnerView {
  /** Processes that clients report as the owner, each once. */
  readonly named: readonly (number | undefined)[];
  /** Processes of clients that report themselves as the owner. */
  readonly selfReported: readonly (number | undefined)[];
  /** Processes that hold the lock. */
  readonly lockHolderPids: readonly number[];
}

export interface TakeOverResult {
  readonly dataDir: string;
  readonly acknowledged: number;
  /** Names of the errors with which publishing on the full disk failed. */
  readonly failures: readonly ErrorSummary[];
  readonly whileFull: OwnerView & { readonly node: string; readonly nodeError: string | undefined };
  /** Acknowledged packages that a client could not find while the disk was full. */
  readonly missing: readonly string[];
  /** Drafts that failed attempts left. */
  readonly drafts: readonly string[];
  readonly afterwards: OwnerView & {
    readonly node: string;
    readonly peerId: boolean;
    /** Acknowledged packages that a new client could not find. */
    readonly missing: readonly string[];
    readonly published: number;
    readonly rebuilt: boolean;
    readonly damagedBlocks: number;
  };
}

export interface ErrorSummary {
  readonly name: string;
  readonly message: string;
}

export interface FirstStartResult {
  readonly dataDir: string;
  readonly failure: ErrorSummary | undefined;
  readonly lockHolderPids: readonly number[];
  readonly afterwards: OwnerView;
}

const [disk = '', how = ''] = process.argv.slice(2);
const dataDir = join(disk, 'data');
const filler = join(disk, 'filler');
const clients = new ClientPool();

/** Fill the disk up to this many free bytes. */
async function fill(freeBytes = 0): Promise<void> {
  const file = await open(filler, 'a');
  try {
    for (let bytes = 1024 * 1024; bytes >= 1;) {
      await file.write(Buffer.alloc(bytes)).catch(() => {
        bytes = Math.floor(bytes / 2);
      });
    }
    const { size } = await file.stat();
    await file.truncate(size - freeBytes);
  } finally {
    await file.close();
  }
  const { bavail, bsize } = await statfs(disk);
  if (bavail * bsize !== freeBytes) throw new Error(`The disk has room for ${bavail * bsize} bytes.`);
}

async function readOwners(all: readonly ClientProcess[]): Promise<OwnerView> {
  const states = await Promise.all(all.map((client) => client.status()));
  return {
    named: [...new Set(states.map(({ owner }) => owner?.pid))],
    selfReported: all.filter((_, index) => states[index]?.owner?.self).map((client) => client.process.pid),
    lockHolderPids: (await lockHolders(join(dataDir, 'catalog.sqlite'))) ?? [],
  };
}

async function captureError(work: Promise<unknown>): Promise<ErrorSummary | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => ({ name: errorName(error), message: errorMessage(error) }),
  );
}

/** Publish one package after another until publishing fails. Returns the acknowledged ones. */
async function publishUntilFull(
  client: ClientProcess,
  name: string,
): Promise<{ ids: string[]; failure: ErrorSummary }> {
  const ids: string[] = [];
  while (ids.length < MAX_PACKAGES) {
    const root = await clients.project(`${name}-${ids.length}`);
    const failure = await captureError(client.publish(root).then(({ id }) => ids.push(id)));
    if (failure !== undefined) return { ids, failure };
  }
  throw new Error('The disk never became full.');
}

async function findMissing(ids: readonly string[], client: ClientProcess): Promise<string[]> {
  const found = await Promise.all(ids.map((id) => client.call('exists', { id, version: '1.0.0' })));
  return ids.filter((_, index) => !found[index]);
}

async function runTakeOver(end: 'close' | 'kill'): Promise<TakeOverResult> {
  const first = await clients.open(dataDir);
  const { peerId } = await first.start();
  const rest = [await clients.open(dataDir), await clients.open(dataDir)] as const;
  await fill(FREE_BYTES);
  const early = await publishUntilFull(rest[0], 'early');
  await fill();
  await first[end]();

  const whileFull = await readOwners(rest);
  // Closing the catalog freed some space, and the block store's reserve file some more.
  const later = await Promise.all(rest.map(async (one) => publishUntilFull(one, 'late')));
  const { node } = await rest[0].status();
  const all = [early, ...later];
  const ids = all.flatMap((one) => one.ids);
  const missing = (await Promise.all(rest.map((one) => findMissing(ids, one)))).flat();
  const drafts = await readdir(join(dataDir, 'drafts'));

  await rm(filler);
  const { state, peerId: repeated } = await rest[0].start();
  const receipt = await rest[1].publish(await clients.project('after'));
  const newcomer = await clients.open(dataDir);
  const { counts, rebuilt } = await newcomer.status();
  const { damaged } = await newcomer.call('verifyStorage', {});
  return {
    dataDir,
    acknowledged: ids.length,
    failures: all.map(({ failure }) => failure),
    whileFull: { ...whileFull, node: node.state, nodeError: node.error },
    missing,
    drafts,
    afterwards: {
      ...(await readOwners([...rest, newcomer])),
      node: state,
      peerId: peerId === repeated,
      missing: await findMissing([...ids, receipt.id], newcomer),
      published: counts.published,
      rebuilt: rebuilt !== undefined,
      damagedBlocks: damaged,
    },
  };
}

/** The disk is full before the data folder exists. */
async function runFirstStart(): Promise<FirstStartResult> {
  await fill();
  const failure = await captureError(clients.open(dataDir));
  const lockHolderPids = await lockHolders(join(dataDir, 'catalog.sqlite')).catch(() => []);
  await rm(filler);
  const afterwards = await readOwners([await clients.open(dataDir), await clients.open(dataDir)]);
  return { dataDir, failure, lockHolderPids: lockHolderPids ?? [], afterwards };
}

try {
  console.log(
    JSON.stringify(how === 'first' ? await runFirstStart() : await runTakeOver(how === 'close' ? 'close' : 'kill')),
  );
} finally {
  await clients.end();
}
