import type { Diagnostic, ReleaseChanges } from '../../../shared/model.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { ProjectScan } from '../project/project.ts';
import { breakingChangeDiagnostics } from './breaking-changes.ts';
import { gitDiagnostics } from './git-check.ts';
import { largeFileDiagnostics } from './large-file-check.ts';
import { licenseDiagnostics } from './license-check.ts';
import { lookAlikeDiagnostics } from './look-alikes.ts';
import { longPathDiagnostics, modeDiagnostics, trackedExcludedDiagnostics } from './not-carried.ts';

/**
 * Returns warnings about a project before it is published. The manifest reader and the scan report what blocks
 * publishing.
 */
export function preflight(manifest: Manifest, scan: ProjectScan, changes: ReleaseChanges | undefined): Diagnostic[] {
  return [
    ...licenseDiagnostics(scan.files, manifest),
    ...breakingChangeDiagnostics(changes, manifest),
    ...largeFileDiagnostics(scan.files),
    ...gitDiagnostics(scan.files, scan.workTree),
    ...trackedExcludedDiagnostics(scan.excluded, scan.workTree),
    ...modeDiagnostics(scan.files),
    ...longPathDiagnostics(scan.files),
    ...lookAlikeDiagnostics(scan.files.map(({ path }) => path)),
  ];
}
