/**
 * The program that is killed: an engine without a network that does one job on command, and reports its start and end.
 * Lines of JSON, on stdin `{ dataDir, job }`, on stdout `{ say: 'ready' | 'begin' | 'done' | 'failed' }`.
 */
import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { createInterface } from 'node:readline';
import { publisherKeyFromSecret } from '../../src/identity/publisher-key.ts';
import { createEngine } from '../../src/worker/engine/engine.ts';
import type { LocalEngine } from '../../src/worker/engine/engine.ts';

export type Job =
  | { readonly kind: 'publish'; readonly root: string; readonly secret: string }
  | { readonly kind: 'install'; readonly project: string; readonly packages: readonly string[] };

export interface JobRequest {
  readonly dataDir: string;
  readonly job: Job;
}

export interface ChildMessage {
  readonly state: 'ready' | 'begin' | 'done' | 'failed';
  readonly error?: string;
}

function send(childMessage: ChildMessage): void {
  process.stdout.write(`${JSON.stringify(childMessage)}\n`);
}

async function runJob(engine: LocalEngine, job: Job): Promise<void> {
  if (job.kind === 'publish') {
    const key = publisherKeyFromSecret(job.secret);
    const draft = await engine.draftRelease({ root: job.root, publisher: key.id });
    await engine.publish({ draft: draft.draft, signature: key.sign(draft.bytesToSign) });
    return;
  }
  const { plan } = await engine.planInstall({ project: job.project, mode: 'add', packages: job.packages });
  await engine.applyPlan({ plan });
}

const lines = createInterface({ input: process.stdin });
// A killed process would not write its compile cache, with which the next ones start faster.
flushCompileCache();
send({ state: 'ready' });
const [line] = (await once(lines, 'line')) as [string];
const { dataDir, job } = JSON.parse(line) as JobRequest;
try {
  const engine = await createEngine({ dataDir, version: '0.0.0-kill' });
  send({ state: 'begin' });
  await runJob(engine, job);
  send({ state: 'done' });
  await engine.close();
} catch (error) {
  send({ state: 'failed', error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
}
process.exit(0);
