import { join } from 'node:path';

/** The project's folder. */
export const ROOT = join(import.meta.dirname, '..', '..');

/** What the tools fetched or built once and use again; not committed. */
export const CACHE = join(ROOT, '.cache');

/** What a user runs. */
export const DIST = join(ROOT, 'dist');

/** What only the build and the tests use. */
export const OUT = join(ROOT, 'out');

/** Screenshots and logs of the newest test run. */
export const ARTIFACTS = join(ROOT, 'artifacts');
