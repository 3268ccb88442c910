import { once } from "node:events";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "./host.ts";

const PROGRAMS = ["/usr/sbin/avahi-daemon", "/usr/bin/avahi-browse", "/usr/bin/dbus-daemon"];

/** How long a daemon may take until it serves, and to end. */
const PATIENCE_MS = 10_000;

/** One line of `avahi-browse -rp`: what an address of a service was resolved to. */
export type BrowsedService = {
  readonly name: string;
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** As it is printed: "\"s=...\" \"t=...\"". */
  readonly txt: string;
};

/** The other program that speaks DNS-SD: avahi of Debian on a host of the lab, with a message bus of its own. Owner of both and their files. */
export class Avahi implements AsyncDisposable {
  readonly #host: Host;
  readonly #directory: string;
  readonly #running: ChildProcessWithoutNullStreams[] = [];

  private constructor(host: Host, directory: string) {
    this.#host = host;
    this.#directory = directory;
  }

  static isInstalled(): boolean {
    return PROGRAMS.every((program) => existsSync(program));
  }

  /** Runs when it resolves. */
  static async start(host: Host): Promise<Avahi> {
    const avahi = new Avahi(host, await mkdtemp(join(tmpdir(), "hopwire-lab-avahi-")));
    await writeFile(avahi.#file("bus.conf"), busConfiguration(avahi.#file("bus")));
    await writeFile(avahi.#file("avahi.conf"), daemonConfiguration(host));
    await avahi.#run(
      "dbus-daemon",
      ["--nofork", "--print-address", `--config-file=${avahi.#file("bus.conf")}`],
      "unix:",
    );
    // Its files are always below /run/avahi-daemon: each gets that folder for itself.
    const script = `mkdir -p /run/avahi-daemon && mount -t tmpfs tmpfs /run/avahi-daemon && exec avahi-daemon "$@"`;
    const daemon = ["--no-drop-root", "--no-chroot", "--no-rlimits", "-f", avahi.#file("avahi.conf")];
    await avahi.#run(
      "unshare",
      ["--mount", "sh", "-c", script, "avahi", ...daemon],
      "Server startup complete",
    );
    return avahi;
  }

  /** What it hears of services of this type within the second that the program takes for it. */
  async browse(type: string): Promise<readonly BrowsedService[]> {
    const args = ["--resolve", "--parsable", "--terminate", type];
    const { stdout } = await this.#host.run("avahi-browse", args, { env: this.#env, timeoutMs: PATIENCE_MS });
    return stdout.split("\n").flatMap((line) => {
      const [kind, , , name = "", , , host = "", address = "", port, ...txt] = line.split(";");
      return kind === "=" ? [{ name, host, address, port: Number(port), txt: txt.join(";") }] : [];
    });
  }

  /** For as long as this runs. */
  async publish(name: string, type: string, port: number, txt: readonly string[]): Promise<void> {
    await this.#run("avahi-publish-service", [name, type, String(port), ...txt], "Established");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#running.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      const giveUp = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      await ended;
      clearTimeout(giveUp);
    }
    await rm(this.#directory, { recursive: true, force: true });
  }

  get #env(): Record<string, string> {
    return { DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${this.#file("bus")}` };
  }

  #file(name: string): string {
    return join(this.#directory, name);
  }

  async #run(program: string, args: readonly string[], ready: string): Promise<void> {
    const child = this.#host.spawn(program, args, { env: this.#env });
    this.#running.push(child);
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    let said = "";
    const giveUp = setTimeout(() => reject(new Error(`${program} is not ready: ${said}`)), PATIENCE_MS);
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.includes(ready)) resolve(undefined);
      });
    child.once("exit", () => reject(new Error(`${program} ended: ${said}`)));
    child.once("error", reject);
    try {
      await promise;
    } finally {
      clearTimeout(giveUp);
    }
  }
}

function busConfiguration(socket: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow user="*"/>
  </policy>
</busconfig>
`;
}

function daemonConfiguration({ name, link }: Host): string {
  return `[server]
host-name=${name}
use-ipv6=no
allow-interfaces=${link.device}
enable-dbus=yes
disallow-other-stacks=no
[wide-area]
enable-wide-area=no
[publish]
publish-workstation=no
publish-hinfo=no
`;
}
