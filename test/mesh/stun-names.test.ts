import { describe, expect, it } from "vitest";
import {
  checkCredential,
  checkSender,
  epochOf,
  legCredential,
  probeCredential,
  probeSender,
  serverCredential,
  shortId,
} from "../../agent/mesh/stun-names.ts";
import type { AllocationId } from "../../protocol/ids.ts";
import { testHost } from "../registry/network.ts";

const [ANN, BOB] = [testHost(1).id, testHost(2).id];
const KEY = new Uint8Array(32).fill(9);

describe("the user name of a check", () => {
  it("tells its receiver who sent it", () => {
    const { username, key } = checkCredential(BOB, ANN, KEY);
    expect(checkSender(username, BOB)).toBe(shortId(ANN));
    expect(key).toBe(KEY);
  });

  it("means nothing to anybody else, nor to its sender", () => {
    const { username } = checkCredential(BOB, ANN, KEY);
    expect(checkSender(username, ANN)).toBeUndefined();
    expect(checkSender(username, testHost(3).id)).toBeUndefined();
  });

  it.each(["", ":", shortId(BOB), `${shortId(BOB)}:`, `${shortId(BOB)}:abc`])("is not %j", (username) => {
    expect(checkSender(username, BOB)).toBeUndefined();
  });
});

//
describe("the user name of a probe", () => {
  it("tells its receiver who sent it, and is no check", () => {
    const { username, key } = probeCredential(BOB, ANN, KEY);
    expect(probeSender(username, BOB)).toBe(shortId(ANN));
    expect(probeSender(username, ANN)).toBeUndefined();
    expect(checkSender(username, BOB)).toBeUndefined();
    expect(epochOf(username)).toBeUndefined();
    expect(key).toBe(KEY);
  });

  it("is no check's", () => {
    expect(probeSender(checkCredential(BOB, ANN, KEY).username, BOB)).toBeUndefined();
  });
});

describe("the user name of a question for one's address", () => {
  it("names the secret's epoch", () => {
    expect(epochOf(serverCredential(17, KEY).username)).toBe(17);
  });

  it.each(["hopwire:", "hopwire:-1", "hopwire:1x", "hopwire:1234567890", " hopwire:1", "other:1"])(
    "is not %j",
    (username) => {
      expect(epochOf(username)).toBeUndefined();
    },
  );

  it("goes with a key that is not the secret, and is another for another secret", () => {
    const { key } = serverCredential(1, KEY);
    expect(key).not.toEqual(KEY);
    expect(serverCredential(1, new Uint8Array(32)).key).not.toEqual(key);
  });
});

it("the two legs of an allocation have names of their own", () => {
  const allocation = "a".repeat(32) as AllocationId;
  const names = (["a", "b"] as const).map((leg) => legCredential(allocation, leg, KEY).username);
  expect(new Set(names).size).toBe(2);
});
