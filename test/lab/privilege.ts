import { spawnSync } from "node:child_process";

/** Programs that build the lab, and the Debian packages that bring them. */
const PACKAGES = {
  ip: "iproute2",
  tc: "iproute2",
  nft: "nftables",
  sysctl: "procps",
  unshare: "util-linux",
} as const;

/** Why no lab can be built here, for people; undefined where one can. */
export function labPrivilege(): string | undefined {
  if (process.platform !== "linux") return "the lab needs Linux";
  if (process.getuid?.() !== 0) return "the lab needs root, to make network namespaces";
  for (const [program, debianPackage] of Object.entries(PACKAGES)) {
    const { error } = spawnSync(program, ["--version"], { stdio: "ignore" });
    if (error !== undefined) return `the lab needs ${program}: install the package ${debianPackage}`;
  }
  // A container's root may lack either right. The namespace is unnamed and ends with the program.
  const tried = spawnSync("unshare", ["--net", "nft", "add table inet lab"], { encoding: "utf8" });
  if (tried.status === 0) return undefined;
  return `the lab needs the right to make network namespaces with nftables: ${tried.stderr.trim()}`;
}
