import { createHash, timingSafeEqual } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { AgentError } from "../errors.ts";

/** 32 bytes of a random source, however they are written. */
const MIN_ENTROPY_BITS = 256;

/** Hexadecimal digits carry 4 bits, base64 and its kin 6; what repeats itself was typed by a person. */
const MIN_DISTINCT_CHARACTERS = 10;

const MAX_FILE_BYTES = 4096;

const HOW_TO_MAKE = (path: string): string =>
  `make one with: (umask 077; head -c 32 /dev/urandom | base64 > ${path})`;

/** The token that /admin asks for over TCP. Only its hash is kept. */
export class BearerToken {
  readonly #hash: Buffer;

  constructor(token: string) {
    this.#hash = hashOf(token);
  }

  /** Errors: config.invalid, with what to do. The token is in no message. */
  static read(path: string): BearerToken {
    if (path === "") {
      throw new AgentError("config.invalid", "admin.listen needs a token", {
        hint: "name a file with it in admin.token-file",
      });
    }
    const { text, stats } = readBounded(path);
    if (!stats.isFile()) throw new AgentError("config.invalid", `${path} is no file`);
    if ((stats.mode & 0o077) !== 0) {
      throw new AgentError("config.invalid", `others than its owner may use the token in ${path}`, {
        hint: `make a new one, since it may be known: (umask 077; rm ${path}; head -c 32 /dev/urandom | base64 > ${path})`,
      });
    }
    if (![0, process.getuid?.()].includes(stats.uid)) {
      throw new AgentError("config.invalid", `${path} belongs to another user`, {
        hint: `give it to root: chown root ${path}`,
      });
    }
    const token = text.trim();
    if (!isStrong(token)) {
      throw new AgentError("config.invalid", `the token in ${path} is not 32 random bytes in base64 or hex`, {
        hint: HOW_TO_MAKE(path),
      });
    }
    return new BearerToken(token);
  }

  /** `authorization` is the header (RFC 6750, section 2.1). Takes the same time for every wrong token. */
  matches(authorization: string | undefined): boolean {
    const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? "")?.[1];
    return token !== undefined && timingSafeEqual(hashOf(token), this.#hash);
  }
}

function readBounded(path: string): { text: string; stats: Stats } {
  try {
    const file = openSync(path, "r");
    try {
      const stats = fstatSync(file);
      const text = stats.isFile() && stats.size <= MAX_FILE_BYTES ? readFileSync(file, "utf8") : "";
      return { text, stats };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new AgentError("config.invalid", `cannot read the token in ${path}: ${code}`, {
      hint: HOW_TO_MAKE(path),
    });
  }
}

/** An estimate: what was made as the hint says passes, words and short ones do not. */
function isStrong(token: string): boolean {
  if (!/^[A-Za-z0-9._~+/-]+=*$/.test(token)) return false;
  const digits = token.replace(/=*$/, "");
  const bits = digits.length * (/^[0-9a-fA-F]+$/.test(digits) ? 4 : 6);
  return bits >= MIN_ENTROPY_BITS && new Set(digits).size >= MIN_DISTINCT_CHARACTERS;
}

function hashOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
