import { isMemberName } from "../../protocol/ids.ts";

/** A volunteer to ask first. Where it may answer says nothing about who answers: that its keys do. */
export type ConfiguredBootstrap = {
  /** Name or id. */
  readonly member: string;
  /** "host:port". */
  readonly endpoint: string;
};

/** "v@relay.example.net:51820"; undefined where it has no member. The endpoint is not checked. */
export function parseBootstrap(text: string): ConfiguredBootstrap | undefined {
  const at = text.indexOf("@");
  const member = text.slice(0, Math.max(0, at));
  return isMemberName(member) ? { member, endpoint: text.slice(at + 1) } : undefined;
}
