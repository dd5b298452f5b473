import { resolve } from 'node:path';
import { KeyLocks } from '../../../shared/key-locks.ts';
import { realPath } from '../disk/real-path.ts';
import type { Installs } from '../../catalog/tables/installs.ts';

/** Runs changes of installed folders one after the other where they can share a lock file or a package. */
export class InstallLocks {
  readonly #locks = new KeyLocks();
  readonly #installs: Pick<Installs, 'getByPath'>;

  constructor(installs: Pick<Installs, 'getByPath'>) {
    this.#installs = installs;
  }

  /** @throws the signal's reason when it fires before the work starts; else what `work` throws */
  ofProject<T>(project: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#locks.run(project, work, signal);
  }

  /** A folder of a project shares the project's lock. @throws as `ofProject` */
  async ofFolder<T>(folder: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const path = await realPath(resolve(folder));
    return await this.#locks.run(this.#installs.getByPath(path)?.project ?? path, work, signal);
  }
}
