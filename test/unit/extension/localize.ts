import type { Localize } from '../../../src/extension/ui/localize.ts';

/** English, as `vscode.l10n.t` gives it where no translation is installed. */
export const t: Localize = (message, ...args) =>
  message.replaceAll(/\{(\d+)\}/g, (hole, index: string) => String(args[Number(index)] ?? hole));
