import type { Engine } from '../../shared/api/index.ts';
import type { NodeSettings } from '../../shared/model.ts';

/**
 * Remembers the settings with which the node runs, so that the process that takes over runs it in the same way. It is a copy
 * of the owner's settings store, because the owner is usually another process and cannot be asked any more once it ended.
 */
export class DesiredNodeState {
  #settings: NodeSettings | undefined;
  #detach = (): void => undefined;

  /** Settings of the node that runs, or that ran when its owner ended; undefined while it is stopped. */
  get settings(): NodeSettings | undefined {
    return this.#settings;
  }

  /** Follow an engine. Its node's present state is known when this resolves. */
  async attach(engine: Engine): Promise<void> {
    this.detach();
    await this.#readStatus(engine);
    this.#detach = engine.subscribe('node', ({ status: { state } }) => {
      if (state === 'stopped' || state === 'failed') this.#settings = undefined;
      else if (state !== 'stopping') void this.#readStatus(engine);
    });
  }

  detach(): void {
    this.#detach();
    this.#detach = () => undefined;
  }

  async #readStatus(engine: Engine): Promise<void> {
    try {
      const { node, settings } = await engine.status({});
      if (node.state !== 'stopped') this.#settings = settings ?? this.#settings;
    } catch {
      // The owner ended. The last known settings stay.
    }
  }
}
