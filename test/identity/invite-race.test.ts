import { expect, it } from "vitest";
import { redeemInvite } from "../../agent/control/invite.ts";
import { Identity } from "../../agent/identity/identity.ts";
import { encodeState } from "../../agent/identity/state.ts";
import { silentLogger } from "../../agent/log.ts";
import { answerJoiner } from "../../agent/mesh/issuing.ts";
import { HandClock } from "../control/hand-clock.ts";
import { TestDirectory, testMember } from "../control/members.ts";
import { MemoryNetwork } from "../control/memory-streams.ts";
import { PORT, TestPlane } from "../control/test-plane.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { founder, invite, joiner, publish, random, type Joiner } from "./hosts.ts";
import { TemporaryFolder } from "./temporary-folder.ts";

const JOINERS = 50;
const ATTEMPT_MS = 2_500;
const PAUSE_MS = 500;

// R-1201
it("one invite that 50 hosts redeem at once, by connections of their own, makes one member", async () => {
  await using folder = await TemporaryFolder.make();
  const issuer = founder();
  const token = invite(issuer, "host");
  const file = folder.file("state.json");
  await file.write(encodeState(issuer.state));
  const identity = await Identity.open(file, new FakeClock(), random);
  const hosts = Array.from({ length: JOINERS }, () => joiner(token));

  const clock = new HandClock();
  const network = new MemoryNetwork();
  const member = testMember(1);
  const directory = new TestDirectory([member]);
  const [{ invite: made } = joiner(token)] = hosts;
  directory.inviteByAddress.set(made.temporaryAddress4, made.inviteId);
  const host = new TestPlane(member, network, directory, clock);
  await using _ = host.plane;
  const published: Uint8Array[] = [];
  const issuing = {
    get roster() {
      return issuer.store.roster;
    },
    publish: (records: readonly Uint8Array[]): Promise<void> => {
      published.push(...records);
      publish(
        issuer.store,
        records.map((bytes) => ({ bytes })),
      );
      return Promise.resolve();
    },
  };
  host.redeem = (inviteId, body) =>
    answerJoiner(issuing, inviteId, body, { identity, clock: new FakeClock(), log: silentLogger });
  await host.plane.listen();

  /** As the joining host does it: again until there is an answer, since the issuer lets in but a few at a time. */
  const ask = async ({ request }: Joiner): Promise<string> => {
    for (;;) {
      const answer = await redeemInvite(
        { kind: "redeem", ...request },
        {
          streams: network.streams,
          clock,
          issuer: { address4: member.address4, port: PORT },
          localAddress: made.temporaryAddress4,
          timeoutMs: ATTEMPT_MS,
        },
      );
      if (answer.ok) return "admitted";
      if (answer.reason !== "invite.unreachable") return answer.reason;
      await new Promise<void>((resolve) => clock.after(PAUSE_MS, resolve));
    }
  };
  let answered = 0;
  const asking = hosts.map(async (one) => {
    const answer = await ask(one);
    answered++;
    return answer;
  });
  while (answered < JOINERS) await clock.advance(PAUSE_MS);

  const answers = await Promise.all(asking);
  expect(answers.filter((answer) => answer === "admitted")).toHaveLength(1);
  expect(new Set(answers)).toEqual(new Set(["admitted", "invite.used"]));
  expect(published).toHaveLength(1);
  expect([...issuer.store.roster.memberByName.keys()].sort()).toEqual(["founder", "host"]);
});
