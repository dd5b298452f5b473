import { EXIT } from '../errors/exit-codes.ts';
import { diagnose } from '../doctor/checks.ts';
import type { Finding } from '../doctor/checks.ts';
import { ENGINE_OPTIONS, timeoutOf } from '../command-line/options.ts';
import type { View } from '../output/console.ts';
import type { CommandSpec } from '../command-line/spec.ts';
import { plain } from '../output/plain.ts';

const DEFAULT_TIMEOUT_SECONDS = 30;
const MARKS = { ok: '✓', warning: '!', failed: '✗' } as const;

export const doctor: CommandSpec = {
  name: 'doctor',
  summary: 'Look for what keeps this machine from publishing and fetching',
  options: [...ENGINE_OPTIONS],
  notes: 'Changes nothing. Exit code 1 when a check failed.',
  examples: ['ggen-p2p doctor', 'ggen-p2p doctor --bootstrap /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…'],
  run: async (context) => {
    context.flags.none('doctor');
    const checks = await diagnose(context, timeoutOf(context.flags, DEFAULT_TIMEOUT_SECONDS));
    const failed = checks.filter(({ state }) => state === 'failed').length;
    context.console.result({ checks: checks.map(described), failed }, (view) =>
      checks.map((found) => line(found, view)).join('\n'),
    );
    return failed > 0 ? EXIT.failed : EXIT.done;
  },
};

function described({ name, state, detail, next }: Finding): Readonly<Record<string, unknown>> {
  return { name, state, detail, next: next ?? null };
}

function line({ name, state, detail, next }: Finding, view: View): string {
  const colour = state === 'ok' ? view.good : state === 'warning' ? view.odd : view.bad;
  return `${colour(MARKS[state])} ${name}: ${plain(detail)}${next === undefined ? '' : `\n    next: ${plain(next)}`}`;
}
