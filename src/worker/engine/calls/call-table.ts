import type { CallTraits } from '../../../shared/call-traits.ts';
import { authoringCalls } from './authoring-calls.ts';
import type { AuthoringCallParts } from './authoring-calls.ts';
import { installCalls } from './install-calls.ts';
import type { InstallCallParts } from './install-calls.ts';
import { nodeCalls } from './node-calls.ts';
import type { NodeCallParts } from './node-calls.ts';
import { peerCalls } from './peer-calls.ts';
import type { PeerCallParts } from './peer-calls.ts';
import type { CallTable } from './pipeline.ts';
import { publisherCalls } from './publisher-calls.ts';
import type { PublisherCallParts } from './publisher-calls.ts';
import { readingCalls } from './reading-calls.ts';
import type { ReadingCallParts } from './reading-calls.ts';
import { registryCalls } from './registry-calls.ts';
import type { RegistryCallParts } from './registry-calls.ts';
import { storageCalls } from './storage-calls.ts';
import type { StorageCallParts } from './storage-calls.ts';

/** The parts of the engine that calls use. Each subject's rows see only those that they name. */
export type CallParts = NodeCallParts &
  PeerCallParts &
  PublisherCallParts &
  RegistryCallParts &
  AuthoringCallParts &
  ReadingCallParts &
  InstallCallParts &
  StorageCallParts;

/** Every call of the engine. The contract types it, so that a call without a row, or a row without a field, does not compile. */
export const CALL_TABLE: CallTable<CallParts> = {
  ...nodeCalls,
  ...peerCalls,
  ...publisherCalls,
  ...registryCalls,
  ...authoringCalls,
  ...readingCalls,
  ...installCalls,
  ...storageCalls,
};

/** What callers in other processes need to know of the calls. */
export const CALL_TRAITS: CallTraits = Object.fromEntries(
  Object.entries(CALL_TABLE).map(([name, { idempotent }]) => [name, { idempotent }]),
);
