import * as vscode from 'vscode';
import { createPublisherKey, publisherKeyFromSecret } from '../identity/publisher-key.ts';
import type { PublisherKey } from '../identity/publisher-key.ts';
import { shortPublisherId } from '../identity/publisher-id.ts';
import { notify } from './ui/notify.ts';

const { t } = vscode.l10n;

/** Name of the secret that holds the publisher key. */
export const PUBLISHER_SECRET = 'ggen.publisherKey';
/** Remembers the id of the key that the user was told of. */
const NOTICE_SHOWN_KEY = 'ggen.publisherKeyNoticeShown';

/** The user's publisher key, kept in VS Code's secret storage and nowhere else. */
export class PublisherIdentity {
  readonly #secrets: vscode.SecretStorage;
  readonly #globalState: vscode.Memento;
  #pending: Promise<PublisherKey> | undefined;

  /** @param globalState remembers that the user was told of the key */
  constructor(secrets: vscode.SecretStorage, globalState: vscode.Memento) {
    this.#secrets = secrets;
    this.#globalState = globalState;
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
  async showKeyNotice(): Promise<void> {
    const { id } = await this.key();
    if (this.#globalState.get(NOTICE_SHOWN_KEY) === id) return;
    await this.#globalState.update(NOTICE_SHOWN_KEY, id);
    const message = t(
      'You publish as {0}. Ggen created a publisher key that signs your releases, so that only you can change your packages. The key is kept in VS Code secret storage.',
      shortPublisherId(id),
    );
    void notify('information', message);
  }
}
