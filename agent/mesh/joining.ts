import { addressBytes } from "../../protocol/address.ts";
import { refused, type Decoded } from "../../protocol/decoded.ts";
import { formatEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { Redeem, Redeemed } from "../../protocol/frame-body.ts";
import type { Invite, InviteWay, RedeemRequest } from "../../protocol/invite.ts";
import { sleep, type Clock } from "../clock.ts";
import { redeemInvite } from "../control/invite.ts";
import { tcpStreams } from "../control/tcp.ts";
import { AgentError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { CommandRunner } from "../runner.ts";
import type { BackendPreference } from "../wireguard/backend.ts";
import type { WireguardDevice } from "../wireguard/device.ts";
import { nftUsable } from "../wireguard/firewall.ts";
import { lookAtHost } from "./host-look.ts";
import { waysFrom } from "./reachability.ts";

export type JoiningParts = {
  readonly device: WireguardDevice;
  readonly run: CommandRunner;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: {
    readonly listenPort: number;
    readonly controlPort: number;
    readonly mtu: number;
    readonly backend: BackendPreference;
  };
  readonly progress: (text: string) => void;
  readonly signal: AbortSignal;
};

export type JoinAnswer = { readonly answer: Redeemed; readonly way: InviteWay };

/**
 * A handshake and a request are two round trips and a disk write; WireGuard would wait 5 s before it tried a lost
 * initiation again, so each attempt makes the peer anew instead.
 */
const ATTEMPT_MS = 2_500;
/** Between rounds over all ways, where the issuer may just be starting. */
const ROUND_PAUSE_MS = 500;
const GIVE_UP_MS = 30_000;
const KEEPALIVE_SEC = 25;

/**
 * Brings the interface up with the invite's temporary key and asks the issuer for membership, over every way of the
 * invite's that this host has an address for, until it answers. Leaves the interface up, without the issuer's peer. Throws AgentError
 * `network.unreachable` and what `WireguardDevice.up` throws; a refusal is returned by its code.
 */
export async function askForMembership(
  invite: Invite,
  request: RedeemRequest,
  parts: JoiningParts,
): Promise<Decoded<JoinAnswer>> {
  const { device, clock, settings, progress, signal } = parts;
  if (invite.ways.length === 0) {
    throw new AgentError("network.unreachable", "the invite names no way to its issuer", {
      hint: "let the issuer be reachable (init --endpoint, or relay start) and make a new invite",
    });
  }
  await bringUp(invite, parts);
  const giveUpAt = clock.monotonicNow() + GIVE_UP_MS;
  const body: Redeem = { kind: "redeem", ...request };
  try {
    for (;;) {
      for (const way of waysFrom(await ownAddresses(parts), invite.ways)) {
        signal.throwIfAborted();
        progress(`asking the issuer for membership ${wayText(way)}`);
        const answer = await attempt(body, invite, way.endpoint, parts);
        if (answer.ok) return { ok: true, value: { answer: answer.value, way } };
        if (answer.reason !== "invite.unreachable") return refused(answer.reason);
        if (clock.monotonicNow() >= giveUpAt) throw unreachable(invite, clock);
      }
      await sleep(clock, ROUND_PAUSE_MS, signal);
    }
  } finally {
    await device.apply([{ publicKey: invite.issuerWireguardKey, remove: true }]).catch(() => undefined);
  }

  async function attempt(
    redeem: Redeem,
    token: Invite,
    endpoint: Endpoint,
    own: JoiningParts,
  ): Promise<Decoded<Redeemed>> {
    await own.device.apply([
      {
        publicKey: token.issuerWireguardKey,
        reset: true,
        allowedIps: [`${token.issuerAddress4}/32`],
        endpoint,
        kick: true,
        keepaliveSec: KEEPALIVE_SEC,
      },
    ]);
    return redeemInvite(redeem, {
      streams: tcpStreams,
      clock: own.clock,
      issuer: { address4: token.issuerAddress4, port: token.controlPort },
      localAddress: token.temporaryAddress4,
      timeoutMs: ATTEMPT_MS,
    });
  }

  async function bringUp(token: Invite, own: JoiningParts): Promise<void> {
    progress("starting WireGuard with the invite's temporary key");
    if ((await nftUsable(own.run)) === undefined) {
      await own.device.firewall.install({
        addresses: [token.temporaryAddress4],
        prefixes: [],
        controlPort: settings.controlPort,
        listenPort: settings.listenPort,
        agentPort: undefined,
        invites: [],
      });
    }
    await own.device.up({
      privateKey: token.temporaryKey,
      listenPort: settings.listenPort,
      addresses: [
        {
          address: token.temporaryAddress4,
          prefixLength: commonPrefixLength(token.temporaryAddress4, token.issuerAddress4),
        },
      ],
      mtu: settings.mtu,
      backend: settings.backend,
    });
  }
}

/** Empty where they cannot be read: then nothing is known to be out of reach. */
async function ownAddresses({ run, device }: JoiningParts): Promise<readonly string[]> {
  const look = await lookAtHost(run, device.name);
  return look.ok ? look.value.addresses.map(({ address }) => address) : [];
}

/** The invite does not name the network's prefix; the shortest route that holds both addresses is enough for one request. */
function commonPrefixLength(a: string, b: string): number {
  const left = addressBytes(a);
  const right = addressBytes(b);
  let length = 0;
  while (length < 30) {
    const mask = 0x80 >> (length & 7);
    if (((left[length >> 3] ?? 0) & mask) !== ((right[length >> 3] ?? 0) & mask)) break;
    length++;
  }
  return length;
}

function wayText({ endpoint, relayed }: InviteWay): string {
  return `${relayed ? "through the relay at" : "at"} ${formatEndpoint(endpoint)}`;
}

function unreachable(invite: Invite, clock: Clock): AgentError {
  if (invite.expiresAt <= clock.wallNow()) {
    return new AgentError(
      "invite.expired",
      `the invite expired at ${new Date(invite.expiresAt).toISOString()}`,
      {
        hint: "ask for a new one",
      },
    );
  }
  const ways = invite.ways.map(wayText).join(", ");
  return new AgentError("network.unreachable", `the issuer of the invite does not answer ${ways}`, {
    hint: "check that its agent runs and that UDP passes; if the invite was withdrawn or is forged, ask for a new one",
  });
}
