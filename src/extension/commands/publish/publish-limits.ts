import * as vscode from 'vscode';
import { SETTINGS, SETTINGS_SECTION } from '../../../shared/contributions.ts';
import { LIMITS } from '../../../shared/limits.ts';
import type { ProjectLimits } from '../../../shared/model.ts';

const MEBIBYTE = 1024 * 1024;

/** The user's limits for a project; an invalid setting counts as the limit that every peer enforces. */
export function publishLimits(): ProjectLimits {
  const settings = vscode.workspace.getConfiguration(SETTINGS_SECTION);
  return {
    files: clampLimit(settings.get(SETTINGS.maxFiles), LIMITS.filesPerRelease),
    bytes: clampLimit(settings.get(SETTINGS.maxSize), LIMITS.bytesPerRelease / MEBIBYTE) * MEBIBYTE,
  };
}

function clampLimit(value: unknown, max: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? Math.min(value, max) : max;
}
