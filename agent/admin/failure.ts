import { AgentError, isAgentErrorCode } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { WireError } from "./routes.ts";

/** What the caller is told. Anything but an AgentError is a bug of ours: it is logged, and its text stays here. */
export function wireErrorOf(error: unknown, log: Logger): WireError {
  if (error instanceof AgentError) {
    return { code: error.code, message: error.message, hint: error.hint ?? null };
  }
  log.error({ err: error }, "a request failed by a bug");
  return {
    code: "internal.bug",
    message: "the agent failed on this request by a bug",
    hint: "look into its log, and report it",
  };
}

/** 400: malformed; 404: no such thing; 422: understood, and refused with a reason; 500: our fault. The code says more. */
export function statusOfError({ code }: WireError): number {
  switch (code) {
    case "usage.invalid":
      return 400;
    case "allocation.unknown":
      return 404;
    case "internal.bug":
      return 500;
  }
  return 422;
}

/** The way back, at the caller's end. A code that a newer agent knows and we do not is still an error with a text. */
export function agentErrorOf(error: WireError): AgentError {
  return new AgentError(isAgentErrorCode(error.code) ? error.code : "internal.bug", error.message, {
    hint: error.hint ?? undefined,
  });
}
