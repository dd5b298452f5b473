import * as vscode from 'vscode';
import { createPublisherKey, publisherKeyFromSecret } from '../identity/publisher-key.ts';
import type { PublisherKey } from '../identity/publisher-key.ts';
import { shortPublisherId } from '../identity/publisher-id.ts';
import { notify } from './ui/notify.ts';

const { t } = vscode.l10n;

/** Name of the secret that holds the publisher key. */
export const PUBLISHER_SECRET = 'ggen.publisherKey';
/** Key of the global state that stores the id of the publisher key that the notice was shown for. */
const NOTICE_SHOWN_KEY = 'ggen.publisherKeyNoticeShown';

/** The user's publisher key. It is stored in VS Code's secret storage only. */
export class PublisherIdentity {
  readonly #secrets: vscode.SecretStorage;
  readonly #globalState: vscode.Memento;
  #pending: Promise<PublisherKey> | undefined;

  /** @param globalState stores that the notice was shown */
  constructor(secrets: vscode.SecretStorage, globalState: vscode.Memento) {
    this.#secrets = secrets;
    this.#globalState = globalState;
  }

  /**
   * The stored key; undefined before the first release is published.
   *
   * @throws GgenError InvalidRequest when the stored secret is not a key
   */
  async existing(): Promise<PublisherKey | undefined> {
    const secret = await this.#secrets.get(PUBLISHER_SECRET);
    return secret === undefined ? undefined : publisherKeyFromSecret(secret);
  }

  /** The stored key; created when there is none. Concurrent callers get the same key. */
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

  /** Explain the publisher key in a notification, once for each key. */
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
