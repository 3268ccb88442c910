import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { schedule, type ScheduledTask } from "node-cron";
import { DurableFile } from "../cache/durable-file.ts";
import { ConnectionCache } from "../cache/store.ts";
import { AuditFile } from "./admin/audit-file.ts";
import { AdminServer } from "./admin/server.ts";
import { holdProcess, systemClock } from "./clock.ts";
import type { LiveConfig } from "./config/live-config.ts";
import type { AgentConfig, ConfigKey } from "./config/schema.ts";
import { programVersion } from "./config/version.ts";
import { AgentError } from "./errors.ts";
import { Identity } from "./identity/identity.ts";
import type { Logger } from "./log.ts";
import { Agent } from "./mesh/agent.ts";
import { systemRandom } from "./random.ts";
import { removeLeftFlows } from "./relay/server/choose-forwarder.ts";
import { systemListener, systemRunner } from "./runner.ts";
import { WireguardDevice } from "./wireguard/device.ts";
import { userspaceSocket } from "./wireguard/uapi-socket.ts";

export type DaemonOptions = {
  readonly log: Logger;
  /** Only the relay of the member. */
  readonly relayOnly: boolean;
  /** The network, if any, is up and the local API answers. */
  readonly onReady: () => void;
};

/** What the agent itself takes over while it runs; the log's level is its owner's. */
const RELAY_KEYS: readonly ConfigKey[] = [
  "relay.guard.allow",
  "relay.guard.block",
  "relay.forwarder",
  "relay.pin",
  "relay.ban",
];

/** Addresses behind names change in minutes; jitter keeps the members of a network from asking the DNS as one. */
const BOOTSTRAP_CRON = "*/10 * * * *";
const BOOTSTRAP_JITTER_MS = 240_000;

/** Once an hour, off the full hour: pruning only keeps files small. */
const PRUNE_CRON = "17 * * * *";

/**
 * The composition root: builds everything, and ends it in reverse. Resolves after a clean stop, when `signal` aborts
 * or the local API is told to. Errors: what a start can fail with; nothing is left running or half configured then.
 */
export async function runDaemon(
  live: LiveConfig,
  signal: AbortSignal,
  options: DaemonOptions,
): Promise<void> {
  const { log, onReady, relayOnly } = options;
  const config = live.started;
  await using stack = new AsyncDisposableStack();
  stack.defer(holdProcess());
  const stopped = Promise.withResolvers<undefined>();
  signal.addEventListener("abort", () => stopped.resolve(undefined), { once: true });
  if (signal.aborted) return;

  const clock = systemClock;
  const random = systemRandom;
  const identity = await Identity.open(new DurableFile(join(config.stateDir, "state.json")), clock, random);
  const cache = await ConnectionCache.open(join(config.stateDir, "cache.json"), { clock, log });
  stack.use(cache.cache);
  if (cache.report !== undefined) log.warn({ report: cache.report }, "connection cache could not be read");
  const prune = pruneHourly(cache.cache);
  stack.defer(() => prune.destroy());

  const device = deviceOf(config);
  const agent = new Agent({
    config,
    version: programVersion(),
    relayOnly,
    clock,
    random,
    log,
    run: systemRunner,
    listen: systemListener,
    identity,
    cache,
    device,
    onShutdown: () => stopped.resolve(undefined),
  });
  // The socket is the lock: before it is ours, another agent's interface must not be touched.
  const auditFile = await openAudit(join(config.stateDir, "audit.log"), log);
  const server = await AdminServer.listen({ runtimeDir: config.runtimeDir, api: agent, log, auditFile });
  stack.use(server);
  stack.use(agent);
  stack.defer(
    live.onReload(({ relay }, changed) => {
      if (changed.some((key) => RELAY_KEYS.includes(key))) agent.reconfigureRelay(relay);
    }),
  );
  await agent.start();
  const refresh = refreshBootstrapOften(agent);
  stack.defer(() => refresh.destroy());
  if (config.metricsListen !== undefined) stack.use(await serveMetrics(config.metricsListen, agent, log));
  if (config.adminTcp !== undefined) stack.use(await serveAdmin(config.adminTcp, agent, log, auditFile));
  onReady();
  await stopped.promise;
}

/** What a host that does not monitor need not load. Where the port is taken the mesh goes on without. */
async function serveMetrics(listen: string, agent: Agent, log: Logger): Promise<AsyncDisposable | undefined> {
  const [{ MetricsServer }, { AgentMetrics }] = await Promise.all([
    import("./metrics/http.ts"),
    import("./metrics/registry.ts"),
  ]);
  try {
    const server = await MetricsServer.listen({
      listen,
      metrics: new AgentMetrics(),
      read: () => agent.metrics(),
      log: log.child({ component: "metrics" }),
    });
    log.info({ listen }, "metrics are served");
    return server;
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    log.error({ reason: error.message, hint: error.hint }, "metrics are not served");
    return undefined;
  }
}

/** What a host whose socket is enough need not load. Where it cannot be served safely, or at all, the mesh goes on without. */
async function serveAdmin(
  { listen, tokenFile }: NonNullable<AgentConfig["adminTcp"]>,
  api: Agent,
  log: Logger,
  auditFile: Logger,
): Promise<AsyncDisposable | undefined> {
  const [{ TcpAdminServer }, { BearerToken }] = await Promise.all([
    import("./admin/tcp-server.ts"),
    import("./admin/bearer-token.ts"),
  ]);
  try {
    const token = BearerToken.read(tokenFile);
    const [clock, random] = [systemClock, systemRandom];
    const server = await TcpAdminServer.listen({ listen, token, api, clock, random, log, auditFile });
    log.info({ listen }, "the admin API is served over TCP");
    return server;
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    log.error({ reason: error.message, hint: error.hint }, "the admin API is not served over TCP");
    return undefined;
  }
}

async function openAudit(path: string, log: Logger): Promise<Logger> {
  const { pino } = await import("pino");
  const audit: Logger = pino({ base: null }, new AuditFile(path, log));
  return audit;
}

/** Removes what an agent left that did not end by itself. Errors: rights.missing, command.failed. */
export async function cleanUp(config: AgentConfig): Promise<void> {
  const release = holdProcess();
  try {
    await removeLeftFlows(systemRunner, config.interface);
    await deviceOf(config).down();
  } finally {
    release();
  }
}

/** The state directory is what makes two agents different ones. */
function deviceOf(config: AgentConfig): WireguardDevice {
  const ownerId = createHash("sha256").update(config.stateDir).digest("hex").slice(0, 16);
  return new WireguardDevice(config.interface, ownerId, {
    run: systemRunner,
    askUserspace: userspaceSocket(systemClock),
    clock: systemClock,
    // sysfs answers from memory: a thread of the pool would cost twenty times the read.
    readFile: (path) => Promise.resolve(readFileSync(path, "utf8")),
  });
}

function pruneHourly(cache: ConnectionCache): ScheduledTask {
  return schedule(PRUNE_CRON, () => cache.prune(), { noOverlap: true, name: "prune the connection cache" });
}

function refreshBootstrapOften(agent: Agent): ScheduledTask {
  return schedule(BOOTSTRAP_CRON, () => agent.refreshBootstrap(), {
    noOverlap: true,
    maxRandomDelay: BOOTSTRAP_JITTER_MS,
    name: "refresh the bootstrap volunteers",
  });
}
