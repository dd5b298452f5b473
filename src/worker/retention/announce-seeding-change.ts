import type { Catalog } from '../catalog/catalog.ts';
import type { LoggerFactory } from '../logging/logger.ts';

/** Dependencies of `announceSeedingChange`, and the loggers of its callers. */
export interface AnnounceSeedingChangeDeps {
  readonly catalog: { readonly packages: Pick<Catalog['packages'], 'moveToLogEnd'> };
  readonly network: () => { readonly reprovider: { schedule(): void } } | undefined;
  readonly onChange: (id: string) => void;
  readonly loggers: LoggerFactory;
}

/**
 * Makes known that this node now seeds a package, or stopped to: peers that sync from this node read it in the log, the
 * DHT learns it from the reprovider, and views of this node are updated.
 */
export function announceSeedingChange(
  { catalog, network, onChange }: AnnounceSeedingChangeDeps,
  publisher: string,
  name: string,
): void {
  catalog.packages.moveToLogEnd(publisher, name);
  onChange(`${publisher}/${name}`);
  network()?.reprovider.schedule();
}
