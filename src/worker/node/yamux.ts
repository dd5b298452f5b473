import { yamux } from '@libp2p/yamux';
import type { YamuxMuxerInit } from '@libp2p/yamux';
import { StreamState } from '@libp2p/yamux/stream';
import type { YamuxStream } from '@libp2p/yamux/stream';
import type { StreamMuxerFactory } from '@libp2p/interface';

/**
 * Yamux that sends a window update only when half of the window is used up, as the implementations in Go and Rust do.
 * `@libp2p/yamux` sends one after each frame: with small messages, as in gossip and in the DHT, every second frame on the wire is a
 * window update, each encrypted and written by itself.
 *
 * @param init options of `@libp2p/yamux`
 */
export function lowUpdateYamux(init: YamuxMuxerInit): () => StreamMuxerFactory {
  const createFactory = yamux(init);
  return () => {
    const factory = createFactory();
    const createMuxer = factory.createStreamMuxer.bind(factory);
    factory.createStreamMuxer = (connection) => {
      const muxer = createMuxer(connection);
      const createStream = muxer.onCreateStream.bind(muxer);
      muxer.onCreateStream = () => delayWindowUpdates(createStream());
      // Not the `stream` event: with a listener, yamux would not keep the streams that come before libp2p listens.
      const onRemoteStream = muxer.onRemoteStream.bind(muxer);
      muxer.onRemoteStream = (stream) => {
        onRemoteStream(delayWindowUpdates(stream));
      };
      return muxer;
    };
    return factory;
  };
}

function delayWindowUpdates(stream: YamuxStream): YamuxStream {
  const sendUpdate = stream.sendWindowUpdate.bind(stream);
  stream.sendWindowUpdate = () => {
    // Updates also open and accept a stream, so they pass before it is established. A paused stream sends none anyway.
    const isOpen = stream.state === StreamState.Established;
    const { recvWindow, recvWindowCapacity } = stream as unknown as ReceiveWindow;
    if (!isOpen || !(recvWindowCapacity > recvWindow / 2)) sendUpdate();
  };
  return stream;
}

/** Private in the declared types. If upstream renames these, an update follows each frame again; a test notices. */
interface ReceiveWindow {
  /** Size of the window in bytes, and how much of it is left. */
  readonly recvWindow: number;
  readonly recvWindowCapacity: number;
}
