import { chmod, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { KeyObject } from "node:crypto";
import type { DurableFile } from "../../cache/durable-file.ts";
import { memberIdOf, type MemberId } from "../../protocol/ids.ts";
import { keyBytes, privateKeyOf, rawPublicKey } from "../../protocol/keys.ts";
import type { WallMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import { AgentError } from "../errors.ts";
import type { Random } from "../random.ts";
import { MAX_FUTURE_MS } from "../registry/store.ts";
import { publicKeyOf as wireguardPublicKeyOf } from "../wireguard/keys.ts";
import { decodeState, encodeState, freshState, type IdentityState } from "./state.ts";

export type IdentityFile = Pick<DurableFile, "path" | "read" | "write">;

/** What a state says, ready for use. `KeyObject`s print and serialize without their keys. */
export type HostKeys = {
  readonly id: MemberId;
  readonly identityKey: Uint8Array;
  readonly sign: KeyObject;
  readonly exchangeKey: Uint8Array;
  readonly exchange: KeyObject;
  /** Base64. */
  readonly wireguardKey: string;
};

export function keysOf(state: IdentityState): HostKeys {
  const sign = privateKeyOf("ed25519", rawOf(state.identitySeed));
  const exchange = privateKeyOf("x25519", rawOf(state.exchangeKey));
  const identityKey = rawPublicKey(sign);
  return {
    id: memberIdOf(identityKey),
    identityKey,
    sign,
    exchangeKey: rawPublicKey(exchange),
    exchange,
    wireguardKey: wireguardPublicKeyOf(state.wireguardKey),
  };
}

/** A key of the state, whose schema has checked it. */
export function rawOf(base64: string): Uint8Array {
  const raw = keyBytes(base64);
  if (raw === undefined) throw new RangeError("not a key");
  return raw;
}

/**
 * The next sequence number: above the last, and a wall time wherever the clock allows it. A last one that others take for
 * a number from the future was given while the clock was wrong; they refused it, and going on from there would go on being refused.
 */
export function nextSequence(state: IdentityState, now: WallMs): number {
  return state.highestSequence > now + MAX_FUTURE_MS ? now : Math.max(state.highestSequence + 1, now);
}

/** Of state and file the only owner: every change is durable before anybody sees it, and one is made after the other. */
export class Identity {
  readonly #file: IdentityFile;
  readonly #clock: Clock;
  #state: IdentityState;
  #keys: HostKeys;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(file: IdentityFile, clock: Clock, state: IdentityState) {
    this.#file = file;
    this.#clock = clock;
    this.#state = state;
    this.#keys = keysOf(state);
  }

  /**
   * Makes folder (0700) and keys where there are none. Throws AgentError `state.newer`, `state.corrupt` (the file is left
   * as it is: it may be the only copy of a network's key) or `state.io`.
   */
  static async open(file: IdentityFile, clock: Clock, random: Random): Promise<Identity> {
    try {
      const folder = dirname(file.path);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await chmod(folder, 0o700);
      const bytes = await file.read();
      if (bytes !== undefined)
        return new Identity(file, clock, decodeState(Buffer.from(bytes).toString("utf8"), file.path));
      const state = freshState(random);
      await file.write(encodeState(state));
      return new Identity(file, clock, state);
    } catch (cause) {
      if (cause instanceof AgentError) throw cause;
      throw new AgentError("state.io", `cannot use ${file.path}`, { cause });
    }
  }

  /** Holds private keys: pass on what is needed, never the whole. */
  get state(): IdentityState {
    return this.#state;
  }

  get keys(): HostKeys {
    return this.#keys;
  }

  /** To `wg` by stdin only. */
  get wireguardPrivateKey(): string {
    return this.#state.wireguardKey;
  }

  /**
   * Runs `change` on the newest state, alone, and resolves once what it returned is durable. What `change` throws comes
   * out as it is and changes nothing; a failed write is AgentError `state.io` and changes nothing either.
   */
  update<T extends { readonly state: IdentityState }>(change: (state: IdentityState) => T): Promise<T> {
    const done = this.#last.then(() => this.#change(change));
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** The first of `count` numbers that no record of this host has had, also before a crash. */
  async reserveSequences(count: number): Promise<number> {
    const { first } = await this.update((state) => {
      const next = nextSequence(state, this.#clock.wallNow());
      return { state: { ...state, highestSequence: next + count - 1 }, first: next };
    });
    return first;
  }

  async #change<T extends { readonly state: IdentityState }>(
    change: (state: IdentityState) => T,
  ): Promise<T> {
    const changed = change(this.#state);
    if (changed.state === this.#state) return changed;
    try {
      await this.#file.write(encodeState(changed.state));
    } catch (cause) {
      throw new AgentError("state.io", `cannot write ${this.#file.path}`, { cause });
    }
    this.#state = changed.state;
    this.#keys = keysOf(changed.state);
    return changed;
  }
}
