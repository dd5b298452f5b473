import type { CallName, CallOptions, EngineCalls } from '../../../shared/api/index.ts';
import { observeCall, operationOf } from '../../telemetry/observe-call.ts';
import type { CallObservation } from '../../telemetry/observe-call.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { CallRow, RunOptions } from './call-row.ts';
import type { Operations } from './operations.ts';
import { requestValidator } from './request-form.ts';
import type { AnyRequestForm } from './request-form.ts';

/** One row for each call of the contract. */
export type CallTable<Parts> = { readonly [Name in CallName]: CallRow<Name, Parts> };

/** A row without the types of its call: in the pipeline all calls look the same. */
interface AnyCallRow<Parts> extends CallObservation<unknown, unknown> {
  readonly form: AnyRequestForm;
  readonly run: (parts: Parts, request: unknown, options: RunOptions<unknown>) => unknown;
}

export interface PipelineDeps {
  readonly operations: Pick<Operations, 'run'>;
  readonly telemetry: Telemetry;
}

const ignoreProgress = (): void => undefined;

/**
 * The engine's calls, made of the table: each validates its request, runs as an operation that ends with its caller or the
 * engine, is traced and measured, and then does what its row says.
 */
export function createCalls<Parts>(table: CallTable<Parts>, parts: Parts, deps: PipelineDeps): EngineCalls {
  const rows = Object.entries(table) as unknown as readonly (readonly [CallName, AnyCallRow<Parts>])[];
  const calls = rows.map(([name, row]) => [name, pipeline(name, row, parts, deps)] as const);
  // Complete, because the table is.
  return Object.fromEntries(calls) as unknown as EngineCalls;
}

function pipeline<Parts>(
  name: CallName,
  row: AnyCallRow<Parts>,
  parts: Parts,
  { operations, telemetry }: PipelineDeps,
): (request: Readonly<Record<string, unknown>>, options?: CallOptions<unknown>) => Promise<unknown> {
  const validate = requestValidator(name, row.form);
  const operation = operationOf(name);
  return async (request, options = {}) => {
    validate(request);
    const { traceparent, onProgress = ignoreProgress } = options;
    return operations.run(options.signal, (signal) =>
      observeCall(telemetry, row, {
        operation,
        request,
        traceparent,
        run: async () => await row.run(parts, request, { signal, onProgress }),
      }),
    );
  };
}
