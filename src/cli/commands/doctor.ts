import { EXIT } from '../errors/exit-codes.ts';
import { diagnose } from '../doctor/checks.ts';
import type { CheckResult } from '../doctor/checks.ts';
import { commandTimeoutMs } from '../command-line/options.ts';
import { ENGINE_OPTIONS } from '../session/session-options.ts';
import type { View } from '../output/console.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';
import { sanitize } from '../output/sanitize.ts';

const DEFAULT_TIMEOUT_SECONDS = 30;
const MARKS = { ok: '✓', warning: '!', failed: '✗' } as const;

export const doctor: CommandSpec = {
  name: 'doctor',
  summary: 'Check whether this machine can publish and fetch packages',
  reads: true,
  options: [...ENGINE_OPTIONS],
  notes: 'Changes nothing. Exits with code 1 if a check fails.',
  examples: ['ggen-p2p doctor', 'ggen-p2p doctor --bootstrap /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…'],
  run: async (context) => {
    context.flags.noOperands('doctor');
    const checks = await diagnose(context, commandTimeoutMs(context.flags, DEFAULT_TIMEOUT_SECONDS));
    const failed = checks.filter(({ state }) => state === 'failed').length;
    context.console.result({ checks: checks.map(findingOutput), failed }, (view) =>
      checks.map((found) => findingLine(found, view)).join('\n'),
    );
    return failed > 0 ? EXIT.failed : EXIT.done;
  },
};

function findingOutput({ name, state, detail, next }: CheckResult): Readonly<Record<string, unknown>> {
  return { name, state, detail, next: next ?? null };
}

function findingLine({ name, state, detail, next }: CheckResult, view: View): string {
  const color = state === 'ok' ? view.success : state === 'warning' ? view.warn : view.error;
  return `${color(MARKS[state])} ${name}: ${sanitize(detail)}${next === undefined ? '' : `\n    next: ${sanitize(next)}`}`;
}
