/**
 * A text in the user's language: `vscode.l10n.t`, handed to code that does not import vscode.
 * `{0}`, `{1}`… stand for the arguments.
 */
export type Localize = (message: string, ...args: (string | number | boolean)[]) => string;
