import { Identity } from "../../agent/identity/identity.ts";
import { encodeState } from "../../agent/identity/state.ts";
import { silentLogger } from "../../agent/log.ts";
import type { MeshContext } from "../../agent/mesh/context.ts";
import { Registry } from "../../agent/registry/registry.ts";
import { networkIdOf } from "../../protocol/ids.ts";
import { keyBytes } from "../../protocol/keys.ts";
import type { Host } from "../identity/hosts.ts";
import { TemporaryFolder } from "../identity/temporary-folder.ts";
import { MemoryFile } from "../registry/memory-file.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { seededRandom } from "../support/seeded-random.ts";

/** A member as the runtime sees it: identity and registry of `host`, and a clock that is turned by hand. */
export class MemberHost implements AsyncDisposable {
  readonly context: MeshContext;
  readonly clock: FakeClock;
  readonly #folder: TemporaryFolder;

  private constructor(context: MeshContext, clock: FakeClock, folder: TemporaryFolder) {
    this.context = context;
    this.clock = clock;
    this.#folder = folder;
  }

  static async of({ state, store }: Host): Promise<MemberHost> {
    const clock = new FakeClock();
    const random = seededRandom(1);
    const folder = await TemporaryFolder.make();
    const file = folder.file("state.json");
    await file.write(encodeState(state));
    const identity = await Identity.open(file, clock, random);
    const networkKey = keyBytes(state.membership?.networkKey ?? "");
    if (networkKey === undefined) throw new Error("this host is no member");
    const self = identity.keys.id;
    const { registry } = await Registry.open({
      networkKey,
      ownId: self,
      file: new MemoryFile(),
      copy: new MemoryFile(),
      clock,
      log: silentLogger,
    });
    await registry.publish(store.records().map(({ bytes }) => bytes));
    const network = networkIdOf(networkKey);
    return new MemberHost(
      { network, self, identity, registry, clock, random, log: silentLogger },
      clock,
      folder,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.registry[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}
