import { failure, type Failure, type ResponseBody } from "../../protocol/frame-body.ts";
import { rawOf, type Identity } from "../identity/identity.ts";
import { learnSecret, secretOf } from "../identity/membership.ts";
import type { ControlPlane } from "../control/plane.ts";
import { epochOf } from "../registry/roster.ts";
import type { MeshContext } from "./context.ts";

export type NetworkSecret = { readonly epoch: number; readonly secret: Uint8Array };

export type SecretKeeperParts = {
  readonly context: MeshContext;
  readonly control: Pick<ControlPlane, "connected" | "request">;
  readonly onLearned: () => void;
};

/** Whoever has it answers at once; on a path that just died the next member must not wait. */
const REQUEST_TIMEOUT_MS = 3_000;

/** Those that still count, newest first. */
export function secretsOf({ state }: Identity): readonly NetworkSecret[] {
  return (state.membership?.secrets ?? []).map(({ epoch, secret }) => ({ epoch, secret: rawOf(secret) }));
}

/** Keeps the network's secret current: a revocation begins a new epoch, and members hand its secret on. */
export class SecretKeeper {
  readonly #parts: SecretKeeperParts;
  #isAsking = false;

  constructor(parts: SecretKeeperParts) {
    this.#parts = parts;
  }

  /** For a member that asks. */
  serve(epoch: number): ResponseBody | Failure {
    const secret = secretOf(this.#parts.context.identity.state, epoch);
    return secret === undefined
      ? failure("secret.unknown", "this member does not have it")
      : { kind: "secret", epoch, secret };
  }

  /** Asks whoever is connected, where the roster knows of a newer epoch than this host does. Never rejects. */
  async ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      let epoch = this.#missingEpoch();
      while (epoch !== undefined) {
        await this.#askFor(epoch);
        // The next revocation may have come meanwhile. Where nobody knew, the next connection asks again.
        const missing = this.#missingEpoch();
        epoch = missing === epoch ? undefined : missing;
      }
    } catch (error) {
      this.#parts.context.log.error({ err: error }, "network secret not saved");
    } finally {
      this.#isAsking = false;
    }
  }

  #missingEpoch(): number | undefined {
    const { registry, identity } = this.#parts.context;
    const wanted = epochOf(registry.roster);
    return wanted > (secretsOf(identity)[0]?.epoch ?? 0) ? wanted : undefined;
  }

  /** The record's commitment tells whether what a member says is the right one. */
  async #askFor(epoch: number): Promise<void> {
    const { context, control, onLearned } = this.#parts;
    for (const member of control.connected()) {
      const answer = await control.request(member, { kind: "secret", epoch }, REQUEST_TIMEOUT_MS);
      if (!answer.ok) continue;
      const { secret } = answer.value;
      const { isKnown } = await context.identity.update((state) =>
        learnSecret(state, context.registry.roster, epoch, secret),
      );
      if (!isKnown) continue;
      onLearned();
      return;
    }
  }
}
