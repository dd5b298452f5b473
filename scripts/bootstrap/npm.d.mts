/** What to spawn, without a shell, for npm with these arguments. */
export function npmCommand(args: readonly string[]): { command: string; args: string[] };

/** The first thing that npm says of why it failed, on one line. */
export function npmComplaint(output: string): string;
