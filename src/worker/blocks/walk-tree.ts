import { yieldEvery } from '../../shared/async.ts';

/** A step of a walk, with what was read for it. */
export interface Visit<Step, Value> {
  readonly step: Step;
  readonly value: Value;
}

export interface WalkOptions<Step, Value> {
  /**
   * `depth-first`: each step comes directly before the steps below it. `breadth-first`: all steps of one depth come
   * before the next depth. Siblings keep their order in both. Depth-first by default.
   */
  readonly order?: 'depth-first' | 'breadth-first';
  /** Identity of a step, which is visited once. Steps without one are visited as often as they are named. */
  readonly keyOf?: (step: Step) => string | undefined;
  /** Reads what the step names, for example a block. What it throws ends the walk. */
  readonly read: (step: Step) => Promise<Value> | Value;
  /** The steps directly below a step. What it throws ends the walk. */
  readonly expand: (step: Step, value: Value) => readonly Step[];
  /**
   * Whether `expand` may return any steps. A depth-first walk reads ahead only past steps that have nothing below them.
   */
  readonly canExpand?: (step: Step) => boolean;
  /** Number of reads at the same time; asked before each read. One by default. */
  readonly readAhead?: () => number;
  /** The walk ends after this many steps. */
  readonly maxSteps?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Walks a tree of blocks from its roots. All walks of a release's tree go through here: a hostile tree may name one
 * block a million times or nest without end, so each caller states what it visits once and where it stops. The walk
 * yields to the event loop, and it reads nothing more once its consumer leaves the loop.
 *
 * `expand` is called before the step is yielded, so that the consumer may reuse the buffer of a block that has no
 * links.
 *
 * @throws the reason of the signal, and what `read` and `expand` throw
 */
export async function* walkTree<Step, Value>(
  roots: Iterable<Step>,
  options: WalkOptions<Step, Value>,
): AsyncGenerator<Visit<Step, Value>> {
  const { order = 'depth-first', read, expand, canExpand = () => true, readAhead = () => 1, signal } = options;
  const frontier = new Frontier(roots, options);
  const reads: { readonly step: Step; readonly value: Promise<Value> | Value }[] = [];
  const yieldIfDue = yieldEvery({ signal });
  const mayReadNext = (): boolean => {
    const last = reads.at(-1);
    if (last === undefined) return true;
    return reads.length < readAhead() && (order === 'breadth-first' || !canExpand(last.step));
  };
  for (;;) {
    signal?.throwIfAborted();
    for (let next = mayReadNext() ? frontier.take() : undefined; next !== undefined;) {
      const value = read(next.step);
      // Awaited below, unless the walk ends before.
      if (value instanceof Promise) value.catch(() => undefined);
      reads.push({ step: next.step, value });
      next = mayReadNext() ? frontier.take() : undefined;
    }
    const current = reads.shift();
    if (current === undefined) return;
    const { step } = current;
    const value = await current.value;
    if (canExpand(step)) frontier.add(expand(step, value));
    yield { step, value };
    await yieldIfDue();
  }
}

/** Steps that are still to be visited, in the order of the walk. */
class Frontier<Step> {
  readonly #isDepthFirst: boolean;
  readonly #keyOf: (step: Step) => string | undefined;
  readonly #seen = new Set<string>();
  /** Depth-first: the next step is the last one. Breadth-first: the next step is at `#head`. */
  readonly #steps: Step[];
  #head = 0;
  #remaining: number;

  constructor(
    roots: Iterable<Step>,
    {
      order = 'depth-first',
      keyOf = () => undefined,
      maxSteps = Infinity,
    }: Pick<WalkOptions<Step, unknown>, 'order' | 'keyOf' | 'maxSteps'>,
  ) {
    this.#isDepthFirst = order === 'depth-first';
    this.#keyOf = keyOf;
    this.#remaining = maxSteps;
    this.#steps = this.#isDepthFirst ? [...roots].toReversed() : [...roots];
  }

  add(steps: readonly Step[]): void {
    if (this.#isDepthFirst)
      for (let index = steps.length - 1; index >= 0; index--) this.#steps.push(steps[index] as Step);
    else for (const step of steps) this.#steps.push(step);
  }

  take(): { readonly step: Step } | undefined {
    while (this.#remaining > 0 && this.#head < this.#steps.length) {
      const step = (this.#isDepthFirst ? this.#steps.pop() : this.#steps[this.#head++]) as Step;
      const key = this.#keyOf(step);
      if (key !== undefined && this.#seen.has(key)) continue;
      if (key !== undefined) this.#seen.add(key);
      this.#remaining--;
      return { step };
    }
    return undefined;
  }
}
