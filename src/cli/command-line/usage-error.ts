/** The command line, the environment or the configuration file is invalid: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
