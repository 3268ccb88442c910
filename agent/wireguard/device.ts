import type { Decoded } from "../../protocol/decoded.ts";
import { canonicalIPv6 } from "../../protocol/endpoint.ts";
import type { Clock } from "../clock.ts";
import { AgentError } from "../errors.ts";
import type { CommandRunner, RunResult } from "../runner.ts";
import { answers, createInterface, removeInterface, taken } from "./backend.ts";
import type { BackendPreference, WireguardBackend } from "./backend.ts";
import { parseDump, type WgInterface } from "./dump.ts";
import { failure, refusal } from "./failure.ts";
import { Firewall } from "./firewall.ts";
import { checkInterfaceName } from "./interface-name.ts";
import { parseAddresses, parseLinks } from "./ip-json.ts";
import { isKey, publicKeyOf } from "./keys.ts";
import { peerArguments, type PeerChange } from "./peer-change.ts";
import { decodeInterface, decodeStatus, encodePeers, GET_REQUEST } from "./uapi.ts";
import type { AskUserspace } from "./uapi-socket.ts";

export type DeviceAddress = { readonly address: string; readonly prefixLength: number };

export type DeviceSettings = {
  readonly privateKey: string;
  /** 0 lets the backend choose. */
  readonly listenPort: number;
  /** The prefix length makes the route. */
  readonly addresses: readonly DeviceAddress[];
  readonly mtu: number;
  readonly backend: BackendPreference;
};

export type UpOutcome = {
  readonly backend: WireguardBackend;
  readonly listenPort: number;
  /** True where an interface that an earlier run left was taken over, with its peers and sessions. */
  readonly adopted: boolean;
  /** IPv6 addresses that this host cannot have because its IPv6 is switched off. */
  readonly unassigned: readonly string[];
};

export type DeviceDeps = {
  readonly run: CommandRunner;
  readonly askUserspace: AskUserspace;
  readonly clock: Clock;
  readonly readFile: (path: string) => Promise<string>;
};

type Found =
  | { readonly tag: "absent" }
  | { readonly tag: "ours"; readonly backend: WireguardBackend }
  | { readonly tag: "foreign"; readonly kind: string };

/**
 * Owns one WireGuard interface and the firewall table that belongs to it. The interface outlives the agent: a mark in
 * its alias, which names the agent's state, tells the next run that it may take it over, and every other agent that
 * it may not. Calls run one after the other.
 */
export class WireguardDevice {
  readonly name: string;
  readonly firewall: Firewall;
  readonly #mark: string;
  readonly #deps: DeviceDeps;
  #last: Promise<unknown> = Promise.resolve();

  /** `ownerId`: the same for every run on the same state directory, and for no other. */
  constructor(name: string, ownerId: string, deps: DeviceDeps) {
    checkInterfaceName(name);
    this.name = name;
    this.firewall = new Firewall(name, deps.run);
    this.#mark = `hopwire:${ownerId}`;
    this.#deps = deps;
  }

  /**
   * Creates or adopts the interface and sets it as told. Where it fails, nothing of ours is left. Errors: interface.taken
   * (left alone), port.taken, rights.missing, command.failed, interface.failed.
   */
  up(settings: DeviceSettings): Promise<UpOutcome> {
    return this.#inTurn(() => this.#up(settings));
  }

  /** Ends every session made with the old key. */
  setPrivateKey(privateKey: string): Promise<void> {
    return this.#inTurn(() => this.#setSecretly([], privateKey));
  }

  /** The interface has exactly these addresses afterwards (and the kernel's link-local one). Gives what could not be assigned. */
  replaceAddresses(addresses: readonly DeviceAddress[]): Promise<string[]> {
    return this.#inTurn(() => this.#replaceAddresses(addresses));
  }

  apply(changes: readonly PeerChange[]): Promise<void> {
    const doing = `set the peers of ${this.name}`;
    return this.#inTurn(async () => {
      if (changes.length === 0) return;
      if ((await this.#askUserspace(doing, encodePeers(changes))) !== undefined) return;
      for (const args of peerArguments(this.name, changes)) await this.#must(doing, "wg", args);
    });
  }

  async dump(): Promise<WgInterface> {
    const answer = await this.#askUserspace(this.#reading, GET_REQUEST);
    return answer === undefined ? this.#dumpByWg() : this.#read(decodeInterface(answer));
  }

  /** Packets sent since the interface was made, without a spawn. Undefined where it is gone. */
  async readSentPackets(): Promise<bigint | undefined> {
    try {
      return BigInt((await this.#deps.readFile(`/sys/class/net/${this.name}/statistics/tx_packets`)).trim());
    } catch {
      return undefined;
    }
  }

  /** Removes interface, wireguard-go, its socket and the firewall table; leaves alone what is not ours. Idempotent. */
  down(): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await this.#removeInterface();
      } finally {
        await this.firewall.remove();
      }
    });
  }

  async #up(settings: DeviceSettings): Promise<UpOutcome> {
    let found = await this.#find();
    if (found.tag === "foreign")
      throw taken(this.name, `an interface of kind ${found.kind} that is not ours`);
    if (found.tag === "ours" && settings.backend !== "auto" && settings.backend !== found.backend) {
      await removeInterface(this.name, this.#deps);
      found = { tag: "absent" };
    }
    const adopted = found.tag === "ours";
    const backend =
      found.tag === "ours" ? found.backend : await createInterface(this.name, settings.backend, this.#deps);
    try {
      return { backend, adopted, ...(await this.#configure(settings)) };
    } catch (error) {
      // The first error is the one to tell; rights that are missing there are missing here too.
      await removeInterface(this.name, this.#deps).catch(() => undefined);
      throw error;
    }
  }

  /** Touches only what differs, so that an adopted interface keeps its sessions. */
  async #configure(settings: DeviceSettings): Promise<Pick<UpOutcome, "listenPort" | "unassigned">> {
    const { name } = this;
    // The mark comes first: after a crash from here on the next run knows the interface as ours.
    await this.#must(`mark ${name}`, "ip", ["link", "set", "dev", name, "alias", this.#mark]);
    const current = await this.#dumpByWg();
    const wantsPort = settings.listenPort !== 0 && settings.listenPort !== current.listenPort;
    await this.#setSecretly(
      wantsPort ? ["listen-port", String(settings.listenPort)] : [],
      publicKeyOf(settings.privateKey) === current.publicKey ? undefined : settings.privateKey,
    );
    const unassigned = await this.#replaceAddresses(settings.addresses);
    await this.#must(`start ${name}`, "ip", ["link", "set", "dev", name, "mtu", String(settings.mtu), "up"]);
    return { unassigned, listenPort: await this.#boundPort(settings.listenPort) };
  }

  /**
   * wireguard-go binds when the link goes up and tells nobody when it cannot: its port is then 0. Asking again shows why.
   * It binds a moment later, and until then tells the port that it was given: its socket would answer too early.
   */
  async #boundPort(wanted: number): Promise<number> {
    const { listenPort } = await this.#dumpByWg();
    if (listenPort !== 0 && (wanted === 0 || listenPort === wanted)) return listenPort;
    await this.#setSecretly(["listen-port", String(wanted)], undefined);
    return (await this.#dumpByWg()).listenPort;
  }

  async #dumpByWg(): Promise<WgInterface> {
    return this.#read(parseDump((await this.#must(this.#reading, "wg", ["show", this.name, "dump"])).stdout));
  }

  get #reading(): string {
    return `read the state of ${this.name}`;
  }

  #read(dump: Decoded<WgInterface>): WgInterface {
    if (!dump.ok) throw new AgentError("interface.failed", `cannot ${this.#reading}: ${dump.reason}`);
    return dump.value;
  }

  /**
   * Undefined where the request reached nobody: then `wg` is next, whose choice is the same, the socket and else the kernel. It
   * says why it cannot in words that operators know, and removes the socket file of a wireguard-go that was killed. A request
   * that was sent is not repeated: part of it may have been done.
   */
  async #askUserspace(doing: string, request: string): Promise<string | undefined> {
    const answer = await this.#deps.askUserspace(this.name, request);
    if (answer === undefined) return undefined;
    if (!answer.ok) throw new AgentError("interface.failed", `cannot ${doing}: ${answer.reason}`);
    const status = decodeStatus(answer.value);
    if (!status.ok) throw new AgentError("interface.failed", `cannot ${doing}: ${status.reason}`);
    if (status.value !== 0) throw refusal(doing, status.value);
    return answer.value;
  }

  /**
   * The key goes by stdin. `cat` is there because `wg` opens /dev/stdin by name, and Node's pipes are sockets, which cannot
   * be opened (ENXIO).
   */
  async #setSecretly(args: readonly string[], privateKey: string | undefined): Promise<void> {
    const doing = `set ${args.length === 0 ? "the key" : "key and port"} of ${this.name}`;
    if (privateKey === undefined) {
      if (args.length > 0) await this.#must(doing, "wg", ["set", this.name, ...args]);
      return;
    }
    if (!isKey(privateKey)) throw new RangeError("not a WireGuard private key");
    const command = ["wg", "set", this.name, ...args, "private-key", "/dev/stdin"];
    await this.#must(doing, "sh", ["-c", 'cat | "$@"', "sh", ...command], `${privateKey}\n`);
  }

  async #replaceAddresses(addresses: readonly DeviceAddress[]): Promise<string[]> {
    const wanted = new Set(
      addresses.map(({ address, prefixLength }) => `${canonicalIPv6(address) ?? address}/${prefixLength}`),
    );
    const doing = `set the addresses of ${this.name}`;
    const shown = await this.#must(doing, "ip", ["-json", "addr", "show", "dev", this.name]);
    const parsed = parseAddresses(shown.stdout);
    if (!parsed.ok) throw new AgentError("interface.failed", `cannot ${doing}: ${parsed.reason}`);
    // Removal first, and all wanted ones after it: with an IPv4 address the kernel removes the later ones of its prefix.
    for (const { local, prefixlen, scope } of parsed.value.flatMap(({ addr_info }) => addr_info)) {
      const present = `${local}/${prefixlen}`;
      if (scope === "link" || wanted.has(present)) continue;
      const removed = await this.#deps.run("ip", ["addr", "del", present, "dev", this.name]);
      if (removed.exitCode !== 0 && !/cannot assign|address not found/i.test(removed.stderr))
        throw failure(doing, removed);
    }
    const unassigned: string[] = [];
    for (const cidr of wanted) {
      const replaced = await this.#deps.run("ip", ["addr", "replace", cidr, "dev", this.name]);
      if (replaced.exitCode === 0) continue;
      if (!cidr.includes(":") || !isIPv6Off(replaced)) throw failure(doing, replaced);
      unassigned.push(cidr);
    }
    return unassigned;
  }

  async #removeInterface(): Promise<void> {
    const found = await this.#find();
    // A wireguard-go that was killed took its interface along, but not its socket; asking cleans that up.
    if (found.tag === "absent") await answers(this.name, this.#deps.run);
    if (found.tag === "ours") await removeInterface(this.name, this.#deps);
  }

  /**
   * Ours is what carries our mark, and a WireGuard interface that nobody has touched yet: a run that was killed between
   * making and marking it leaves that.
   */
  async #find(): Promise<Found> {
    const shown = await this.#deps.run("ip", ["-json", "-details", "link", "show", "dev", this.name]);
    if (shown.exitCode !== 0) {
      if (/does not exist/i.test(shown.stderr)) return { tag: "absent" };
      throw failure(`look for the interface ${this.name}`, shown);
    }
    const links = parseLinks(shown.stdout);
    const link = links.ok ? links.value.find(({ ifname }) => ifname === this.name) : undefined;
    if (link === undefined)
      throw new AgentError("interface.failed", `cannot read what ip says about ${this.name}`);
    const kind = link.linkinfo?.info_kind ?? "unknown";
    if (kind !== "wireguard" && kind !== "tun") return { tag: "foreign", kind };
    const backend = kind === "wireguard" ? "kernel" : "wireguard-go";
    const dumped = await this.#deps.run("wg", ["show", this.name, "dump"]);
    const dump = parseDump(dumped.stdout);
    if (dumped.exitCode !== 0 || !dump.ok) {
      const error = failure(`read the state of ${this.name}`, dumped);
      if (error.code === "rights.missing") throw error;
      return { tag: "foreign", kind };
    }
    const untouched =
      link.ifalias === undefined &&
      !link.flags.includes("UP") &&
      dump.value.publicKey === undefined &&
      dump.value.peerByKey.size === 0;
    return link.ifalias === this.#mark || untouched ? { tag: "ours", backend } : { tag: "foreign", kind };
  }

  async #must(doing: string, program: string, args: readonly string[], input?: string): Promise<RunResult> {
    const result = await this.#deps.run(program, args, input === undefined ? {} : { input });
    if (result.exitCode !== 0) throw failure(doing, result);
    return result;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

/** With IPv6 disabled by sysctl or at boot, the kernel refuses with EACCES or EOPNOTSUPP, newer ones in words. */
function isIPv6Off({ stderr }: RunResult): boolean {
  return /ipv6 is disabled|permission denied|not supported/i.test(stderr);
}
