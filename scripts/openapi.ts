import { toJsonSchema, toJsonSchemaDefs, type ConversionConfig } from "@valibot/to-json-schema";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { format } from "prettier";
import {
  allocationEvent,
  allocationLeg,
  allocationList,
  endedAllocation,
  errorBody,
  memberReference,
  relayedPair,
  relayStats,
} from "../agent/admin/relay-schemas.ts";
import { allocationRequest } from "../agent/admin/requests.ts";
import { ROUTES } from "../agent/admin/routes.ts";
import { programVersion } from "../agent/config/version.ts";

/** Writes the admin API's OpenAPI document from its schemas and routes; with --check only compares. */

const PATH = join(resolve(import.meta.dirname, ".."), "docs/openapi.json");

/** By the names that generated clients give their types. */
const SCHEMAS = {
  MemberReference: memberReference,
  AllocationLeg: allocationLeg,
  Allocation: relayedPair,
  AllocationList: allocationList,
  AllocationEvent: allocationEvent,
  EndedAllocation: endedAllocation,
  RelayStats: relayStats,
  Error: errorBody,
} as const;

type SchemaName = keyof typeof SCHEMAS;

/** OpenAPI 3.1 has the JSON Schema of 2020-12. What cannot be said in it throws. */
const CONVERSION: ConversionConfig = {
  target: "draft-2020-12",
  errorMode: "throw",
  ignoreActions: ["readonly"], // a promise of the types
};

const referenceTo = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const json = (name: SchemaName) => ({ "application/json": { schema: referenceTo(name) } });

const refusal = (description: string) => ({ description, content: json("Error") });

const REFUSALS = {
  401: {
    ...refusal("Over TCP: no token, or a wrong one."),
    headers: { "WWW-Authenticate": { schema: { type: "string" } } },
  },
  403: refusal("Over TCP: from a web page, or for a Host that is not loopback."),
  422: refusal("Refused with a reason, such as `network.none`."),
  429: {
    ...refusal("Over TCP: too many wrong tokens within a minute."),
    headers: { "Retry-After": { description: "Seconds.", schema: { type: "integer" } } },
  },
  500: refusal("A bug; the agent's log has more."),
};

const parameters = toJsonSchema(allocationRequest, CONVERSION).properties;

export function openApiDocument(): unknown {
  return {
    openapi: "3.1.1",
    info: {
      title: "Hopwire admin API",
      version: programVersion(),
      description:
        "What the operator of a relay needs. Served on the agent's unix socket (`hopwire.sock` in the runtime directory, with `Host: hopwire`), and over TCP where `admin.listen` is set. Readers must ignore fields that they do not know. Bytes are UDP payload.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "http://127.0.0.1:9821", description: 'With `admin.listen = "127.0.0.1:9821"`.' }],
    security: [{ token: [] }],
    paths: {
      [ROUTES.relayAllocations.path]: {
        get: {
          operationId: "listAllocations",
          summary: "The pairs that this host relays for",
          description:
            "With `?stream=1`, or `Accept: text/event-stream`, as server-sent events: a `snapshot`, then `opened` and `ended` as they happen, `changed` at most once a second, and `alive` where nothing was said for 15 s. Every connection begins with a snapshot, so nothing is missed by connecting again. A last event `error` has an `Error`'s `error`.",
          parameters: [{ name: "stream", in: "query", schema: { const: "1" } }],
          responses: {
            200: {
              description: "All of them, or the stream. The data of each event is an `AllocationEvent`.",
              content: {
                ...json("AllocationList"),
                "text/event-stream": {
                  schema: { type: "string" },
                  "x-data-schema": referenceTo("AllocationEvent"),
                },
              },
            },
            ...REFUSALS,
          },
        },
      },
      [ROUTES.relayEnd.path]: {
        delete: {
          operationId: "endAllocation",
          summary: "End an allocation",
          description:
            "Its members are told, and take another way or ask again: `relay.allow` and `revoke` keep them away.",
          parameters: [{ name: "id", in: "path", required: true, schema: parameters?.["id"] }],
          responses: {
            200: { description: "It has ended.", content: json("EndedAllocation") },
            400: refusal("That is no id."),
            404: refusal("There is none of this id."),
            ...REFUSALS,
          },
        },
      },
      [ROUTES.relayStats.path]: {
        get: {
          operationId: "relayStats",
          summary: "What the relay has done since it began",
          responses: {
            200: { description: "All zero where it does not relay.", content: json("RelayStats") },
            ...REFUSALS,
          },
        },
      },
    },
    components: {
      schemas: toJsonSchemaDefs(SCHEMAS, {
        ...CONVERSION,
        overrideRef: ({ referenceId }) => referenceTo(referenceId).$ref,
      }),
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description: "Over TCP only: what is in `admin.token-file`.",
        },
      },
    },
  };
}

/** As it is in docs/openapi.json. */
export function openApiText(): Promise<string> {
  return format(JSON.stringify(openApiDocument()), { parser: "json", printWidth: 110 });
}

if (import.meta.main) {
  const text = await openApiText();
  if (!process.argv.includes("--check")) writeFileSync(PATH, text);
  else if (readFileSync(PATH, "utf8") !== text) {
    process.stderr.write("stale, run scripts/openapi: docs/openapi.json\n");
    process.exitCode = 1;
  }
}
