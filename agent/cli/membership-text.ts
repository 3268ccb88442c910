import type { Membership } from "../admin/contract.ts";
import type { Style } from "./style.ts";
import { facts } from "./table.ts";

export function membershipLines({ network, member }: Membership, style: Style): string[] {
  return facts(
    [
      ["network", network],
      ["member", `${style.bold(member.name)} ${style.dim(member.id)}`],
      ["addresses", `${member.address4}  ${member.address6}`],
    ],
    style.dim,
  );
}
