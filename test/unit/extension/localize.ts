import type { Localize } from '../../../src/extension/ui/localize.ts';

/** English texts, as `vscode.l10n.t` returns them without a translation. */
export const t: Localize = (message, ...args) =>
  message.replaceAll(/\{(\d+)\}/g, (hole, index: string) => String(args[Number(index)] ?? hole));
