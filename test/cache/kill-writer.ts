import { DurableFile } from "../../cache/durable-file.ts";

/**
 * Writes states 1, 2, 3, ... to the file named by its argument and prints each number once that state is durable, until it
 * is killed. Of every state the lines are alike and their number varies, so a mixture or a truncated one shows.
 */
const file = new DurableFile(process.argv[2] ?? "");
for (let sequence = 1; ; sequence += 1) {
  const lines = 1 + ((sequence * 7919) % 3000);
  await file.write(`${lines}\n` + `${sequence}\n`.repeat(lines));
  process.stdout.write(`${sequence}\n`);
}
