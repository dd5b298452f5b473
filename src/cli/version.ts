import packageJson from '../../package.json' with { type: 'json' };

/** Version of the program. */
export const VERSION = packageJson.version;
