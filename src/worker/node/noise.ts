import { noise } from '@libp2p/noise';
import type { NoiseComponents } from '@libp2p/noise';
import type { ConnectionEncrypter, MessageStream } from '@libp2p/interface';

type Bytes = Parameters<MessageStream['send']>[0];

/**
 * Noise that decrypts a message in the chunks in which it arrived. `@libp2p/noise` first copies them into one buffer, which only
 * messages of less than 1,200 bytes need: it would copy nearly all received bytes, and leave as much garbage.
 */
export function lowCopyNoise(): (components: NoiseComponents) => ConnectionEncrypter {
  const createNoise = noise();
  return (components) => {
    const encrypter = createNoise(components);
    const secureInbound = encrypter.secureInbound.bind(encrypter);
    const secureOutbound = encrypter.secureOutbound.bind(encrypter);
    encrypter.secureInbound = async (...args) => avoidDecryptCopy(await secureInbound(...args));
    encrypter.secureOutbound = async (...args) => avoidDecryptCopy(await secureOutbound(...args));
    return encrypter;
  };
}

function avoidDecryptCopy<T extends { readonly connection: MessageStream }>(secured: T): T {
  const connection = secured.connection as unknown as Decrypting;
  const { handshake } = connection;
  // Each call receives exactly one message.
  if (handshake !== undefined) connection.decrypt = (message) => handshake.decrypt(message);
  return secured;
}

/** Not in the declared types. If upstream renames these, messages are copied again; a test notices. */
interface Decrypting {
  decrypt: (message: Bytes) => Bytes;
  readonly handshake?: { decrypt(message: Bytes): Bytes };
}
