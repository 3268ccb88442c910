import * as v from "valibot";

/** What a registry file of this version says. `records`: base64, whatever is in them. */
export type FileContent =
  | { readonly kind: "whole"; readonly records: readonly string[] }
  /** What looks like records in a file that makes no sense otherwise. */
  | { readonly kind: "damaged"; readonly records: readonly string[] }
  | { readonly kind: "newer" };

export const FILE_VERSION = 1;

const head = v.object({ version: v.number(), network: v.string() });
const body = v.object({ records: v.array(v.string()) });

/** Its first characters, which tell of a later version also where the rest is damaged. */
const BEGIN = /^\s*\{\s*"version"\s*:\s*(\d{1,9})\b/;

/** A record is at least its two keys and a signature. Whether it is one, the store finds out. */
const RECORD = /"([A-Za-z0-9+/]{128,4096}={0,2})"/g;

/** Never throws. Records that are sound are found also where the file was cut, or bytes in it were changed. */
export function readRegistryFile(text: string, network: string): FileContent {
  const json = parse(text);
  const found = v.safeParse(head, json);
  const version = found.success ? found.output.version : Number(BEGIN.exec(text)?.[1] ?? FILE_VERSION);
  if (version > FILE_VERSION) return { kind: "newer" };
  const rest = v.safeParse(body, json);
  if (found.success && found.output.network === network && rest.success)
    return { kind: "whole", records: rest.output.records };
  return { kind: "damaged", records: [...text.matchAll(RECORD)].map(([, record = ""]) => record) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
