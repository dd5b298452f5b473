import { constants } from 'node:fs';
import { access, chmod, copyFile, lstat, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GgenError } from '../../shared/errors.ts';

/** A larger index of small blocks is left out: copying it would take longer than most commands. */
const MAX_INDEX_BYTES = 512 * 1024 * 1024;
const GROUP_OR_OTHERS_WRITE = 0o022;
/** Files of the catalog: the database, and its write-ahead log after a kill. */
const CATALOG_FILES = ['catalog.sqlite', 'catalog.sqlite-wal'] as const;
const INDEX_FILES = ['index.sqlite', 'index.sqlite-wal'] as const;
/** Folders of large blocks have two characters of base32. */
const BLOCK_FOLDER = /^[A-Z2-7]{2}$/;

/** A temporary data folder. */
export interface DataFolderCopy {
  readonly path: string;
  readonly remove: () => Promise<void>;
}

/**
 * Copies what an engine needs of a data folder that this user can read and not write: catalog and blocks, large ones by a
 * link. Neither keys nor sockets are copied. What an engine changes in the copy is lost with it.
 *
 * @throws GgenError DataDirNotPrivate when others than this user and root can write to it; Node's error when there is no
 *   room, or no temporary folder that can be written
 */
export async function copyDataFolder(dataDir: string): Promise<DataFolderCopy> {
  await assertOwned(dataDir);
  const path = await mkdtemp(join(tmpdir(), 'ggen-read-only-'));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  try {
    for (const name of CATALOG_FILES) await copyIfThere(join(dataDir, name), join(path, name));
    await copyBlocks(join(dataDir, 'blocks'), join(path, 'blocks'));
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, remove };
}

/** What another user wrote must not be taken for what this one verified. Root can write everywhere in any case. */
async function assertOwned(dataDir: string): Promise<void> {
  const found = await lstat(dataDir).catch(() => undefined);
  if (found === undefined || process.platform === 'win32') return;
  const isTrusted = found.uid === 0 || found.uid === process.getuid?.();
  if (isTrusted && (found.mode & GROUP_OR_OTHERS_WRITE) === 0) return;
  throw new GgenError(
    'DataDirNotPrivate',
    `The folder ${dataDir} cannot be used for node data: another user can write to it. Choose another folder.`,
    { details: { path: dataDir } },
  );
}

async function copyBlocks(from: string, to: string): Promise<void> {
  const { size = 0 } = (await lstat(join(from, INDEX_FILES[0])).catch(() => undefined)) ?? {};
  if (size === 0 || size > MAX_INDEX_BYTES) return;
  await mkdir(to, { mode: 0o700 });
  for (const name of INDEX_FILES) await copyIfThere(join(from, name), join(to, name));
  for (const folder of (await readdir(from)).filter((name) => BLOCK_FOLDER.test(name))) {
    // A folder of its own for the links, in which new blocks can be stored, too.
    await mkdir(join(to, folder));
    for (const name of await readdir(join(from, folder)))
      await symlink(join(from, folder, name), join(to, folder, name));
  }
}

async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await access(from, constants.R_OK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return;
    throw error;
  }
  // A clone where the file system can make one.
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  await chmod(to, 0o600);
}
