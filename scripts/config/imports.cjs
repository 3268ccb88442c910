/** Imports point one way: protocol <- cache <- agent; in agent, cli and daemon are on top. */
const forbid = (name, from, to, comment) => ({ name, severity: "error", comment, from, to });

module.exports = {
  forbidden: [
    forbid("no-cycle", {}, { circular: true }, "a cycle has no top: move what both need below them"),
    forbid("protocol-is-the-bottom", { path: "^protocol/" }, { path: "^(agent|cache)/" }),
    forbid(
      "protocol-has-no-io",
      { path: "^protocol/" },
      { path: "^(node:)?(fs|net|dgram|http|child_process|timers|os|process)" },
    ),
    forbid("cache-knows-only-protocol", { path: "^cache/" }, { path: "^agent/" }),
    forbid(
      "cli-is-on-top",
      { path: "^agent/", pathNot: "^agent/(cli/|main\\.ts$)" },
      { path: "^agent/cli/" },
      "nothing below the command line may know it",
    ),
    forbid(
      "cli-talks-to-the-daemon-only",
      { path: "^agent/cli/", pathNot: "^agent/cli/daemon\\.ts$" },
      { path: "^agent/(wireguard|registry|control|nat|path|relay|mesh|transport|identity|daemon)" },
      "the command line speaks to the local API, never to the kernel",
    ),
    forbid(
      "daemon-is-the-composition-root",
      { path: "^agent/", pathNot: "^agent/(cli/daemon\\.ts|daemon\\.ts)$" },
      { path: "^agent/daemon\\.ts$" },
    ),
    forbid(
      "nat-alone",
      { path: "^agent/nat/" },
      { path: "^agent/(path|relay|mesh|wireguard|control|registry|identity|admin|cli)/" },
    ),
    forbid(
      "path-alone",
      { path: "^agent/path/" },
      { path: "^agent/(nat|relay|mesh|wireguard|control|registry|identity|admin|cli)/" },
    ),
    forbid(
      "relay-alone",
      { path: "^agent/relay/" },
      { path: "^agent/(nat|path|mesh|wireguard|control|registry|identity|admin|cli)/" },
    ),
    forbid(
      "relay-sides-apart",
      { path: "^agent/relay/client/" },
      { path: "^agent/relay/server/" },
      "client and server share protocol/ only",
    ),
    forbid(
      "commands-run-in-one-place",
      { path: "^agent/", pathNot: "^agent/(runner\\.ts|cli/up\\.ts)$" },
      { path: "^(node:)?child_process|node_modules/execa" },
      "programs are run by the CommandRunner that is passed in",
    ),
    forbid(
      "no-dev-dependency-in-the-product",
      { path: "^(agent|protocol|cache)/" },
      { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown", "unknown", "undetermined"] },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
