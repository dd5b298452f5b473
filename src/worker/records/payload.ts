/** Encodes and decodes the payload of a package record: canonical DAG-CBOR. */

import * as dagCbor from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import { isPackageName, publicKeyFromPublisherId } from '../../identity/publisher-id.ts';
import { isWeakKey } from '../../identity/weak-key.ts';
import { LIMITS } from '../../shared/limits.ts';
import { GgenError, errorMessage } from '../../shared/errors.ts';
import type { Release } from '../../shared/model.ts';
import { scanPayload } from './cbor-scan.ts';
import { encodeEnvelope, equalBytes } from './envelope.ts';
import { readDistTags } from './dist-tags.ts';
import { recordFault } from './record-faults.ts';
import { readBytes, readInteger, readMap, readText } from './wire-fields.ts';
import { readMetadata } from './read-metadata.ts';
import { readReleases } from './read-release.ts';
import type { PackageRecord } from './package-record.ts';
import { cachedPublisherId } from './publisher-id-cache.ts';

const FORMAT_VERSION = 1;
const FIELDS = ['v', 'publisher', 'name', 'seq', 'updated', 'metadata', 'releases'];
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/**
 * Encodes a record for `bytesToSign`. Checks first what other peers will check, except the time.
 *
 * @throws GgenError RecordInvalid (`details.reason` is the fault), RecordTooLarge
 */
export function encodePayload(record: PackageRecord): Uint8Array {
  const wire = toWire(record);
  readRecord(wire);
  const payload = dagCbor.encode(wire);
  scanPayload(payload);
  const publicKey = publicKeyFromPublisherId(record.publisher);
  const size = encodeEnvelope({ publicKey, payload, signature: new Uint8Array(SIGNATURE_BYTES) }).length;
  if (size > LIMITS.maxRecordBytes) {
    throw new GgenError(
      'RecordTooLarge',
      `The record of package '${record.name}' has ${size} bytes. The maximum is ${LIMITS.maxRecordBytes}. ` +
        `Shorten its texts or its dependency lists.`,
      { details: { size, limit: LIMITS.maxRecordBytes } },
    );
  }
  return payload;
}

/**
 * Decodes a record and checks everything except signature, publisher and time.
 *
 * @throws GgenError RecordInvalid
 */
export function decodePayload(payload: Uint8Array): PackageRecord {
  scanPayload(payload);
  const wire = decodeScanned(payload);
  const record = readRecord(wire);
  // No value was converted, so equal bytes prove that the encoding is the canonical one.
  if (!equalBytes(dagCbor.encode(wire), payload)) {
    throw recordFault('not-canonical', 'it is not in canonical DAG-CBOR');
  }
  return record;
}

function decodeScanned(payload: Uint8Array): unknown {
  try {
    return dagCbor.decode(payload);
  } catch (error) {
    // After the scan, the decoder fails only on duplicate keys.
    throw recordFault('not-canonical', `it is not DAG-CBOR (${errorMessage(error)})`);
  }
}

function readRecord(wire: unknown): PackageRecord {
  checkFormat(wire);
  const fields = readMap(wire, 'record', FIELDS, ['distTags']);
  const record = {
    publisher: readPublisher(fields['publisher']),
    name: readName(fields['name']),
    seq: readInteger(fields['seq'], 'seq', 1),
    updated: readInteger(fields['updated'], 'updated', 0),
    metadata: readMetadata(fields['metadata']),
    releases: readReleases(fields['releases']),
  };
  if (!Object.hasOwn(fields, 'distTags')) return record;
  return { ...record, distTags: readDistTags(fields['distTags'], record.releases) };
}

/** Checked first, because a later format may have other fields. */
function checkFormat(wire: unknown): void {
  const isMap = typeof wire === 'object' && wire !== null && Object.hasOwn(wire, 'v');
  if (isMap && (wire as { v: unknown }).v !== FORMAT_VERSION) {
    throw recordFault('wrong-version', `its format is not version ${FORMAT_VERSION}`, 'v');
  }
}

function readPublisher(value: unknown): string {
  const raw = readBytes(value, 'publisher', PUBLIC_KEY_BYTES);
  if (isWeakKey(raw)) throw recordFault('weak-key', 'anyone can sign with its key', 'publisher');
  return cachedPublisherId(raw);
}

function readName(value: unknown): string {
  const name = readText(value, 'name', { max: LIMITS.nameLength });
  if (!isPackageName(name)) throw recordFault('bad-name', `'${name}' is not a package name`, 'name');
  return name;
}

function toWire(record: PackageRecord): unknown {
  const { publisher, name, seq, updated, metadata, releases, distTags } = record;
  return withoutUndefined({
    v: FORMAT_VERSION,
    publisher: publicKeyFromPublisherId(publisher),
    name,
    seq,
    updated,
    metadata: withoutUndefined(metadata),
    releases: releases.map(releaseToWire),
    distTags,
  });
}

function releaseToWire(release: Release): unknown {
  const { root, readme, changelog } = release;
  return withoutUndefined({
    ...release,
    root: parseCid(root),
    readme: readme === undefined ? undefined : parseCid(readme),
    changelog: changelog === undefined ? undefined : parseCid(changelog),
  });
}

function parseCid(text: string): CID {
  try {
    return CID.parse(text);
  } catch {
    throw recordFault('bad-cid', `'${text.slice(0, 80)}' is not a CID`);
  }
}

/** DAG-CBOR has no undefined, so absent fields are omitted. */
function withoutUndefined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
