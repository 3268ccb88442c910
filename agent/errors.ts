/**
 * One error class for everything an operator can cause or mend. The code fixes the exit status (sysexits.h).
 * Anything else that is thrown is a bug of ours: exit 70.
 */
const EXIT_CODE = {
  "usage.invalid": 64, // EX_USAGE
  "invite.invalid": 65, // EX_DATAERR
  "invite.expired": 65,
  "invite.used": 65,
  "cache.invalid": 65,
  "token.invalid": 65,
  "member.unknown": 67, // EX_NOUSER
  "allocation.unknown": 67,
  "member.revoked": 77,
  "daemon.unreachable": 69, // EX_UNAVAILABLE
  "network.unreachable": 69,
  "relay.unavailable": 69,
  "internal.bug": 70, // EX_SOFTWARE
  "command.failed": 71, // EX_OSERR
  "interface.failed": 71,
  "port.taken": 71,
  "interface.taken": 73, // EX_CANTCREAT
  "daemon.running": 73,
  "network.exists": 73,
  "member.exists": 73,
  "state.io": 74, // EX_IOERR
  "state.corrupt": 65,
  "state.newer": 78,
  "peer.timeout": 75, // EX_TEMPFAIL
  "network.none": 76, // EX_PROTOCOL: the agent is in no network yet
  "rights.missing": 77, // EX_NOPERM
  "config.invalid": 78, // EX_CONFIG
  "command.interrupted": 130, // 128 + SIGINT, as shells have it
} as const satisfies Record<string, number>;

export type AgentErrorCode = keyof typeof EXIT_CODE;

export type AgentErrorOptions = {
  readonly cause?: unknown;
  /** What the operator can do about it, in the imperative. */
  readonly hint?: string | undefined;
};

export class AgentError extends Error {
  override readonly name = "AgentError";
  readonly code: AgentErrorCode;
  readonly hint: string | undefined;

  constructor(code: AgentErrorCode, message: string, options: AgentErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }

  get exitCode(): number {
    return EXIT_CODE[this.code];
  }
}

export function isAgentErrorCode(value: string): value is AgentErrorCode {
  return Object.hasOwn(EXIT_CODE, value);
}
