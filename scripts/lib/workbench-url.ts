export interface Window {
  /** Absolute path of the folder to open. */
  readonly folder: string;
  /** Absolute path of the extension under development. */
  readonly extension?: string;
  /** Absolute path of a bundle that exports `run()`, to be run inside the extension host. */
  readonly tests?: string;
}

/** Address of a window of VS Code's web workbench. `server` is for example `http://127.0.0.1:40123`. */
export function workbenchUrl(server: string, window: Window): string {
  const url = new URL(server);
  const remote = (path: string): string => `vscode-remote://${url.host}${asUrlPath(path)}`;
  const payload: [string, string][] = [];
  if (window.extension !== undefined) payload.push(['extensionDevelopmentPath', remote(window.extension)]);
  if (window.tests !== undefined) payload.push(['extensionTestsPath', remote(window.tests)]);
  url.searchParams.set('folder', asUrlPath(window.folder));
  if (payload.length > 0) url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

/** `C:\x` is `/C:/x` in a URL. */
function asUrlPath(path: string): string {
  const slashes = path.replaceAll('\\', '/');
  return slashes.startsWith('/') ? slashes : `/${slashes}`;
}
