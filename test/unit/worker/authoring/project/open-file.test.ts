import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { readProjectFile } from '../../../../../src/worker/authoring/project/read-project-file.ts';
import type { ProjectFile } from '../../../../../src/worker/authoring/project/project.ts';
import { scanProject } from '../../../../../src/worker/authoring/project/scan-project.ts';
import { ProjectFolder } from '../project-folder.ts';

async function fileOf(folder: ProjectFolder): Promise<ProjectFile> {
  const { files } = await scanProject(folder.root);
  return files[0]!;
}

async function bytesOf(file: ProjectFile, signal?: AbortSignal): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readProjectFile(file, signal)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const CHANGED = { name: 'ProjectChanged', message: /data/ };

describe('reading a file for import', () => {
  for (const size of [0, 1, 1024 * 1024, 1024 * 1024 + 1, 3_000_000]) {
    it(`gives exactly its ${size} bytes`, async () => {
      const content = randomBytes(size);
      await using folder = await ProjectFolder.of({ data: content });
      assert.ok((await bytesOf(await fileOf(folder))).equals(content));
    });
  }

  it('yields chunks of bounded size that are not overwritten', async () => {
    await using folder = await ProjectFolder.of({ data: Buffer.alloc(5_000_000, 1) });
    const chunks: Uint8Array[] = [];
    for await (const chunk of readProjectFile(await fileOf(folder))) chunks.push(chunk);
    assert.ok(chunks.every((chunk) => chunk.length <= 1024 * 1024 && chunk.buffer.byteLength <= 1024 * 1024));
    assert.ok(chunks.every((chunk) => chunk.every((byte) => byte === 1)));
  });

  const changes: Readonly<Record<string, (path: string) => Promise<void>>> = {
    grew: (path) => appendFile(path, 'more'),
    shrank: (path) => truncate(path, 3),
    'was touched': (path) => utimes(path, 1, 1),
    'was rewritten at the same length': async (path) => {
      await writeFile(path, 'ATAD');
      await utimes(path, 2, 2);
    },
    disappeared: (path) => rm(path),
    'became a link': async (path) => {
      await rm(path);
      await symlink('/etc/passwd', path);
    },
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`refuses a file that ${what} since the scan`, async () => {
      await using folder = await ProjectFolder.of({ data: 'data' });
      const file = await fileOf(folder);
      await change(file.absolutePath);
      await assert.rejects(bytesOf(file), CHANGED);
    });
  }

  it('refuses a file that changes while it is read', async () => {
    for (const change of ['grow', 'shrink'] as const) {
      await using folder = await ProjectFolder.of({ data: Buffer.alloc(3_000_000) });
      const file = await fileOf(folder);
      const reading = readProjectFile(file);
      await reading.next();
      await (change === 'grow' ? appendFile(file.absolutePath, 'x') : truncate(file.absolutePath, 300_000));
      await assert.rejects(async () => {
        for (let step = await reading.next(); step.done !== true;) step = await reading.next();
      }, CHANGED);
    }
  });

  it('stops when it is canceled, and closes the file when iteration ends early', async () => {
    await using folder = await ProjectFolder.of({ data: Buffer.alloc(3_000_000) });
    const file = await fileOf(folder);
    await assert.rejects(bytesOf(file, AbortSignal.abort()), { name: 'AbortError' });
    const controller = new AbortController();
    const reading = readProjectFile(file, controller.signal);
    await reading.next();
    controller.abort();
    await assert.rejects(reading.next(), { name: 'AbortError' });
    // More files than descriptors, so that a leaked one fails the test.
    for (let round = 0; round < 300; round++)
      for await (const chunk of readProjectFile(file)) if (chunk.length > 0) break;
  });
});
