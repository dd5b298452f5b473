import type { PackRule } from '../../../shared/model.ts';
import type { ListStep } from './python-selection.ts';
import { globStep } from './python-selection.ts';

/** More commands are a mistake or an attack. */
const MAX_COMMANDS = 1_000;

/**
 * The commands of a MANIFEST.in: https://setuptools.pypa.io/en/latest/userguide/miscellaneous.html
 *
 * @param path of the file, for rules
 */
export function manifestInSteps(text: string, path: string): ListStep[] {
  const lines = text.replace(/\\\r?\n/g, ' ').split(/\r?\n/);
  return lines.slice(0, MAX_COMMANDS).flatMap((written, index) => {
    const [command = '', ...words] = written.trim().split(/\s+/);
    const rule = { text: 'named by the command', pattern: written.trim(), path, line: index + 1 };
    return step(command, words, rule);
  });
}

function step(command: string, words: readonly string[], rule: PackRule): ListStep[] {
  const globs = (list: readonly string[]): { glob: string; rule: PackRule }[] => list.map((glob) => ({ glob, rule }));
  const [folder = '', ...inside] = words;
  const below = inside.map((glob) => `${folder.replace(/\/$/, '')}/**/${glob}`);
  switch (command) {
    case 'include':
      return [globStep(true, globs(words))];
    case 'exclude':
      return [globStep(false, globs(words))];
    case 'recursive-include':
      return [globStep(true, globs(below))];
    case 'recursive-exclude':
      return [globStep(false, globs(below))];
    case 'global-include':
      return [globStep(true, globs(words.map((glob) => `**/${glob}`)))];
    case 'global-exclude':
      return [globStep(false, globs(words.map((glob) => `**/${glob}`)))];
    case 'graft':
      return [globStep(true, globs(words), { tree: true })];
    case 'prune':
      return [globStep(false, globs(words), { tree: true })];
    default:
      return [];
  }
}
