/** Name prefix of folders that an installation is still filling; packing skips them. */
export const STAGING_PREFIX = '.ggen-staging-';
