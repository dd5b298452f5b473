import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { CLI_COMMANDS, visibleCommands } from '../../../../src/cli/commands/commands.ts';
import { commandHelp } from '../../../../src/cli/command-line/help.ts';
import { start } from '../../../../src/cli/commands/start.ts';
import { SHELLS } from '../../../../src/cli/completion/shells.ts';

describe('switches that a setting can turn off', () => {
  for (const [shell, expected] of [
    ['bash', ['--seed-installed', '--no-seed-installed']],
    ['zsh', ["'--seed-installed[", "'--no-seed-installed["]],
    ['fish', ['-l seed-installed -d', '-l no-seed-installed -d']],
  ] as const) {
    it(`are completed in ${shell} with and without no-`, () => {
      const script = SHELLS[shell]!(CLI_COMMANDS);
      for (const text of expected) assert.ok(script.includes(text), text);
      assert.ok(!script.includes('no-daemon'));
    });
  }

  it('are shown in the help as --[no-]x', () => {
    const help = commandHelp(start);
    assert.match(help, /^ +--\[no-\]seed-installed +seed installed packages/m);
    assert.match(help, /^ +-d, --daemon /m);
  });

  it('are shown with the range and default of their rows', () => {
    const help = commandHelp(start);
    assert.match(help, /--fan-out N .*\(1 to 10; default: 3\)$/m);
    assert.match(help, /--upload-rate SIZE .*\(at least 16 kB; default: no limit\)$/m);
  });
});

describe('completion with values that the engine knows', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ggen-completion-'));
    const program = join(folder, 'ggen-p2p');
    await writeFile(program, '#!/bin/sh\nprintf "%s-one\\n%s-two\\n" "$2" "$2"\n');
    await chmod(program, 0o755);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Words that bash offers for a command line, the last word of which is incomplete. Undefined without bash. */
  function offered(...words: string[]): string[] | undefined {
    const script =
      SHELLS['bash']!(visibleCommands()) +
      `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})\nCOMP_CWORD=${words.length - 1}\n` +
      '_ggen_p2p 2> /dev/null\nprintf "%s\\n" "${COMPREPLY[@]}"\n';
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
    const { status, stdout } = spawnSync('bash', ['--norc', '-c', script], { env, encoding: 'utf8' });
    return status === null ? undefined : stdout.split('\n').filter((line) => line !== '');
  }

  for (const [words, expected] of [
    [
      ['info', ''],
      ['package-one', 'package-two'],
    ],
    [['install', 'package-t'], ['package-two']],
    [
      ['install', 'a-package', ''],
      ['package-one', 'package-two'],
    ],
    [
      ['update', ''],
      ['installed-one', 'installed-two'],
    ],
    [['unkeep', 'kept-o'], ['kept-one']],
    [
      ['peer-info', ''],
      ['peer-one', 'peer-two'],
    ],
    [
      ['peer', ''],
      ['ban', 'unban', 'trust', 'untrust'],
    ],
    [
      ['peer', 'ban', ''],
      ['peer-one', 'peer-two'],
    ],
    [['storage', 'v'], ['verify']],
    [['search', '--sort', 'up'], ['updated']],
    [['sto'], ['storage', 'stop-seeding', 'stop']],
  ] as const) {
    it(`offers ${expected.join(' ')} in bash after: ${words.join(' ')}`, function () {
      const found = offered('ggen-p2p', ...words);
      if (found === undefined) this.skip();
      assert.deepEqual(found.sort(), [...expected].sort());
    });
  }

  for (const shell of Object.keys(SHELLS)) {
    it(`has a script that ${shell} accepts`, async function () {
      const path = join(folder, `script.${shell}`);
      await writeFile(path, SHELLS[shell]!(visibleCommands()));
      const { status, stderr } = spawnSync(shell, ['-n', path], { encoding: 'utf8' });
      if (status === null) this.skip();
      assert.deepEqual([status, stderr], [0, '']);
    });

    it(`asks for live values in ${shell}, and hides the command that prints them`, () => {
      const script = SHELLS[shell]!(visibleCommands());
      assert.match(script, /complete (?:\$1|"\$1"|package)/);
      assert.doesNotMatch(script, /-a complete |^ +complete\)/m);
    });
  }
});
