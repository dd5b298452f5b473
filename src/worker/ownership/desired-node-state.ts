import type { Engine } from '../../shared/api/index.ts';
import type { NodeSettings } from '../../shared/model.ts';

/** Remembers with which settings the node runs, wherever that is, so that whoever takes over runs it the same way. */
export class DesiredNodeState {
  #settings: NodeSettings | undefined;
  #detach = (): void => undefined;

  /** Settings of the node that runs, or ran when its owner was last heard of; undefined while it is stopped. */
  get settings(): NodeSettings | undefined {
    return this.#settings;
  }

  /** Follow an engine, knowing from the start how its node runs. */
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
      // The owner ended meanwhile: what was last known counts.
    }
  }
}
