import { exportCommand, importCommand } from './archive.ts';
import { bootstrap } from './bootstrap.ts';
import { completion } from './completion.ts';
import { doctor } from './doctor.ts';
import { install } from './install.ts';
import { key } from './key.ts';
import { peerInfo, peerList } from './peers.ts';
import { publish } from './publish.ts';
import { search } from './search.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { uninstall, update } from './update.ts';
import { verify } from './verify.ts';
import { yank } from './yank.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';

/** Every command in the order of the help; the seven that ggen documents come first. */
export const CLI_COMMANDS: readonly CommandSpec[] = [
  start,
  publish,
  search,
  peerList,
  peerInfo,
  bootstrap,
  status,
  install,
  update,
  uninstall,
  verify,
  exportCommand,
  importCommand,
  yank,
  key,
  stop,
  doctor,
  completion(() => CLI_COMMANDS),
];
