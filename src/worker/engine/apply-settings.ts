import type { NodeSettings } from '../../shared/model.ts';
import type { SeededContent } from '../retention/seeded-content.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { ChangeBus } from './change-bus.ts';
import type { NodeSettingsStore } from './node-settings-store.ts';

export interface ApplySettingsDeps {
  readonly changes: Pick<ChangeBus, 'emit'>;
  readonly nodeSettings: Pick<NodeSettingsStore, 'save'>;
  readonly seededContent: Pick<SeededContent, 'seedInstalled'>;
  readonly telemetry: Pick<Telemetry, 'setEndpoint'>;
}

/**
 * Make the engine work with these settings, before a node does: a node must not seed for a moment what the user wants to keep.
 *
 * @throws GgenError InvalidRequest; nothing is saved then
 */
export async function applySettings(
  { changes, nodeSettings, seededContent, telemetry }: ApplySettingsDeps,
  settings: NodeSettings,
): Promise<void> {
  await telemetry.setEndpoint(settings.otlpEndpoint);
  const hasSeedingChanged = await seededContent.seedInstalled(settings.transfers.seedInstalled);
  nodeSettings.save(settings);
  changes.emit('settings', settings);
  if (hasSeedingChanged) changes.emit('seeding', {});
}
