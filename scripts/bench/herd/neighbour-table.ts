import { readFile, writeFile } from "node:fs/promises";

const SETTINGS = [1, 2, 3].map((level) => `/proc/sys/net/ipv4/neigh/default/gc_thresh${level}`);

/**
 * Of a LAN each member is a neighbour (arp(7)) of each other one, and the kernel has one table for all namespaces. Beyond the second threshold it forgets them
 * after seconds, beyond the third it drops packets; what follows looks like agents that are too busy. Holds so many, until it is disposed of.
 */
export async function neighbourTableOf(wanted: number): Promise<AsyncDisposable> {
  const before = await Promise.all(
    SETTINGS.map((setting) => readFile(setting, "utf8").catch(() => undefined)),
  );
  const changed: { readonly setting: string; readonly value: string }[] = [];
  for (const [i, setting] of SETTINGS.entries()) {
    const value = before[i];
    // In another namespace than the first it is not to be seen, and not to be changed.
    if (value === undefined || Number(value) > wanted) continue;
    await writeFile(setting, `${2 * wanted}\n`);
    changed.push({ setting, value });
  }
  return {
    async [Symbol.asyncDispose]() {
      for (const { setting, value } of changed) await writeFile(setting, value);
    },
  };
}
