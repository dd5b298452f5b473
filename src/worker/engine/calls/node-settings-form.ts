import type { NodeSettings } from '../../../shared/model.ts';
import { nodeSettingsForm } from '../../../shared/settings/node-settings.ts';
import type { RequestForm } from './request-form.ts';

/** The form of node settings, as `startNode` takes them and as they are stored. It is made of the rows of the settings. */
export const NODE_SETTINGS_FORM = nodeSettingsForm() as RequestForm<NodeSettings>;
