import type { Diagnostic, ReleaseChanges } from '../../../shared/model.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { ProjectScan } from '../project/project.ts';
import { breakingFaults } from './breaking.ts';
import { largeFileFaults } from './large-files.ts';
import { licenceFaults } from './licence.ts';
import { lookAlikeFaults } from './look-alikes.ts';

/**
 * What a project should be told before it is published, beyond what keeps it from being: the reading of its manifest and
 * the scan of its files report the rest.
 */
export function preflight(manifest: Manifest, scan: ProjectScan, changes: ReleaseChanges | undefined): Diagnostic[] {
  return [
    ...licenceFaults(scan.files, manifest),
    ...breakingFaults(changes, manifest),
    ...largeFileFaults(scan.files),
    ...lookAlikeFaults(scan.files.map(({ path }) => path)),
  ];
}
