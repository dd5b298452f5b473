import type { CommandSpec } from '../command-line/command-spec.ts';
import { bash } from './bash.ts';
import { fish } from './fish.ts';
import { zsh } from './zsh.ts';

/** Writers of completion scripts by shell. */
export const SHELLS: Readonly<Record<string, (commands: readonly CommandSpec[]) => string>> = { bash, zsh, fish };
