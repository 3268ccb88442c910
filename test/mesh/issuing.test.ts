import { expect, it } from "vitest";
import { certifyRequest } from "../../agent/identity/certifying.ts";
import { Identity, keysOf } from "../../agent/identity/identity.ts";
import { leave } from "../../agent/identity/membership.ts";
import { membershipOf } from "../../agent/identity/signer.ts";
import { encodeState, freshState } from "../../agent/identity/state.ts";
import { silentLogger } from "../../agent/log.ts";
import { answerCertify, SUCCESSION_RATE, successionLimiter } from "../../agent/mesh/issuing.ts";
import { founder, idOf, join, NOW, publish, random } from "../identity/hosts.ts";
import { TemporaryFolder } from "../identity/temporary-folder.ts";
import { FakeClock } from "../support/fake-clock.ts";

//
it("a member that makes up keys all the time is certified eight times, then once a day, and others as before", async () => {
  await using folder = await TemporaryFolder.make();
  const admin = founder();
  const [host, other] = [join(admin, "host"), join(admin, "other")];
  const file = folder.file("state.json");
  await file.write(encodeState(admin.state));
  const clock = new FakeClock();
  const parts = { identity: await Identity.open(file, clock, random), clock, log: silentLogger };
  const successions = successionLimiter();
  const network = {
    get roster() {
      return admin.store.roster;
    },
    publish: (records: readonly Uint8Array[]): Promise<void> => {
      for (const bytes of records) admin.store.apply(bytes, NOW);
      return Promise.resolve();
    },
  };

  /** Asks for new keys and, once they are certified, gives up the old ones. */
  const rotate = async (member: typeof host): Promise<string> => {
    const next = freshState(random);
    const request = certifyRequest(membershipOf(member.state), idOf(member), keysOf(next));
    const answer = await answerCertify(network, idOf(member), request, parts, successions);
    if (answer.kind !== "certified") return answer.kind === "failure" ? answer.code : answer.kind;
    publish(admin.store, leave(member.state, NOW, random).records);
    member.state = { ...next, membership: membershipOf(member.state) };
    return answer.kind;
  };
  const answers: string[] = [];
  for (let round = 0; round < SUCCESSION_RATE.burst + 2; round++) answers.push(await rotate(host));
  expect(answers.filter((answer) => answer === "certified")).toHaveLength(SUCCESSION_RATE.burst);
  expect(answers.at(-1)).toBe("certify.too-often");
  expect(await rotate(other)).toBe("certified");
  await clock.advance(86_401_000);
  expect(await rotate(host)).toBe("certified");
});
