import assert from 'node:assert/strict';
import { CLI_COMMANDS } from '../../../../src/cli/commands/commands.ts';
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
