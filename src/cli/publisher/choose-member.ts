import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { errorName } from '../../shared/errors.ts';
import type { WorkspaceMember } from '../../shared/model.ts';
import { shellWord } from '../command-line/shell-word.ts';
import { CommandError } from '../errors/command-error.ts';
import { errorDetails } from '../errors/error-details.ts';
import { EXIT } from '../errors/exit-codes.ts';
import type { Console } from '../output/console.ts';
import { sanitize } from '../output/sanitize.ts';

interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/**
 * Asks which member of a workspace to publish when an error says that the folder is a workspace's root.
 *
 * @param folder as the user named it
 * @returns the member's folder, in the same form
 * @throws CommandError WorkspaceRoot with the members and the commands that publish them, when there is no terminal to
 *   ask; any other error as it is
 */
export async function chooseMember(
  error: unknown,
  folder: string,
  output: Console,
  signal: AbortSignal,
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<string> {
  if (errorName(error) !== 'WorkspaceRoot') throw error;
  const members = errorDetails(error)['members'] as readonly WorkspaceMember[];
  const asks = terminal.input.isTTY && terminal.output.isTTY && output.format === 'table';
  if (!asks) throw membersError(folder, members);
  const chosen = await askForMember(folder, members, signal, terminal);
  return join(folder, chosen.path);
}

function membersError(folder: string, members: readonly WorkspaceMember[]): CommandError {
  const withCommands = members.map((member) => ({ ...member, command: commandFor(folder, member) }));
  const list = withCommands.map((member) => `  ${member.command}   # ${describe(member)}`).join('\n');
  const message = `${folder} is the root of a workspace, not a package. Publish one of its members instead.`;
  const complete = withCommands.filter(({ name, version }) => name !== '' && version !== '');
  const example = complete.find((member) => !member.private) ?? complete[0];
  const next =
    example === undefined
      ? 'Set the name and version of a member in its manifest, then publish its folder.'
      : `Publish a member, for example '${example.command}'.`;
  return new CommandError('WorkspaceRoot', EXIT.usage, message, next, { details: { members: withCommands }, list });
}

function commandFor(folder: string, { path }: WorkspaceMember): string {
  return `ggen-p2p publish ${shellWord(join(folder, path))}`;
}

function describe({ name, version, private: isPrivate }: WorkspaceMember): string {
  const what = [name === '' ? '(no name)' : name, version === '' ? '(no version)' : version].join(' ');
  return sanitize(isPrivate ? `${what}, private` : what);
}

async function askForMember(
  folder: string,
  members: readonly WorkspaceMember[],
  signal: AbortSignal,
  terminal: Terminal,
): Promise<WorkspaceMember> {
  const width = String(members.length).length;
  const list = members.map(
    (member, index) => `${String(index + 1).padStart(width)}  ${sanitize(member.path)}  ${describe(member)}`,
  );
  terminal.output.write(`${sanitize(folder)} is the root of a workspace. Its members are:\n${list.join('\n')}\n`);
  const ask = (): unknown => terminal.output.write(`Publish which member? [1-${members.length}] `);
  // The terminal itself edits the line and turns Ctrl+C into a signal.
  const lines = createInterface({ input: terminal.input, signal, terminal: false });
  ask();
  for await (const line of lines) {
    const answer = line.trim();
    const member = members.find(({ path, name }, index) => [String(index + 1), path, name].includes(answer));
    if (member !== undefined && answer !== '') return member;
    ask();
  }
  throw new DOMException('No member was chosen. Nothing was published.', 'AbortError');
}
