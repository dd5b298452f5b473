import * as vscode from 'vscode';
import { createPublisherKey, publisherKeyFromSecret } from '../identity/publisher-key.ts';
import type { PublisherKey } from '../identity/publisher-key.ts';
import { shortPublisherId } from '../identity/publisher-id.ts';

const { t } = vscode.l10n;

/** Name of the secret that holds the publisher key. */
export const PUBLISHER_SECRET = 'ggen.publisherKey';

/** The user's publisher key, kept in VS Code's secret storage and nowhere else. */
export class PublisherIdentity {
  readonly #secrets: vscode.SecretStorage;
  #pending: Promise<PublisherKey> | undefined;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
  }

  /** The key, if the user has published before. @throws GgenError InvalidRequest when what is stored is no key */
  async existing(): Promise<PublisherKey | undefined> {
    const secret = await this.#secrets.get(PUBLISHER_SECRET);
    return secret === undefined ? undefined : publisherKeyFromSecret(secret);
  }

  /** The key, made when there is none; the user is told once what it is. Two callers at once get the same key. */
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
    void vscode.window.showInformationMessage(
      t(
        'You publish as {0} from now on. Your publisher key was made for this: it signs what you publish, so that nobody else can change it. It stays in the secret storage of VS Code on this machine.',
        shortPublisherId(key.id),
      ),
    );
    return key;
  }
}
