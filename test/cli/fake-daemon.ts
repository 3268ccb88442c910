import type { AgentApi } from "../../agent/admin/contract.ts";
import { AdminServer } from "../../agent/admin/server.ts";
import { silentLogger } from "../../agent/log.ts";
import { fakeApi } from "../admin/fake-api.ts";

/**
 * Stands for the program in the tests of `up` and `down`: `fake-daemon.ts daemon --runtime-dir DIR ...`. FAKE_DAEMON says how
 * it behaves: "refuse" ends with an error as the agent logs it, "crash" like a bug, "late" takes the socket and then ends.
 */
const option = (name: string): string => process.argv[process.argv.indexOf(name) + 1] ?? "";

function refuse(): never {
  const error = {
    level: 60,
    code: "port.taken",
    reason: "UDP port 51820 is taken",
    hint: "choose another --listen-port",
  };
  process.stderr.write(
    `{"level":30,"msg":"starting"}\n${JSON.stringify(error)}\nhopwire: UDP port 51820 is taken\n`,
  );
  process.exit(71);
}

async function serve(overrides: Partial<AgentApi>): Promise<AdminServer> {
  const runtimeDir = option("--runtime-dir");
  return AdminServer.listen({ runtimeDir, api: fakeApi([], overrides), log: silentLogger });
}

if (process.argv[2] !== "daemon") process.exit(64);
const behaviour = process.env["FAKE_DAEMON"];
if (behaviour === "refuse") refuse();
if (behaviour === "crash") {
  process.stderr.write("Segmentation fault\n");
  process.exit(139);
}
if (behaviour === "late") {
  await serve({ status: () => refuse() });
} else {
  const stop = Promise.withResolvers<undefined>();
  await using _server = await serve({ shutdown: () => stop.resolve(undefined) });
  process.stderr.write(`${JSON.stringify({ level: 30, argv: process.argv.slice(2) })}\n`);
  await stop.promise;
}
