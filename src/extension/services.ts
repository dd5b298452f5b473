import type * as vscode from 'vscode';
import type { EngineClient } from './engine/engine-client.ts';
import type { NodeControl } from './engine/node-control.ts';
import type { ReadModel } from './model/read-model.ts';
import type { PublisherIdentity } from './publisher-identity.ts';

/** Dependencies of commands and views, created once by `activate`. */
export interface Services {
  readonly log: vscode.LogOutputChannel;
  readonly client: EngineClient;
  readonly node: NodeControl;
  readonly model: ReadModel;
  readonly publisher: PublisherIdentity;
  /** Diagnostics of manifests, shown in the Problems view. */
  readonly diagnostics: vscode.DiagnosticCollection;
}
