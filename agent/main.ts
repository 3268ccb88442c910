import { runCommandLine } from "./cli/program.ts";
import { systemCli } from "./cli/system.ts";

// `hopwire peers | head -1` closes the pipe early: that is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 74));

process.exit(await runCommandLine(process.argv.slice(2), systemCli()));
