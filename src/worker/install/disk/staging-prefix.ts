/** Marks folders that an installation is still filling; packing never takes one along. */
export const STAGING_PREFIX = '.ggen-staging-';
