import { networkInterfaces } from "node:os";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { CommandRunner } from "../runner.ts";
import { parseAddresses } from "../wireguard/ip-json.ts";
import { usableHostAddresses } from "../wireguard/local-addresses.ts";

/** The kernel's list of addresses costs some 0.3 ms to read; a change is acted on within this. */
const LOOK_MS = 5_000;

/** Addresses of this host that others may reach, kept current. Owner of one timer. */
export class HostAddresses implements Disposable {
  readonly #run: CommandRunner;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #overlayInterface: string;
  #addresses: readonly string[] = [];
  #fingerprint = "";
  #cancel: () => void = () => undefined;

  constructor(parts: { run: CommandRunner; clock: Clock; log: Logger; overlayInterface: string }) {
    this.#run = parts.run;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#overlayInterface = parts.overlayInterface;
  }

  get all(): readonly string[] {
    return this.#addresses;
  }

  async start(onChange: () => void): Promise<void> {
    this.#fingerprint = this.#kernelList();
    await this.#read();
    const look = (): void => {
      const fingerprint = this.#kernelList();
      if (fingerprint !== this.#fingerprint) {
        this.#fingerprint = fingerprint;
        void this.#read().then((changed) => {
          if (changed) onChange();
        });
      }
      this.#cancel = this.#clock.after(LOOK_MS, look);
    };
    this.#cancel = this.#clock.after(LOOK_MS, look);
  }

  [Symbol.dispose](): void {
    this.#cancel();
  }

  #kernelList(): string {
    return JSON.stringify(
      Object.entries(networkInterfaces()).flatMap(([name, list]) =>
        name === this.#overlayInterface ? [] : (list ?? []).map(({ address }) => `${name} ${address}`),
      ),
    );
  }

  /** `ip` also knows which addresses are deprecated or not yet usable. */
  async #read(): Promise<boolean> {
    const shown = await this.#run("ip", ["-json", "addr", "show"]);
    const parsed = parseAddresses(shown.stdout);
    if (!parsed.ok) {
      this.#log.warn({ reason: parsed.reason }, "local addresses could not be read");
      return false;
    }
    const before = this.#addresses.join();
    this.#addresses = usableHostAddresses(parsed.value, this.#overlayInterface).map(({ address }) => address);
    return before !== this.#addresses.join();
  }
}

/**
 * Whether the address means the same host from anywhere: not RFC 1918, not shared (RFC 6598), not unique local
 * (RFC 4193). A firewall may still be in front of it.
 */
export function isGlobal(address: string): boolean {
  if (address.includes(":")) return !/^f[cd]/i.test(address);
  const [a = 0, b = 0] = address.split(".").map(Number);
  return (
    a !== 10 &&
    !(a === 172 && b >= 16 && b < 32) &&
    !(a === 192 && b === 168) &&
    !(a === 100 && b >= 64 && b < 128)
  );
}
