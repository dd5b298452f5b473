import type { PackageSummary, PublishReceipt, InstalledPackage, SearchResults } from '../shared/model.ts';

/** What the peer prints, one JSON object per line. */
export type OutputEvent =
  | { readonly event: 'ready'; readonly peerId: string; readonly addresses: readonly string[] }
  | {
      readonly event: 'peer';
      readonly id: string;
      readonly name: string;
      readonly address: string;
      readonly connected: boolean;
    }
  | {
      readonly event: 'package';
      readonly id: string;
      readonly name: string;
      readonly version: string;
      readonly published: boolean;
    }
  | ({ readonly event: 'published'; readonly path: string } & PublishReceipt)
  | {
      readonly event: 'published';
      readonly path: string;
      readonly unchanged: true;
      readonly id?: string;
      readonly version: string;
    }
  | ({ readonly event: 'installed' } & InstalledPackage)
  | ({ readonly event: 'found' } & PackageSummary)
  | ({ readonly event: 'searched'; readonly total: number } & Omit<SearchResults, 'packages'>)
  | { readonly event: 'error'; readonly name: string; readonly message: string };

/** Where a command's results and messages go. */
export interface Output {
  /** One line of JSON for programs. */
  event(event: OutputEvent): void;
  /** A line for people. */
  message(text: string): void;
}

/** The process's two outputs. `onBroken` is called when whoever reads the events went away. */
export function processOutput(onBroken: () => void): Output {
  process.stdout.on('error', onBroken);
  process.stderr.on('error', onBroken);
  return {
    event: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
    message: (text) => process.stderr.write(`${text}\n`),
  };
}
