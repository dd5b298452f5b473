import type * as vscode from 'vscode';
import type { EngineClient } from './engine/engine-client.ts';
import type { NodeControl } from './engine/node-control.ts';
import type { ReadModel } from './model/read-model.ts';
import type { PublisherIdentity } from './publisher-identity.ts';

/** What commands and views work with; made once by `activate`. */
export interface Services {
  readonly log: vscode.LogOutputChannel;
  readonly client: EngineClient;
  readonly node: NodeControl;
  readonly model: ReadModel;
  readonly publisher: PublisherIdentity;
  /** Faults of manifests, for the Problems view. */
  readonly diagnostics: vscode.DiagnosticCollection;
}
