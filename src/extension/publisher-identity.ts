import * as vscode from 'vscode';
import { createPublisherKey, publisherKeyFromSecret } from '../identity/publisher-key.ts';
import type { PublisherKey } from '../identity/publisher-key.ts';
import { shortPublisherId } from '../identity/publisher-id.ts';

const { t } = vscode.l10n;

/** Name of the secret that holds the publisher key. */
export const PUBLISHER_SECRET = 'ggen.publisherKey';
/** Remembers the id of the key that the user was told of. */
const TOLD = 'ggen.publisherKeyTold';

/** The user's publisher key, kept in VS Code's secret storage and nowhere else. */
export class PublisherIdentity {
  readonly #secrets: vscode.SecretStorage;
  readonly #memory: vscode.Memento;
  #pending: Promise<PublisherKey> | undefined;

  /** @param memory remembers that the user was told of the key */
  constructor(secrets: vscode.SecretStorage, memory: vscode.Memento) {
    this.#secrets = secrets;
    this.#memory = memory;
  }

  /** The key, if the user has published before. @throws GgenError InvalidRequest when what is stored is no key */
  async existing(): Promise<PublisherKey | undefined> {
    const secret = await this.#secrets.get(PUBLISHER_SECRET);
    return secret === undefined ? undefined : publisherKeyFromSecret(secret);
  }

  /** The key, made when there is none. Two callers at once get the same key. */
  key(): Promise<PublisherKey> {
    this.#pending ??= this.#load().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #load(): Promise<PublisherKey> {
    return (await this.existing()) ?? (await this.#create());
  }

  async #create(): Promise<PublisherKey> {
    const key = createPublisherKey();
    await this.#secrets.store(PUBLISHER_SECRET, key.secret());
    return key;
  }

  /** Tell the user what the key is, once in the life of this key. */
  async introduce(): Promise<void> {
    const { id } = await this.key();
    if (this.#memory.get(TOLD) === id) return;
    await this.#memory.update(TOLD, id);
    const message = t(
      'You publish as {0}. The publisher key that was made for this signs what you publish, so that nobody else can change it. It stays in the secret storage of VS Code.',
      shortPublisherId(id),
    );
    void vscode.window.showInformationMessage(message);
  }
}
