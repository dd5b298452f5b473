import { exportCommand, importCommand } from './archive.ts';
import { bootstrap } from './bootstrap.ts';
import { complete } from './complete.ts';
import { completion } from './completion.ts';
import { distTag } from './dist-tag.ts';
import { doctor } from './doctor.ts';
import { info } from './info.ts';
import { install } from './install.ts';
import { keep, unkeep } from './keep.ts';
import { key } from './key.ts';
import { list } from './list.ts';
import { peerStanding } from './peer-standing.ts';
import { peerInfo, peerList } from './peers.ts';
import { publish } from './publish.ts';
import { publisher, publishers } from './publishers.ts';
import { diff, files, readme } from './read.ts';
import { search } from './search.ts';
import { seeding, stopSeeding } from './seeding.ts';
import { secrets } from './secrets.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { storage } from './storage.ts';
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
  info,
  readme,
  files,
  diff,
  install,
  update,
  uninstall,
  list,
  verify,
  keep,
  unkeep,
  exportCommand,
  importCommand,
  yank,
  distTag,
  key,
  seeding,
  stopSeeding,
  storage,
  peerStanding,
  publisher,
  publishers,
  secrets,
  stop,
  doctor,
  completion(() => visibleCommands()),
  complete,
];

/** The commands of the help and the completions. */
export function visibleCommands(): readonly CommandSpec[] {
  return CLI_COMMANDS.filter(({ hidden = false }) => !hidden);
}
