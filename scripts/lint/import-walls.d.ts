/** What one room may import. */
export interface Wall {
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
  readonly types?: readonly string[];
}
export const WALLS: Readonly<Record<string, Wall>>;
export function roomOf(pathBelowSrc: string): string | undefined;
