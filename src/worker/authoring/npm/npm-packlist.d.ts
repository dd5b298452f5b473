declare module 'npm-packlist' {
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

  /** Resolves with paths relative to the package, with forward slashes. */
  export default function packlist(tree: PackageNode, options: Options): Promise<string[]>;
}
