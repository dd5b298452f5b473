import { exportCommand, importCommand } from './commands/archive.ts';
import { bootstrap } from './commands/bootstrap.ts';
import { completion } from './commands/completion.ts';
import { doctor } from './commands/doctor.ts';
import { install } from './commands/install.ts';
import { key } from './commands/key.ts';
import { peerInfo, peerList } from './commands/peers.ts';
import { publish } from './commands/publish.ts';
import { search } from './commands/search.ts';
import { start } from './commands/start.ts';
import { status } from './commands/status.ts';
import { stop } from './commands/stop.ts';
import { uninstall, update } from './commands/update.ts';
import { verify } from './commands/verify.ts';
import { yank } from './commands/yank.ts';
import type { CommandSpec } from './spec.ts';

/** Every command, in the order of the help: ggen's seven first. */
export const COMMANDS: readonly CommandSpec[] = [
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
  completion(() => COMMANDS),
];
