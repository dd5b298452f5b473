declare module 'npm-packlist' {
  import type { EventEmitter } from 'node:events';
  import type { Stats } from 'node:fs';

  /** The part of npm's tree of packages that the list of files depends on. */
  export interface PackageNode {
    readonly path: string;
    readonly package: object;
    readonly isProjectRoot: boolean;
    /** Folder by name of each member of the workspace; undefined when the package is no workspace. */
    readonly workspaces?: ReadonlyMap<string, string> | undefined;
    /** Finds what a dependency's name leads to. */
    readonly edgesOut: { get(name: string): PackageEdge | undefined };
  }

  export interface PackageEdge {
    readonly peer: boolean;
    readonly dev: boolean;
    readonly to: { readonly path: string; readonly isLink: boolean; readonly target: PackageNode } | undefined;
  }

  export interface Options {
    readonly path: string;
    /** Folder of the workspace that the package is a member of. */
    readonly prefix?: string | undefined;
    /** Folders of the members that are packed. */
    readonly workspaces?: readonly string[] | undefined;
  }

  export interface WalkerOptions extends Partial<Options> {
    readonly isPackage?: boolean;
  }

  /** An entry of a folder, and whether the rules include it as a file and as a folder. */
  export interface StatOptions {
    readonly st: Stats;
    readonly entry: string;
    readonly file: boolean;
    readonly dir: boolean;
    readonly isSymbolicLink: boolean;
  }

  /** Walks one folder. It emits `done` with the list of files, and `error`. */
  interface Walker extends EventEmitter {
    start(): this;
    /** Adds a file, or walks a folder. */
    onstat(options: StatOptions, callback: () => void): void;
    /** Walks a folder in this one. */
    walker(entry: string, options: object, callback: () => void): void;
    walkerOpt(entry: string, options: object): WalkerOptions;
  }

  const packlist: { readonly Walker: new (tree: PackageNode, options: WalkerOptions) => Walker };
  export default packlist;
}
