import type { Localise } from '../../../src/extension/ui/localise.ts';

/** English, as `vscode.l10n.t` gives it where no translation is installed. */
export const t: Localise = (message, ...args) =>
  message.replaceAll(/\{(\d+)\}/g, (hole, index: string) => String(args[Number(index)] ?? hole));
