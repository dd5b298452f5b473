import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { skipIf } from '../skip.ts';
import { buildPeer, CliTest, PROGRAM } from './support.ts';

describe('output that cannot be written', () => {
  const test = new CliTest();
  before(async function () {
    this.timeout(120_000);
    await buildPeer();
  });
  after(() => test.close());

  const COMMANDS = [['--version'], ['--help'], ['help', 'install'], ['publishers', '--format', 'json'], ['publishers']];

  async function withData([command = '', ...args]: readonly string[]): Promise<string[]> {
    return command === 'publishers' ? [command, ...args, '--data', await test.folder('data')] : [command, ...args];
  }

  for (const args of COMMANDS) {
    it(`${args.join(' ')} fails on a full disk, with one line that says so`, async function () {
      const full = await open('/dev/full', 'w').catch(() => undefined);
      skipIf(this, full === undefined, 'there is no /dev/full');
      try {
        const child = spawn(process.execPath, [PROGRAM, ...(await withData(args))], {
          stdio: ['ignore', full!.fd, 'pipe'],
        });
        let errors = '';
        child.stderr!.setEncoding('utf8').on('data', (text: string) => (errors += text));
        const [code] = (await once(child, 'close')) as [number];
        assert.equal(code, 1);
        assert.match(errors, /^error: The output could not be written: .*no space left on device.*\n$/);
      } finally {
        await full?.close();
      }
    });

    it(`${args.join(' ')} fails without a word when its reader has left`, async () => {
      const child = spawn(process.execPath, [PROGRAM, ...(await withData(args))], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stdout.destroy();
      let errors = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
      const [code] = (await once(child, 'close')) as [number];
      assert.equal(code, 1);
      assert.equal(errors, '');
    });
  }
});
