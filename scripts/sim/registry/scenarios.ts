import type { Row } from "../../bench/report.ts";
import { memory, news, rest } from "./calm.ts";
import { flood, revoke } from "./malice.ts";
import { churn, partition } from "./trouble.ts";
import type { World } from "./world.ts";

export const SCENARIOS = {
  memory,
  news,
  rest,
  partition,
  churn,
  flood,
  revoke,
} as const satisfies Record<string, (world: World) => readonly Row[] | Promise<readonly Row[]>>;

export type Scenario = keyof typeof SCENARIOS;
