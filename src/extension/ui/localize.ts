/**
 * Translates a text: `vscode.l10n.t`, as a parameter of code that does not import vscode. `{0}`, `{1}`… are replaced by
 * the arguments.
 */
export type Localize = (message: string, ...args: (string | number | boolean)[]) => string;
