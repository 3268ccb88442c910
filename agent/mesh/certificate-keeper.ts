import { openRecord } from "../../protocol/record.ts";
import type { Certify } from "../../protocol/frame-body.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { ControlPlane } from "../control/plane.ts";
import { certify, certifyRequest, isRenewalDue } from "../identity/certifying.ts";
import { keepSuccessor, successionRequest } from "../identity/rotation.ts";
import { membershipOf } from "../identity/signer.ts";
import type { MeshContext } from "./context.ts";

export type CertificateKeeperParts = {
  readonly context: MeshContext;
  readonly control: Pick<ControlPlane, "connected" | "request">;
  /** `needed` has changed. */
  readonly onNeeded: () => void;
  /** New keys of this host are certified. */
  readonly onSuccessor: () => void;
};

/** The admin writes to disk before it answers; on a slow disk that takes seconds. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Doubles with each round of refusals: what is asked for has months, and a rotation's operator can ask again. */
const RETRY_MIN_MS = 30_000;
const RETRY_MAX_MS = 6 * 3_600_000;
/** More than one may be down; with each it costs a connection. */
const MAX_ADMINS = 4;

/**
 * Keeps this member's certificate current: has admins renew it when a third of its life is left, and certify new keys; takes over what
 * they have signed of their own accord. Owner of its timer.
 */
export class CertificateKeeper implements Disposable {
  readonly #parts: CertificateKeeperParts;
  #needed: readonly MemberId[] = [];
  #isAsking = false;
  #failures = 0;
  #askAt: MonotonicMs;
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(parts: CertificateKeeperParts) {
    this.#parts = parts;
    this.#askAt = parts.context.clock.monotonicNow();
  }

  /** Admins with whom this host has to be connected now. */
  get needed(): readonly MemberId[] {
    return this.#needed;
  }

  /** The operator waits: whoever refused lately is asked once more. Never rejects. */
  askNow(): Promise<void> {
    this.#failures = 0;
    this.#askAt = this.#parts.context.clock.monotonicNow();
    return this.check();
  }

  /** Time has passed, the roster has changed, or somebody is connected. Never rejects. */
  async check(): Promise<void> {
    if (this.#isAsking || this.#closed) return;
    this.#isAsking = true;
    try {
      await this.#takeOver();
      const request = this.#request();
      this.#need(request === undefined ? [] : this.#admins().slice(0, MAX_ADMINS));
      const { clock } = this.#parts.context;
      if (request === undefined || clock.monotonicNow() < this.#askAt) return;
      if (await this.#ask(request)) this.#failures = 0;
      if (this.#request() === undefined) this.#need([]);
    } catch (error) {
      this.#parts.context.log.error({ err: error }, "own certificate not kept");
    } finally {
      this.#isAsking = false;
    }
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#cancel();
  }

  /** What an admin has signed for this member lately: a longer life, or another name. */
  async #takeOver(): Promise<void> {
    const { registry, self, identity } = this.#parts.context;
    const held = registry.roster.members.get(self)?.certificate;
    if (held === undefined) return;
    const certificate = Buffer.from(held.bytes).toString("base64");
    if (identity.state.membership?.certificate === certificate) return;
    await identity.update((state) => {
      const membership = membershipOf(state);
      const own = openRecord(new Uint8Array(Buffer.from(membership.certificate, "base64")), held.network);
      const isNewer = !own.ok || own.value.sequence < held.sequence;
      return { state: isNewer ? { ...state, membership: { ...membership, certificate } } : state };
    });
  }

  #request(): Certify | undefined {
    const { identity, registry, self, clock } = this.#parts.context;
    const { state, keys } = identity;
    const succession = successionRequest(state);
    if (succession !== undefined) return succession;
    const held = registry.roster.members.get(self)?.certificate;
    if (held === undefined || !isRenewalDue(held, clock.wallNow())) return undefined;
    return certifyRequest(membershipOf(state), self, keys);
  }

  #admins(): readonly MemberId[] {
    const { registry, self } = this.#parts.context;
    return [...registry.roster.members.values()]
      .filter(({ id, roles }) => id !== self && roles.includes("admin"))
      .map(({ id }) => id);
  }

  /** False where somebody was asked, and nobody signed. */
  async #ask(request: Certify): Promise<boolean> {
    const { context, control } = this.#parts;
    if (await this.#signOwn(request)) return true;
    const connected = new Set(control.connected());
    const admins = this.#admins().filter((id) => connected.has(id));
    for (const admin of admins) {
      const answer = await control.request(admin, request, REQUEST_TIMEOUT_MS);
      if (this.#closed) return true;
      if (answer.ok && (await this.#keep(answer.value.member))) return true;
      context.log.info(
        { admin, reason: answer.ok ? "other-certificate" : answer.reason },
        "an admin has not certified this member",
      );
    }
    if (admins.length > 0) this.#backOff();
    return false;
  }

  /** The founder needs nobody else. */
  async #signOwn({ kind: _, ...request }: Certify): Promise<boolean> {
    const { identity, registry, self, clock } = this.#parts.context;
    const { result } = await identity.update((state) => {
      const result = certify(state, registry.roster, self, request, clock.wallNow());
      return { state: result.state, result };
    });
    return result.ok && this.#keep(result.certificate);
  }

  async #keep(certificate: Uint8Array): Promise<boolean> {
    const { context, onSuccessor } = this.#parts;
    const { registry, identity, network, log } = context;
    const opened = openRecord(certificate, network);
    if (!opened.ok || opened.value.content.kind !== "member") return false;
    await registry.publish([certificate]);
    if (successionRequest(identity.state) !== undefined) {
      await identity.update((state) => keepSuccessor(state, certificate));
      if (successionRequest(identity.state) !== undefined) return false;
      log.info({}, "new keys are certified");
      onSuccessor();
      return true;
    }
    await this.#takeOver();
    log.info({ expiresAt: opened.value.expiresAt }, "certificate renewed");
    return true;
  }

  #backOff(): void {
    const { clock, random } = this.#parts.context;
    const delayMs =
      Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#failures) * (0.5 + random.fraction() / 2);
    this.#failures = Math.min(this.#failures + 1, 20); // beyond, the delay is the greatest anyway
    this.#askAt = monotonicMs(clock.monotonicNow() + delayMs);
    this.#cancel();
    this.#cancel = clock.after(delayMs, () => void this.check());
  }

  #need(needed: readonly MemberId[]): void {
    if (needed.join() === this.#needed.join()) return;
    this.#needed = needed;
    this.#parts.onNeeded();
  }
}
