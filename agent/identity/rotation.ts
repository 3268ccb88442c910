import type { Certify } from "../../protocol/frame-body.ts";
import { networkIdOf } from "../../protocol/ids.ts";
import { openRecord } from "../../protocol/record.ts";
import type { WallMs } from "../../protocol/time.ts";
import type { Random } from "../random.ts";
import { isOf } from "../registry/roster.ts";
import { certifyRequest } from "./certifying.ts";
import { keysOf, rawOf } from "./identity.ts";
import { membershipOf, RecordSigner } from "./signer.ts";
import { freshState, type IdentityState, type Membership, type Rotation } from "./state.ts";

/**
 * New identity, exchange and WireGuard keys for a member that keeps name and addresses. In order, each durable before the next:
 *
 * 1. `beginRotation`: the new keys are made. They are the same until the end, so asking again gets the same certificate.
 * 2. `keepSuccessor`: an admin has certified them, to take the old ones' place once these are given up.
 * 3. `change`: the old keys' farewell is signed, and the new keys are those in use. Only now the farewell is sent.
 * 4. `endRotation`: somebody takes the new keys. The old ones are forgotten.
 *
 * After a crash between 3 and 4 nobody knows here whether the farewell had left: the network takes either the new keys or the old ones.
 * `exchangeKeySets` makes the other set the one in use, so that both can be tried.
 */
type Changed = { readonly state: IdentityState };

/** Goes on with a rotation that has begun. Throws AgentError `network.none`. */
export function beginRotation(state: IdentityState, random: Random): Changed {
  const membership = membershipOf(state);
  if (membership.rotation !== undefined) return { state };
  const { identitySeed, exchangeKey, wireguardKey } = freshState(random);
  return withRotation(state, { identitySeed, exchangeKey, wireguardKey, isChanged: false });
}

/** What an admin is asked; undefined where there is nothing to ask. */
export function successionRequest(state: IdentityState): Certify | undefined {
  const { membership } = state;
  const rotation = membership?.rotation;
  if (rotation === undefined || rotation.certificate !== undefined) return undefined;
  return certifyRequest(membershipOf(state), keysOf(state).id, keysOf({ ...state, ...keySetOf(rotation) }));
}

/** The same state where `certificate` is not for the new keys, to take this member's place. */
export function keepSuccessor(state: IdentityState, certificate: Uint8Array): Changed {
  const { membership } = state;
  const rotation = membership?.rotation;
  if (rotation === undefined || rotation.certificate !== undefined) return { state };
  const opened = openRecord(certificate, networkIdOf(rawOf(membership?.networkKey ?? "")));
  if (!opened.ok || !isOf(opened.value, "member")) return { state };
  const { content } = opened.value;
  const keys = keysOf({ ...state, ...keySetOf(rotation) });
  const isOurs =
    content.predecessor === keysOf(state).id &&
    Buffer.compare(content.identityKey, keys.identityKey) === 0 &&
    Buffer.compare(content.exchangeKey, keys.exchangeKey) === 0 &&
    content.wireguardKey === keys.wireguardKey;
  if (!isOurs) return { state };
  return withRotation(state, { ...rotation, certificate: Buffer.from(certificate).toString("base64") });
}

/** The same state where the new keys are not certified, or the change was made. */
export function change(state: IdentityState, now: WallMs): Changed {
  const { membership } = state;
  const rotation = membership?.rotation;
  if (rotation?.certificate === undefined || rotation.farewell !== undefined) return { state };
  const { id, sign } = keysOf(state);
  const signer = new RecordSigner(state, rawOf(membership?.networkKey ?? ""), now);
  const farewell = signer.sign({ kind: "revocation", member: id }, sign);
  const said = { ...rotation, farewell: Buffer.from(farewell.bytes).toString("base64") };
  return exchangeKeySets(withRotation(signer.state, said).state);
}

/** The set of keys and the certificate that were not in use are, and the other way round. The same state before `change`. */
export function exchangeKeySets(state: IdentityState): Changed {
  const { membership } = state;
  const rotation = membership?.rotation;
  if (rotation?.certificate === undefined || rotation.farewell === undefined) return { state };
  const { identitySeed, exchangeKey, wireguardKey } = state;
  const other: Rotation = {
    ...rotation,
    identitySeed,
    exchangeKey,
    wireguardKey,
    certificate: membershipOf(state).certificate,
    isChanged: !rotation.isChanged,
  };
  const { certificate } = rotation;
  return {
    state: {
      ...state,
      ...keySetOf(rotation),
      membership: { ...membershipOf(state), certificate, rotation: other },
    },
  };
}

/** New certificate and farewell, in this order: what makes the others change over. Empty before `change`. */
export function changeRecords({ certificate, rotation }: Membership): readonly Uint8Array[] {
  if (rotation?.farewell === undefined || rotation.certificate === undefined) return [];
  const successor = rotation.isChanged ? certificate : rotation.certificate;
  return [successor, rotation.farewell].map((base64) => new Uint8Array(Buffer.from(base64, "base64")));
}

/** The old keys are forgotten. The same state unless the new ones are in use. */
export function endRotation(state: IdentityState): Changed {
  const { membership } = state;
  if (membership?.rotation?.isChanged !== true) return { state };
  const { rotation: _, ...rest } = membership;
  return { state: { ...state, membership: rest } };
}

function keySetOf(set: Rotation): Pick<IdentityState, "identitySeed" | "exchangeKey" | "wireguardKey"> {
  const { identitySeed, exchangeKey, wireguardKey } = set;
  return { identitySeed, exchangeKey, wireguardKey };
}

function withRotation(state: IdentityState, rotation: Rotation): Changed {
  return { state: { ...state, membership: { ...membershipOf(state), rotation } } };
}
