import { decoded, refused, type Decoded } from "./decoded.ts";
import { canonicalIPv6, isIPv4, isUsableRemote, parseEndpoint, type Endpoint } from "./endpoint.ts";
import { decodeId, type AllocationId, type InviteId, type MemberId, type NetworkId } from "./ids.ts";
import { wireNumber } from "./record.ts";

/** What is wrong with one field. Thrown and caught inside a decoder: bodies nest, and each field can be refused. */
class FieldRefused extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

/** Runs a decoder built from the readers below. What protobuf throws at garbage becomes `malformed`; bugs pass. */
export function decodeWith<Raw, T>(decode: () => Raw, read: (raw: Raw) => T, malformed: string): Decoded<T> {
  let raw: Raw;
  try {
    raw = decode();
  } catch {
    return refused(malformed);
  }
  try {
    return decoded(read(raw));
  } catch (error) {
    if (error instanceof FieldRefused) return refused(error.reason);
    throw error;
  }
}

export function refuse(reason: string): never {
  throw new FieldRefused(reason);
}

/** A copy: a view would keep the whole frame alive for as long as somebody keeps these bytes. */
export function bytesField(
  value: Uint8Array | null | undefined,
  name: string,
  minBytes: number,
  maxBytes = minBytes,
): Uint8Array {
  const length = value?.length ?? 0;
  if (length < minBytes || length > maxBytes) refuse(name);
  return new Uint8Array(value ?? []);
}

export function memberField(value: Uint8Array | null | undefined, name: string): MemberId {
  const id = decodeId<MemberId>(value ?? new Uint8Array());
  return id.ok ? id.value : refuse(name);
}

export function networkField(value: Uint8Array | null | undefined, name: string): NetworkId {
  const id = decodeId<NetworkId>(value ?? new Uint8Array());
  return id.ok ? id.value : refuse(name);
}

export function allocationField(value: Uint8Array | null | undefined, name: string): AllocationId {
  const id = decodeId<AllocationId>(value ?? new Uint8Array());
  return id.ok ? id.value : refuse(name);
}

export function inviteField(value: Uint8Array | null | undefined, name: string): InviteId {
  const id = decodeId<InviteId>(value ?? new Uint8Array());
  return id.ok ? id.value : refuse(name);
}

export function integerField(value: unknown, name: string, min: number, max: number): number {
  const number = wireNumber(value ?? 0);
  return number === undefined || number < min || number > max ? refuse(name) : number;
}

export function textField(value: string | null | undefined, name: string, shape: RegExp): string {
  const text = value ?? "";
  return shape.test(text) ? text : refuse(name);
}

export function listField<T>(
  value: readonly T[] | null | undefined,
  name: string,
  minCount: number,
  maxCount: number,
): readonly T[] {
  const list = value ?? [];
  return list.length < minCount || list.length > maxCount ? refuse(name) : list;
}

/** An address that a remote may make us send to. */
export function endpointField(value: string | null | undefined, name: string): Endpoint {
  const endpoint = parseEndpoint(value ?? "");
  return endpoint.ok && isUsableRemote(endpoint.value.address) ? endpoint.value : refuse(name);
}

/** The same without a port; IPv6 in its canonical form. */
export function remoteAddressField(value: string | null | undefined, name: string): string {
  const text = value ?? "";
  const address = isIPv4(text) ? text : canonicalIPv6(text);
  return address !== undefined && isUsableRemote(address) ? address : refuse(name);
}
