import { existsSync } from "node:fs";
import type { ConfigOrigin } from "../config/load.ts";
import type { Session } from "./session.ts";

export const UNIT = "hopwire.service";

/** Where systemd says that it runs the machine, as sd_booted(3) asks. */
const BOOTED_MARK = "/run/systemd/system";

/**
 * Whether `up` and `down` mean systemd's agent: its unit is there, and this call asks for the very configuration that
 * the unit starts with. An agent in another directory is somebody's own.
 */
export async function isUnderSystemd(session: Session, bootedMark: string = BOOTED_MARK): Promise<boolean> {
  const own: readonly ConfigOrigin[] = ["argument", "environment"];
  if (Object.values(session.origins).some((origin) => own.includes(origin))) return false;
  if (session.fileIsNamed || !existsSync(bootedMark)) return false;
  const { exitCode } = await session.cli.run("systemctl", ["cat", UNIT]);
  return exitCode === 0;
}
