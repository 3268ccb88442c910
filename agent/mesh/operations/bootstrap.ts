import { formatEndpoint } from "../../../protocol/endpoint.ts";
import type { MemberId } from "../../../protocol/ids.ts";
import type { BootstrapRequest, BootstrapVolunteer, MemberRequest } from "../../admin/contract.ts";
import { AgentError } from "../../errors.ts";
import type { CurrentNetwork } from "../current-network.ts";
import type { Network } from "../network.ts";
import { pathOf } from "../views.ts";
import { memberNamed } from "./member-named.ts";

/** Volunteers to ask first. */
export class BootstrapOperations {
  readonly #current: CurrentNetwork;

  constructor(current: CurrentNetwork) {
    this.#current = current;
  }

  async list(): Promise<readonly BootstrapVolunteer[]> {
    return viewOf(await this.#current.required());
  }

  async add({ name, endpoints }: BootstrapRequest): Promise<readonly BootstrapVolunteer[]> {
    const network = await this.#current.required();
    await network.bootstrap.add(memberNamed(network.roster, name), endpoints);
    return viewOf(network);
  }

  /** Also of a member that this host does not know any more. */
  async remove({ name }: MemberRequest): Promise<readonly BootstrapVolunteer[]> {
    const network = await this.#current.required();
    const id = network.roster.memberByName.get(name)?.id ?? (name as MemberId);
    if (await network.bootstrap.remove(id)) return viewOf(network);
    const isConfigured = network.bootstrap.list().some(({ member }) => member === name || member === id);
    throw isConfigured
      ? new AgentError("usage.invalid", `${name} is a bootstrap volunteer by the configuration`, {
          hint: "take it out of the key bootstrap there",
        })
      : new AgentError("member.unknown", `${name} is no bootstrap volunteer`, {
          hint: "see: hopwire relay bootstrap list",
        });
  }
}

function viewOf(network: Network): readonly BootstrapVolunteer[] {
  const { members, memberByName, relays } = network.roster;
  return network.bootstrap.list().map(({ origin, member, endpoints, looksAt }) => {
    const known = memberByName.get(member) ?? members.get(member as MemberId);
    return {
      name: known?.name ?? null,
      id: known?.id ?? (origin === "command" ? member : null),
      given: member,
      origin,
      endpoints,
      looksAt: looksAt.map(formatEndpoint),
      volunteering: known !== undefined && relays.has(known.id),
      path: known === undefined ? "none" : pathOf(network, known.id).type,
    };
  });
}
