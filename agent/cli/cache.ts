import { writeFileSync } from "node:fs";
import type { CacheDocument, CachedPeer, CachedPeerDetail, CachedScore } from "../admin/contract.ts";
import { AgentError } from "../errors.ts";
import type { Define } from "./define.ts";
import { openSession } from "./session.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";
import { ioCodeOf, readTextFile } from "./text-file.ts";
import { formatAge, formatBytes, formatRtt, formatShare, UNKNOWN } from "./units.ts";

export const define: Define = (cache, cli) => {
  const list = cache.command("list").description("every peer with what worked best");
  list.action(async () => {
    const session = openSession(list, cli);
    const peers = await session.agent.cacheList();
    session.print(peers, () => listLines(peers, session.style));
  });

  const show = cache.command("show").description("all that is known of a peer, in the order of dialling");
  show.argument("<name>", "a member").action(async (name: string) => {
    const session = openSession(show, cli);
    const peer = await session.agent.cacheShow({ name });
    session.print(peer, () => detailLines(peer, session.style));
  });

  const forget = cache.command("forget").description("drop what is known of a peer");
  forget.argument("<name>", "a member").action(async (name: string) => {
    const session = openSession(forget, cli);
    const gone = await session.agent.cacheForget({ name });
    session.print(gone, () => [`forgot ${gone.name} (endpoints: ${gone.endpoints}, relays: ${gone.relays})`]);
  });

  const exported = cache.command("export").description("write the cache as JSON");
  exported.argument("[file]", "standard output where it is not given").action(async (file?: string) => {
    const session = openSession(exported, cli);
    const text = `${JSON.stringify(await session.agent.cacheExport(), undefined, 2)}\n`;
    if (file === undefined || file === "-") cli.out(text);
    else writeDocument(file, text);
  });

  const imported = cache.command("import").description("merge what an export wrote");
  imported.argument("[file]", "standard input where it is not given").action(async (file?: string) => {
    const session = openSession(imported, cli);
    const text = file === undefined || file === "-" ? await cli.readInput() : readTextFile(file);
    const result = await session.agent.cacheImport({ document: parseDocument(text) });
    session.print(result, () => [`added ${result.added} entries, left out ${result.ignored}`]);
  });
};

function listLines(peers: readonly CachedPeer[], style: Style): string[] {
  if (peers.length === 0) return ["nothing is cached yet"];
  const rows = peers.map(({ name, id, endpoints, relays, lastSuccessAgeMs, best }) => [
    style.bold(name ?? id),
    String(endpoints),
    String(relays),
    ago(lastSuccessAgeMs),
    best === null ? UNKNOWN : `${best.endpoint} (${best.kind}, ${best.score.toFixed(2)})`,
  ]);
  const columns = [
    { title: "PEER" },
    { title: "ENDPOINTS", right: true },
    { title: "RELAYS", right: true },
    { title: "WORKED", right: true },
    { title: "BEST" },
  ];
  return table(columns, rows, style.dim);
}

function detailLines(peer: CachedPeerDetail, style: Style): string[] {
  const endpoints = peer.endpoints.map((e) => [
    e.endpoint,
    e.relay === null ? e.kind : `${e.kind} via ${e.relay}`,
    e.source,
    ago(e.lastSeenAgeMs),
    `${e.successes}/${e.attempts}`,
    e.lastOutcome ?? UNKNOWN,
    formatRtt(e.rttMs),
    formatShare(e.loss),
    scoreText(e.score),
  ]);
  const relays = peer.relays.map((r) => [
    r.name ?? r.id,
    ago(r.lastSuccessAgeMs),
    `${r.successes}/${r.attempts}`,
    formatRtt(r.rttMs),
    formatShare(r.loss),
    formatBytes(r.bytes),
    scoreText(r.score),
  ]);
  const titles = (...names: string[]) => names.map((title) => ({ title }));
  return [
    `${style.bold(peer.name ?? UNKNOWN)} ${style.dim(peer.id)}`,
    "",
    ...table(
      titles("ENDPOINT", "KIND", "SOURCE", "SEEN", "WORKED", "LAST", "RTT", "LOSS", "SCORE"),
      endpoints,
      style.dim,
    ),
    ...(relays.length === 0
      ? []
      : [
          "",
          ...table(
            titles("RELAY", "LAST WORKED", "WORKED", "RTT", "LOSS", "RELAYED", "SCORE"),
            relays,
            style.dim,
          ),
        ]),
  ];
}

function ago(ageMs: number | null): string {
  return ageMs === null ? "never" : `${formatAge(ageMs / 1000)} ago`;
}

/** "0.42 = kind 1 x recency 0.6 x rtt 0.7". */
function scoreText({ total, parts }: CachedScore): string {
  const factors = Object.entries(parts).map(([name, factor]) => `${name} ${Number(factor.toFixed(2))}`);
  return factors.length === 0 ? total.toFixed(2) : `${total.toFixed(2)} = ${factors.join(" x ")}`;
}

/** 0600: where members of a private network are is nobody else's business. */
function writeDocument(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600 });
  } catch (error) {
    throw new AgentError("state.io", `cannot write ${file}: ${ioCodeOf(error)}`);
  }
}

function parseDocument(text: string): CacheDocument {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // Falls through: what is no JSON is no object either.
  }
  if (typeof document === "object" && document !== null && !Array.isArray(document)) {
    return document as CacheDocument;
  }
  throw new AgentError("cache.invalid", "that is no exported cache: it is not a JSON object", {
    hint: "give a file that was written by: hopwire cache export",
  });
}
