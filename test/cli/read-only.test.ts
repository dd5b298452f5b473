import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { skipIf, skipOnWindows } from '../skip.ts';
import { writeProject } from './projects.ts';
import { buildPeer, CliTest, PROGRAM, resultOf } from './support.ts';
import type { CommandResult } from './support.ts';

/** A user who owns nothing, for tests that run as root. */
const OTHER_USER = 65_534;

describe('a data folder that cannot be written', () => {
  const test = new CliTest();
  let data: string;
  let temporary: string;

  before(async function () {
    skipOnWindows(this, 'modes of files');
    this.timeout(120_000);
    await buildPeer();
    data = await test.folder('data');
    const project = await writeProject(await test.folder('project'), 'read-pack');
    const published = await test.run('publish', project, '--data', data);
    assert.equal(published.code, 0, published.errors);
    temporary = await test.folder('tmp');
    await mkdir(temporary);
    await chmod(temporary, 0o777);
    await letOthersPass(join(data, '..'));
    await openForReading(data);
    const probe = await run(['--version']).catch(() => undefined);
    skipIf(this, probe?.code !== 0, 'another user cannot run the program from the folder of the project');
  });
  after(async () => {
    await chmod(data, 0o700).catch(() => undefined);
    await test.close();
  });

  /** Lets other users through to a folder, up to the folder for temporary files. */
  async function letOthersPass(folder: string): Promise<void> {
    for (let at = folder; at.startsWith(tmpdir()); at = dirname(at)) {
      const { mode } = await stat(at);
      if ((mode & 0o11) !== 0o11) await chmod(at, mode | 0o11);
    }
  }

  /** Every user may read everything in the folder but the keys, and no user but root may write. */
  async function openForReading(folder: string): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isDirectory()) await chmod(path, 0o555);
      else if (entry.isFile()) await chmod(path, entry.name.endsWith('.key') ? 0o400 : 0o444);
    }
    await chmod(folder, 0o555);
  }

  /** Gives the folder to the user of the commands: one of another user is refused as such. */
  async function own(folder: string): Promise<void> {
    if (process.getuid?.() !== 0) return;
    for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }))
      await chown(join(entry.parentPath, entry.name), OTHER_USER, OTHER_USER);
    await chown(folder, OTHER_USER, OTHER_USER);
  }

  /** Runs as a user who cannot write to the folder. */
  async function run(args: readonly string[], home = data): Promise<CommandResult> {
    const env = { PATH: process.env['PATH'], HOME: home, TMPDIR: temporary, XDG_CONFIG_HOME: join(home, 'none') };
    const identity = process.getuid?.() === 0 ? { uid: OTHER_USER, gid: OTHER_USER } : {};
    const options = { cwd: '/', env: { ...env, GGEN_P2P_LISTEN: '/ip4/127.0.0.1/tcp/0' }, ...identity };
    const child = spawn(process.execPath, [PROGRAM, ...args], options);
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const [code] = (await once(child, 'close')) as [number];
    return { code, output, errors };
  }

  for (const [what, args, expected] of [
    ['search', ['search', 'read-pack', '--local'], /read-pack +1\.0\.0/],
    ['info', ['info', 'read-pack'], /^license +MIT$/m],
    ['files', ['files', 'read-pack'], /README\.md/],
    ['readme', ['readme', 'read-pack'], /^# CLI test/],
    ['list', ['list'], /No packages are installed/],
    ['publishers', ['publishers'], /^own /m],
    ['status', ['status'], /^packages +1 published/m],
  ] as const) {
    it(`is read by ${what}, from a copy that is removed`, async () => {
      const { code, output, errors } = await run([...args, '--data', data]);
      assert.equal(code, what === 'status' ? 6 : 0, errors);
      assert.match(output, expected);
      assert.match(errors, /cannot be written\. This command reads a copy of it/);
      assert.deepEqual(await readdir(temporary), []);
    });
  }

  for (const args of [
    ['publisher', 'block', 'z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'],
    ['install', 'read-pack', '--to', '/nowhere'],
    ['seeding', 'pause'],
    ['start'],
    ['start', '-d'],
  ]) {
    it(`stops ${args.join(' ')} with the reason and the next step`, async () => {
      await own(data);
      const { code, output, errors } = await run([...args, '--data', data]);
      assert.equal(code, 6, errors);
      assert.equal(output, '');
      assert.match(errors, /^error: The data folder .* cannot be written: you have no permission to write there\./m);
      assert.match(errors, /^next: .*--data DIR/m);
      assert.doesNotMatch(errors, /EACCES|ENOENT|I\/O|at .*\.(?:js|ts|mjs):\d/);
    });
  }

  it('need not exist where HOME cannot be written', async () => {
    const home = join(data, 'home');
    const listed = await run(['list', '-f', 'json'], home);
    assert.equal(listed.code, 0, listed.errors);
    assert.deepEqual(resultOf(listed), { packages: [], total: 0 });
    const doctor = await run(['doctor', '-f', 'json'], home);
    const { checks } = resultOf(doctor) as { checks: { name: string; state: string }[] };
    assert.equal(checks.find(({ name }) => name === 'data folder')?.state, 'failed', doctor.output);
    const refused = await run(['seeding', 'pause'], home);
    assert.equal(refused.code, 6);
    assert.match(refused.errors, /cannot be written: /);
  });
});
