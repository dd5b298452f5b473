import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { GgenError } from '../../../../src/shared/errors.ts';
import { chooseMember } from '../../../../src/cli/publisher/choose-member.ts';
import type { CommandError } from '../../../../src/cli/errors/command-error.ts';
import { Console } from '../../../../src/cli/output/console.ts';
import type { Format } from '../../../../src/cli/output/console.ts';

const MEMBERS = [
  { path: 'crates/a', manifest: 'Cargo.toml', name: 'case-a', version: '1.2.3', private: false },
  { path: "crates/it's b", manifest: 'Cargo.toml', name: '', version: '', private: true },
];
const ERROR = new GgenError('WorkspaceRoot', 'A root.', {
  details: { members: MEMBERS.map((one) => JSON.stringify(one)) },
});

interface Typed {
  readonly format?: Format;
  readonly isTTY?: boolean;
  readonly signal?: AbortSignal;
}

/** Chooses with these lines typed at a terminal. */
async function choose(
  error: unknown,
  lines: readonly string[],
  { format = 'table', isTTY = true, signal }: Typed = {},
) {
  const input = Object.assign(new PassThrough(), { isTTY });
  let shown = '';
  const output = Object.assign(
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        shown += String(chunk);
        done();
      },
    }),
    { isTTY },
  );
  const stream = output as unknown as NodeJS.WriteStream;
  const console = new Console({ stdout: stream, stderr: stream, env: {}, format });
  input.end(lines.map((line) => `${line}\n`).join(''));
  const terminal = { input: input as unknown as NodeJS.ReadStream, output: stream };
  const folder = await chooseMember(error, 'work/space', console, signal ?? new AbortController().signal, terminal);
  return { folder, shown };
}

describe('choosing a member of a workspace', () => {
  it('asks on a terminal, by number, path or name', async () => {
    for (const answer of ['1', 'crates/a', 'case-a']) {
      const { folder, shown } = await choose(ERROR, ['', '3', answer]);
      assert.equal(folder, 'work/space/crates/a');
      assert.match(
        shown,
        /1 {2}crates\/a {2}case-a 1\.2\.3\n2 {2}crates\/it's b {2}\(no name\) \(no version\), private\n/,
      );
    }
  });

  it('ends when the input ends', async () => {
    await assert.rejects(choose(ERROR, ['9']), { name: 'AbortError' });
  });

  it('names the commands where there is no terminal, and in JSON and YAML', async () => {
    for (const typed of [{ isTTY: false }, { format: 'json' }, { format: 'yaml' }] as const) {
      await assert.rejects(choose(ERROR, ['1'], typed), (error: CommandError) => {
        assert.equal(error.name, 'WorkspaceRoot');
        assert.match(error.list ?? '', /^ {2}ggen-p2p publish work\/space\/crates\/a {3}# case-a 1\.2\.3\n/);
        assert.match(error.next ?? '', /'ggen-p2p publish work\/space\/crates\/a'/);
        assert.deepEqual(error.details, {
          members: [
            { ...MEMBERS[0], command: 'ggen-p2p publish work/space/crates/a' },
            { ...MEMBERS[1], command: `ggen-p2p publish 'work/space/crates/it'\\''s b'` },
          ],
        });
        return true;
      });
    }
  });

  it('names a member as the example that can be published, if there is one', async () => {
    const [complete = {}, incomplete = {}] = MEMBERS;
    const next = async (...members: readonly object[]): Promise<string> => {
      const details = { members: members.map((one) => JSON.stringify(one)) };
      const error: unknown = await choose(new GgenError('WorkspaceRoot', 'A root.', { details }), [], {
        isTTY: false,
      }).catch((reason: unknown) => reason);
      return (error as CommandError).next ?? '';
    };
    const hidden = { ...complete, path: 'hidden', private: true };
    assert.match(await next(incomplete, hidden, complete), /'ggen-p2p publish work\/space\/crates\/a'/);
    assert.match(await next(incomplete, hidden), /'ggen-p2p publish work\/space\/hidden'/);
    assert.match(await next(incomplete), /^Set the name and version of a member/);
  });

  it('passes any other error on', async () => {
    const other = new GgenError('ManifestNotFound', 'None.');
    await assert.rejects(choose(other, ['1']), other);
  });
});
