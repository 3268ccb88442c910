import { parsePrefix4, type Prefix } from "../../../protocol/address.ts";
import { networkIdOf } from "../../../protocol/ids.ts";
import { encodeInvite } from "../../../protocol/invite.ts";
import { openRecord, type SignedRecord } from "../../../protocol/record.ts";
import type {
  InitRequest,
  Invite,
  InviteRequest,
  MemberRequest,
  Membership,
  OpenInvite,
  RenamedMember,
  RenameRequest,
  RevokedMember,
} from "../../admin/contract.ts";
import { sleep } from "../../clock.ts";
import { AgentError } from "../../errors.ts";
import { rename } from "../../identity/certifying.ts";
import { createInvite, invitesToRedeem, noteRelays, withdrawInvite } from "../../identity/invites.ts";
import { createNetwork, leave, requireNoNetwork, revoke } from "../../identity/membership.ts";
import { beginRotation } from "../../identity/rotation.ts";
import { membershipOf } from "../../identity/signer.ts";
import type { Rotation } from "../../identity/state.ts";
import { isOf } from "../../registry/roster.ts";
import { parseRouteDestinations } from "../../wireguard/ip-json.ts";
import type { CurrentNetwork, DaemonParts } from "../current-network.ts";
import { beginRegistry, removeRegistry } from "../own-registry.ts";
import { identityOf, inviteWaysView, openInviteView } from "../views.ts";
import { memberNamed } from "./member-named.ts";

/** A farewell is one small frame to each neighbour; what does not leave in this time is found out by checks. */
const FAREWELL_MS = 500;

/** An admin's answer, the farewell and the restart take a second or two; the client waits no longer than 30 s. */
const ROTATION_MS = 20_000;
const ROTATION_LOOK_MS = 50;

/** Makes and ends memberships: this host's own, but for joining, and as an admin those of others. */
export class MembershipOperations {
  readonly #parts: DaemonParts;
  readonly #current: CurrentNetwork;

  constructor(parts: DaemonParts, current: CurrentNetwork) {
    this.#parts = parts;
    this.#current = current;
  }

  /** Throws AgentError `network.none`. */
  view(): Membership {
    const { running } = this.#current;
    const self = running?.roster.members.get(running.self);
    if (running !== undefined && self !== undefined)
      return { network: running.info.name, member: identityOf(self) };
    // Revoked, or not running: what it was certified as.
    const { identity } = this.#parts;
    const { networkKey, networkRecord, certificate } = membershipOf(identity.state);
    const network = networkIdOf(Buffer.from(networkKey, "base64"));
    const [own, info] = [certificate, networkRecord].map((record) =>
      openRecord(Buffer.from(record, "base64"), network),
    );
    const nobody = { name: "", address4: "", address6: "" };
    const { name, address4, address6 } =
      own?.ok === true && isOf(own.value, "member") ? own.value.content : nobody;
    return {
      network: info?.ok === true && isOf(info.value, "network") ? info.value.content.name : "",
      member: { name, id: identity.keys.id, address4, address6 },
    };
  }

  init(request: InitRequest): Promise<Membership> {
    return this.#current.inTurn(async () => {
      const { identity, clock, random } = this.#parts;
      const prefix4 = request.prefix === undefined ? undefined : parsePrefix4(request.prefix);
      if (request.prefix !== undefined && prefix4 === undefined) {
        throw new AgentError("usage.invalid", `${request.prefix} is no IPv4 prefix`, {
          hint: "give one like 100.80.0.0/16",
        });
      }
      requireNoNetwork(identity.state);
      const usedPrefixes = await this.#usedPrefixes();
      const made = createNetwork(
        identity.state,
        { networkName: request.network, memberName: request.name, prefix4, usedPrefixes },
        clock.wallNow(),
        random,
      );
      await beginRegistry(this.#parts, made);
      await identity.update(() => ({ state: { ...made.state, endpoints: [...request.endpoints] } }));
      await this.#startOrForget();
      return this.view();
    });
  }

  invite({ name, expiresSec, admin = false }: InviteRequest): Promise<Invite> {
    return this.#current.inTurn(async () => {
      const network = await this.#current.required();
      const { identity, clock, random, config } = this.#parts;
      const wanted = {
        memberName: name,
        expiresInMs: expiresSec * 1000,
        controlPort: config.controlPort,
        asAdmin: admin,
      };
      const { draft, peer } = await identity.update((state) =>
        createInvite(state, network.roster, wanted, clock.wallNow(), random),
      );
      await network.invites.sync();
      const opened = await network.invites.openWays(peer, async (relays) => {
        await identity.update((state) => noteRelays(state, peer.id, relays));
      });
      const token = encodeInvite({ ...draft, ways: opened.ways });
      return { name, token, expiresAt: peer.expiresAt, ...inviteWaysView(opened, network.roster) };
    });
  }

  async invites(): Promise<readonly OpenInvite[]> {
    const { roster } = await this.#current.required();
    const { identity, clock } = this.#parts;
    const open = invitesToRedeem(membershipOf(identity.state), clock.wallNow());
    return open.map((invite) => openInviteView(invite, roster));
  }

  withdrawInvite({ name }: MemberRequest): Promise<OpenInvite> {
    return this.#current.inTurn(async () => {
      const network = await this.#current.required();
      const { identity, clock } = this.#parts;
      const { withdrawn } = await identity.update((state) => withdrawInvite(state, name, clock.wallNow()));
      await network.invites.sync();
      return openInviteView(withdrawn, network.roster);
    });
  }

  leave(): Promise<Membership> {
    return this.#current.inTurn(async () => {
      const { identity, clock, random, cache } = this.#parts;
      const view = this.view();
      const gone = leave(identity.state, clock.wallNow(), random);
      await this.#current.leaving(async () => {
        await this.#sayFarewell(gone.records);
        await this.#current.takeDown();
        await identity.update((state) => ({
          state: { ...gone.state, highestSequence: state.highestSequence },
        }));
        await removeRegistry(this.#parts);
        await cache.cache.retainMembers(new Set());
      });
      return view;
    });
  }

  revoke({ name }: MemberRequest): Promise<RevokedMember> {
    return this.#current.inTurn(async () => {
      const network = await this.#current.required();
      const { identity, clock, random } = this.#parts;
      const member = memberNamed(network.roster, name);
      const { records } = await identity.update((state) =>
        revoke(state, network.roster, member.id, clock.wallNow(), random),
      );
      await network.publish(records.map(({ bytes }) => bytes));
      return { name: member.name, id: member.id };
    });
  }

  rename({ name, to }: RenameRequest): Promise<RenamedMember> {
    return this.#current.inTurn(async () => {
      const network = await this.#current.required();
      const { identity, clock } = this.#parts;
      const member = memberNamed(network.roster, name);
      const { records } = await identity.update((state) =>
        rename(state, network.roster, member, to, clock.wallNow()),
      );
      await network.publish(records.map(({ bytes }) => bytes));
      return { name: to, before: name, id: member.id };
    });
  }

  async rotateKeys(): Promise<Membership> {
    const { identity, clock, random } = this.#parts;
    const network = await this.#current.required();
    await identity.update((state) => beginRotation(state, random));
    await network.askForCertificate();
    const giveUpAt = clock.monotonicNow() + ROTATION_MS;
    while (identity.state.membership?.rotation !== undefined) {
      if (clock.monotonicNow() >= giveUpAt) throw this.#unfinished(identity.state.membership.rotation);
      await sleep(clock, ROTATION_LOOK_MS, this.#current.stopping);
    }
    await this.#current.required();
    return this.view();
  }

  #unfinished({ certificate }: Rotation): AgentError {
    const what =
      certificate === undefined
        ? "no admin has certified the new keys yet"
        : "no other member has taken the new keys yet";
    return new AgentError("network.unreachable", what, {
      hint: "it goes on by itself as soon as one is reached: see hopwire status; the log says why one refused",
    });
  }

  /** A network that cannot be started was not made: the next `init` begins anew. */
  async #startOrForget(): Promise<void> {
    const { identity, device, log } = this.#parts;
    try {
      await this.#current.start();
    } catch (error) {
      await device.down().catch((cause: unknown) => log.warn({ err: cause }, "interface not removed"));
      await identity.update((state) => ({ state: { ...state, membership: undefined, endpoints: [] } }));
      await removeRegistry(this.#parts);
      throw error;
    }
  }

  async #sayFarewell(records: readonly SignedRecord[]): Promise<void> {
    const { running } = this.#current;
    if (running === undefined) return;
    await running.publish(records.map(({ bytes }) => bytes));
    await sleep(this.#parts.clock, FAREWELL_MS);
  }

  /** What this host's routes reach; nothing where that cannot be read. */
  async #usedPrefixes(): Promise<readonly Prefix[]> {
    const shown = await this.#parts.run("ip", ["-json", "-4", "route", "show", "table", "all"]);
    const destinations = parseRouteDestinations(shown.stdout);
    if (!destinations.ok) return [];
    return destinations.value.flatMap((text) => {
      const [address = "", length = "32"] = text.split("/");
      return /^[0-9.]+$/.test(address) ? [{ address, length: Number(length) }] : [];
    });
  }
}
