import { AgentError } from "../errors.ts";

/** Shown for what is unknown. */
export const UNKNOWN = "-";

/** "512 B", "1.4 MiB": three digits at most, IEC 80000-13 prefixes. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  for (const unit of ["B", "KiB", "MiB", "GiB"]) {
    if (value < 1000) return `${rounded(value, unit === "B")} ${unit}`;
    value /= 1024;
  }
  return `${rounded(value, false)} TiB`;
}

function rounded(value: number, whole: boolean): string {
  return whole || value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

const MINUTE_SEC = 60;
const HOUR_SEC = 3600;
const DAY_SEC = 86_400;

/** "42 s", "5 min", "3 h", "12 d": the largest unit that fits at least once, and two of days. */
export function formatAge(seconds: number | null): string {
  if (seconds === null) return UNKNOWN;
  const age = Math.max(0, seconds);
  if (age < MINUTE_SEC) return `${Math.floor(age)} s`;
  if (age < HOUR_SEC) return `${Math.floor(age / MINUTE_SEC)} min`;
  if (age < 2 * DAY_SEC) return `${Math.floor(age / HOUR_SEC)} h`;
  return `${Math.floor(age / DAY_SEC)} d`;
}

export function formatRtt(rttMs: number | null): string {
  if (rttMs === null) return UNKNOWN;
  return `${rttMs < 10 ? rttMs.toFixed(2) : rttMs < 100 ? rttMs.toFixed(1) : rttMs.toFixed(0)} ms`;
}

/** From 0 to 1. */
export function formatShare(share: number | null): string {
  if (share === null) return UNKNOWN;
  const percent = share * 100;
  return `${percent > 0 && percent < 10 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

const DURATION_UNIT_SEC: Readonly<Record<string, number>> = { s: 1, m: MINUTE_SEC, h: HOUR_SEC, d: DAY_SEC };

/** "90s", "30m", "24h", "7d". Errors: usage.invalid. */
export function parseDurationSec(text: string): number {
  const match = /^([0-9]{1,7})([smhd])$/.exec(text);
  const unitSec = DURATION_UNIT_SEC[match?.[2] ?? ""];
  if (match === null || unitSec === undefined) {
    throw new AgentError("usage.invalid", `"${text}" is no duration`, {
      hint: "give a number and a unit: 90s, 30m, 24h or 7d",
    });
  }
  return Number(match[1]) * unitSec;
}

/** Errors: usage.invalid. */
export function parseCount(text: string, option: string): number {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  throw new AgentError("usage.invalid", `${option} must be a whole number, not "${text}"`);
}
