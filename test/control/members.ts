import { createHash, type KeyObject } from "node:crypto";
import type { ControlPeer, Directory } from "../../agent/control/directory.ts";
import type { Random } from "../../agent/random.ts";
import { memberIdOf, networkIdOf, type InviteId, type MemberId } from "../../protocol/ids.ts";
import { privateKeyOf, rawPublicKey } from "../../protocol/keys.ts";

export const NETWORK = networkIdOf(new Uint8Array(32).fill(9));

export type TestMember = ControlPeer & {
  readonly signKey: KeyObject;
  readonly sealKey: KeyObject;
};

/** The same keys each time for the same number. */
export function testMember(number: number): TestMember {
  const signKey = privateKeyOf("ed25519", new Uint8Array(32).fill(number));
  const sealKey = privateKeyOf("x25519", new Uint8Array(32).fill(number + 100));
  const identityKey = rawPublicKey(signKey);
  return {
    id: memberIdOf(identityKey),
    identityKey,
    exchangeKey: rawPublicKey(sealKey),
    address4: `100.64.0.${number}`,
    signKey,
    sealKey,
  };
}

/** Numbers 1 and up, in the order of their ids: the first has the lowest. */
export function testMembers(count: number): readonly TestMember[] {
  return Array.from({ length: count }, (_, index) => testMember(index + 1)).sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
}

export class TestDirectory implements Directory {
  readonly #members = new Map<MemberId, ControlPeer>();
  readonly inviteByAddress = new Map<string, InviteId>();

  constructor(members: Iterable<ControlPeer>) {
    for (const member of members) this.#members.set(member.id, member);
  }

  memberAt(address4: string): ControlPeer | undefined {
    return [...this.#members.values()].find((member) => member.address4 === address4);
  }

  memberOf(id: MemberId): ControlPeer | undefined {
    return this.#members.get(id);
  }

  inviteAt(address4: string): InviteId | undefined {
    return this.inviteByAddress.get(address4);
  }

  revoke(id: MemberId): void {
    this.#members.delete(id);
  }
}

/** Different bytes each time, the same in each run; the fraction is always the middle. */
export function seededRandom(seed: string): Random {
  let calls = 0;
  return {
    bytes: (length) => {
      calls++;
      const digest = createHash("shake256", { outputLength: length }).update(`${seed} ${calls}`).digest();
      return new Uint8Array(digest);
    },
    fraction: () => 0.5,
  };
}
