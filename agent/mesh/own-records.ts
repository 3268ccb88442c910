import { networkIdOf, type NetworkId } from "../../protocol/ids.ts";
import { openRecord, type MemberCertificate, type NetworkInfo } from "../../protocol/record.ts";
import { AgentError } from "../errors.ts";
import { rawOf } from "../identity/identity.ts";
import type { Membership } from "../identity/state.ts";

/** What the state holds of the registry, as received, so that a lost registry is no lost membership. */
export type OwnRecords = {
  readonly network: NetworkId;
  readonly info: NetworkInfo;
  readonly certificate: MemberCertificate;
  /** What it takes to be let in: the network's record and this host's certificate. */
  readonly bytes: readonly Uint8Array[];
};

/** Throws AgentError `state.corrupt`. */
export function readOwnRecords(membership: Membership): OwnRecords {
  const network = networkIdOf(rawOf(membership.networkKey));
  const bytes = [membership.networkRecord, membership.certificate].map(
    (base64) => new Uint8Array(Buffer.from(base64, "base64")),
  );
  const [info, certificate] = bytes.map((record) => {
    const opened = openRecord(record, network);
    return opened.ok ? opened.value.content : undefined;
  });
  if (info?.kind === "network" && certificate?.kind === "member")
    return { network, info, certificate, bytes };
  throw new AgentError("state.corrupt", "the state holds no certificate that its network key has signed", {
    hint: "leave the network and join again with a new invite",
  });
}
