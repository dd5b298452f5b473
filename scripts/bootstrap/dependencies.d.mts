interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly optional?: boolean; readonly peer?: boolean }>
  >;
}

/** Path of the project's own Node binary below `root`. */
export function projectNode(root: string): string;

/** Install what the lock file names, unless it is installed. */
export function ensureDependencies(root: string): Promise<void>;

/** Is what the lock file names in place, as `ensureDependencies` left it? */
export function isInstalled(root: string): boolean;

/** Is every package of the lock installed in its locked version? */
export function matchesLock(lock: Lock, installed: Lock | undefined): boolean;
