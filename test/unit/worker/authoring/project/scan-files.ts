import type { ProjectScan } from '../../../../../src/worker/authoring/project/project.ts';
import { scanProject, type ScanOptions } from '../../../../../src/worker/authoring/project/scan-project.ts';
import { ProjectFolder, type Files } from '../project-folder.ts';

export const MANIFEST = '[package]\nname = "x"\nversion = "1.0.0"\ndescription = "x"\nlicense = "MIT"\n';

/** Scans a temporary project with these files. */
export async function scan(files: Files, options?: ScanOptions): Promise<ProjectScan> {
  await using folder = await ProjectFolder.of(files);
  return await scanProject(folder.root, options);
}

/** Paths of the files that would be published. */
export async function published(files: Files): Promise<string[]> {
  return (await scan(files)).files.map(({ path }) => path);
}

export function codes({ diagnostics }: ProjectScan): string[] {
  return diagnostics.map(({ code }) => code);
}
