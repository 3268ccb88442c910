import { createCipheriv, createDecipheriv, hkdfSync, type KeyObject } from "node:crypto";
import { decoded, refused, type Decoded } from "./decoded.ts";
import { formatEndpoint, type Endpoint } from "./endpoint.ts";
import {
  bytesField,
  decodeWith,
  endpointField,
  integerField,
  listField,
  memberField,
  networkField,
  refuse,
} from "./frame-field.ts";
import { hopwire } from "./generated/hopwire.js";
import { natFromWire, natToWire, type NatByFamily } from "./nat-behaviour.ts";
import { idBytes, type MemberId, type NetworkId } from "./ids.ts";
import {
  KEY_BYTES,
  SIGNATURE_BYTES,
  privateKeyOf,
  rawPublicKey,
  sharedSecret,
  signBytes,
  verifyBytes,
} from "./keys.ts";

const wire = hopwire.v1;

/** Bytes: three times an exchange with every candidate; what a volunteer carries for others stays small. */
export const MAX_SEALED_BYTES = 4096;

/** As many as a multihomed dual-stack host has; more would be somebody making us send (RFC 8445, section 5.1.3). */
export const MAX_MESSAGE_CANDIDATES = 16;

const TAG_BYTES = 16;

/**
 * The key is derived from an ephemeral key made for this one message, so no second message is ever encrypted with it,
 * and a nonce would have nothing to tell apart (age's X25519 recipients rest on the same argument).
 */
const NONCE = new Uint8Array(12);

/** The terms of RFC 8445; `port-mapped` is what NAT-PMP, PCP or UPnP granted. */
const CANDIDATE_KINDS = ["host", "server-reflexive", "peer-reflexive", "port-mapped"] as const;

export type MessageCandidate = {
  readonly kind: (typeof CANDIDATE_KINDS)[number];
  readonly endpoint: Endpoint;
};

/** Ports that a sender may ask to be tried first: as many as a prediction is worth (`agent/nat/port-plan.ts`). */
export const MAX_KNOCK_PORTS = 256;

export type CandidatesContent = {
  readonly kind: "candidates";
  readonly candidates: readonly MessageCandidate[];
  readonly answerWanted: boolean;
  /**
   * Of a question that says how the sender is mapped, and of the answer to it, whose sender has opened its NAT for these mappings.
   * 32 bits; 0 where nothing of the kind is said.
   */
  readonly round: number;
  /** What is in front of the sender, as far as it knows. */
  readonly nat: NatByFamily;
  /** Round trips of the sender's own to volunteers, the nearest first. */
  readonly relayRtts: readonly RelayRtt[];
};

export type MessageContent =
  | CandidatesContent
  /** The sender's NAT passes what the receiver sends to many of its ports, which it does not know: try them. */
  | { readonly kind: "knock"; readonly ports: readonly number[] };

export type RelayRtt = { readonly relay: MemberId; readonly rttMs: number };

/** A relay beyond the nearest few is not chosen by its distance. With 22 bytes each they take a twelfth of a message. */
export const MAX_RELAY_RTTS = 16;

/** Beyond it nothing works: TCP gives up, and so did whoever measured. */
const MAX_RELAY_RTT_MS = 10_000;

export type SealOptions = {
  readonly network: NetworkId;
  readonly from: MemberId;
  readonly to: MemberId;
  /** Grows with every message from this sender to this receiver. */
  readonly sequence: number;
  readonly signKey: KeyObject;
  readonly receiverExchangeKey: Uint8Array;
  /** 32 random bytes, never used before: everything rests on it. */
  readonly ephemeralSeed: Uint8Array;
};

export type OpenOptions = {
  readonly network: NetworkId;
  readonly self: MemberId;
  readonly exchangeKey: KeyObject;
  /** Current members only. */
  readonly senderOf: (id: MemberId) => { readonly identityKey: Uint8Array } | undefined;
};

export type OpenedMessage = {
  readonly from: MemberId;
  /** That it grows is for the receiver to check: it takes memory. */
  readonly sequence: number;
  readonly content: MessageContent;
};

/**
 * Signs, then seals: carriers see neither content nor signature, and the signature names the receiver, so that he
 * cannot pass it on as meant for another. Refuses a receiver's key of low order, and too many candidates.
 */
export function sealMessage(content: MessageContent, options: SealOptions): Decoded<Uint8Array> {
  if (content.kind === "candidates" && content.candidates.length > MAX_MESSAGE_CANDIDATES)
    return refused("message-candidates");
  if (content.kind === "knock" && content.ports.length > MAX_KNOCK_PORTS) return refused("message-ports");
  if (content.kind === "candidates" && content.relayRtts.length > MAX_RELAY_RTTS)
    return refused("message-relay-rtts");
  const ephemeral = privateKeyOf("x25519", options.ephemeralSeed);
  const ephemeralKey = rawPublicKey(ephemeral);
  const secret = sharedSecret(ephemeral, options.receiverExchangeKey);
  if (secret === undefined) return refused("message-receiver-key");
  const body = wire.PeerMessage.encode({
    network: idBytes(options.network),
    from: idBytes(options.from),
    to: idBytes(options.to),
    sequence: options.sequence,
    ...contentToWire(content),
  }).finish();
  const signature = signBytes("message", body, options.signKey);
  const key = sealKey(secret, ephemeralKey, options.receiverExchangeKey);
  const cipher = createCipheriv("chacha20-poly1305", key, NONCE, { authTagLength: TAG_BYTES });
  const ciphertext = Buffer.concat([
    cipher.update(wire.SignedMessage.encode({ body, signature }).finish()),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return decoded(new Uint8Array(wire.SealedMessage.encode({ ephemeralKey, ciphertext }).finish()));
}

/** Never throws: anybody may have handed `bytes` to who delivered them. The signature is checked last. */
export function openMessage(bytes: Uint8Array, options: OpenOptions): Decoded<OpenedMessage> {
  if (bytes.length > MAX_SEALED_BYTES) return refused("message-too-long");
  const envelope = decodeWith(
    () => wire.SealedMessage.decode(bytes),
    (sealed) => ({
      ephemeralKey: bytesField(sealed.ephemeralKey, "message-ephemeral-key", KEY_BYTES),
      ciphertext: bytesField(sealed.ciphertext, "message-ciphertext", TAG_BYTES, MAX_SEALED_BYTES),
    }),
    "message-malformed",
  );
  if (!envelope.ok) return envelope;
  const { ephemeralKey, ciphertext } = envelope.value;
  const secret = sharedSecret(options.exchangeKey, ephemeralKey);
  if (secret === undefined) return refused("message-ephemeral-key");
  const plaintext = decrypt(sealKey(secret, ephemeralKey, rawPublicKey(options.exchangeKey)), ciphertext);
  if (plaintext === undefined) return refused("message-not-for-us");
  const signed = decodeWith(
    () => wire.SignedMessage.decode(plaintext),
    (message) => ({
      body: bytesField(message.body, "message-body", 1, MAX_SEALED_BYTES),
      signature: bytesField(message.signature, "message-signature", SIGNATURE_BYTES),
    }),
    "message-malformed",
  );
  if (!signed.ok) return signed;
  const { body, signature } = signed.value;
  const message = decodeWith(() => wire.PeerMessage.decode(body), messageFromWire, "message-malformed");
  if (!message.ok) return message;
  const { network, to, from, sequence, content } = message.value;
  if (network !== options.network) return refused("message-other-network");
  if (to !== options.self) return refused("message-other-receiver");
  const sender = options.senderOf(from);
  if (sender === undefined) return refused("message-unknown-sender");
  if (!verifyBytes("message", body, signature, sender.identityKey)) return refused("message-signature");
  return decoded({ from, sequence, content });
}

function sealKey(secret: Uint8Array, ephemeralKey: Uint8Array, receiverKey: Uint8Array): Uint8Array {
  const info = Buffer.concat([Buffer.from("hopwire seal v1\0"), ephemeralKey, receiverKey]);
  return new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(), info, KEY_BYTES));
}

function decrypt(key: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
  const decipher = createDecipheriv("chacha20-poly1305", key, NONCE, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(ciphertext.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(ciphertext.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined; // the only way in which node:crypto says that the tag is wrong
  }
}

function contentToWire(content: MessageContent): Partial<hopwire.v1.PeerMessage.$Properties> {
  switch (content.kind) {
    case "candidates": {
      const candidates = content.candidates.map(({ kind, endpoint }) => ({
        kind,
        endpoint: formatEndpoint(endpoint),
      }));
      return {
        candidates: {
          candidates,
          answerWanted: content.answerWanted,
          ...(content.round === 0 ? {} : { round: content.round }),
          nat: natToWire(content.nat),
          relayRtts: content.relayRtts.map(({ relay, rttMs }) => ({
            relay: idBytes(relay),
            rttMs: Math.round(rttMs),
          })),
        },
      };
    }
    case "knock":
      return { knock: { ports: [...content.ports] } };
  }
}

function messageFromWire(
  message: hopwire.v1.PeerMessage.$Properties,
): OpenedMessage & { network: NetworkId; to: MemberId } {
  return {
    network: networkField(message.network, "message-network"),
    from: memberField(message.from, "message-from"),
    to: memberField(message.to, "message-to"),
    sequence: integerField(message.sequence, "message-sequence", 0, Number.MAX_SAFE_INTEGER),
    content: contentFromWire(message),
  };
}

function contentFromWire({ candidates, knock }: hopwire.v1.PeerMessage.$Properties): MessageContent {
  if (knock) {
    const ports = listField(knock.ports, "message-ports", 0, MAX_KNOCK_PORTS);
    return { kind: "knock", ports: ports.map((port) => integerField(port, "message-ports", 1, 65_535)) };
  }
  const exchange = candidates ?? refuse("message-kind");
  const list = listField(exchange.candidates, "message-candidates", 0, MAX_MESSAGE_CANDIDATES);
  return {
    kind: "candidates",
    // Kinds of a later version are passed over: the others may connect all the same.
    candidates: list.flatMap((candidate) => {
      const kind = CANDIDATE_KINDS.find((known) => known === candidate.kind);
      return kind ? [{ kind, endpoint: endpointField(candidate.endpoint, "message-candidate") }] : [];
    }),
    answerWanted: exchange.answerWanted ?? false,
    round: integerField(exchange.round ?? 0, "message-round", 0, 0xffff_ffff),
    nat: natFromWire(exchange.nat),
    relayRtts: listField(exchange.relayRtts, "message-relay-rtts", 0, MAX_RELAY_RTTS).map((entry) => ({
      relay: memberField(entry.relay, "message-relay"),
      rttMs: integerField(entry.rttMs, "message-relay-rtt", 0, MAX_RELAY_RTT_MS),
    })),
  };
}
