import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ByteStream } from '../../../../../src/worker/protocols/wire/byte-stream.ts';
import { memoryStreamPair } from '../support/memory-stream.ts';
import type { MemoryStream } from '../support/memory-stream.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;

/** Let everything under way arrive. */
async function settle(turns = 50): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await nextTurn();
}

async function readAll(stream: ByteStream): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  do {
    if (stream.available > 0) parts.push(stream.take(stream.available));
  } while ((await stream.waitForBytes(never)) > 0 || stream.available > 0);
  return Buffer.concat(parts);
}

describe('a byte stream', () => {
  let sender: MemoryStream;
  let receiver: MemoryStream;
  let reader: ByteStream;
  beforeEach(() => {
    [sender, receiver] = memoryStreamPair({ windowBytes: 64 * 1024 });
    reader = new ByteStream(receiver);
  });

  it('delivers bytes in order, taken in any sizes', async () => {
    sender.send(Buffer.from('abcdefgh'));
    await reader.waitForBytes(never, 8);
    assert.equal(reader.peek(7), 'h'.charCodeAt(0));
    assert.equal(Buffer.from(reader.take(3)).toString(), 'abc');
    sender.send(Buffer.from('ijkl'));
    await reader.waitForBytes(never, 4);
    assert.equal(reader.available, 9);
    assert.equal(Buffer.from(reader.take(7)).toString(), 'defghij', 'across two chunks');
    const target = Buffer.alloc(4);
    assert.equal(reader.takeInto(target, 1), 3, 'no more than what is there');
    assert.equal(target.toString('latin1'), '\0kl\0');
    assert.throws(() => reader.peek(0), RangeError);
  });

  it('waits for the number of bytes that was asked for, or for the end', async () => {
    const waiting = reader.waitForBytes(never, 100);
    let isSettled = false;
    void waiting.then(() => (isSettled = true));
    sender.send(Buffer.alloc(99));
    await settle();
    assert.equal(isSettled, false);
    sender.send(Buffer.alloc(1));
    assert.equal(await waiting, 100);
    const last = reader.waitForBytes(never, 100);
    sender.send(Buffer.alloc(10));
    await sender.close();
    assert.equal(await last, 10);
    assert.equal(await reader.waitForBytes(never), 0);
    assert.equal(reader.ended, true);
  });

  it('stops a sender whose reader does not read, and lets it go on afterwards', async () => {
    const writer = new ByteStream(sender);
    const total = 8 * MIB;
    let isWritten = false;
    const writing = (async () => {
      for (let sent = 0; sent < total; sent += 64 * 1024)
        await writer.write(Buffer.alloc(64 * 1024, sent >> 16), never);
      isWritten = true;
      await writer.close(never);
    })();
    await settle(500);
    assert.equal(isWritten, false);
    assert.ok(reader.available > 3 * MIB && reader.available < 4 * MIB, `${reader.available} bytes wait`);
    const received = await readAll(reader);
    await writing;
    assert.equal(received.length, total);
    for (let part = 0; part < total >> 16; part++) assert.equal(received[part << 16], part & 0xff);
  });

  it('reports a reset to the reader and to the writer', async () => {
    const waiting = reader.waitForBytes(never);
    sender.abort(new Error('gone'));
    await assert.rejects(waiting, { name: 'StreamResetError' });
    await assert.rejects(reader.write(Buffer.alloc(1), never), { name: 'StreamResetError' });
    assert.equal(reader.isOpen, false);
  });

  it('reports a broken connection', async () => {
    const waiting = reader.waitForBytes(never);
    receiver.breakConnection(new Error('The cable was pulled'));
    await assert.rejects(waiting, /cable/);
  });

  it('ends a wait with the reason of its signal, and can be read again', async () => {
    const canceled = new AbortController();
    const waiting = reader.waitForBytes(canceled.signal);
    canceled.abort(new Error('no longer wanted'));
    await assert.rejects(waiting, /no longer wanted/);
    sender.send(Buffer.from('later'));
    assert.equal(await reader.waitForBytes(never, 5), 5);
  });

  it('ends a blocked write with the reason of its signal', async () => {
    receiver.stall();
    const writer = new ByteStream(sender);
    const canceled = new AbortController();
    const writing = writer.write(Buffer.alloc(MIB), canceled.signal);
    await settle();
    canceled.abort(new Error('no longer wanted'));
    await assert.rejects(writing, /no longer wanted/);
  });

  it('answers after the other side has closed its half', async () => {
    sender.send(Buffer.from('question'));
    await sender.close();
    assert.equal((await readAll(reader)).toString(), 'question');
    const answers = new ByteStream(sender);
    await reader.write(Buffer.from('answer'), never);
    await reader.close(never);
    assert.equal((await readAll(answers)).toString(), 'answer');
    assert.equal(sender.status, 'closed');
  });
});
