type Schema = Readonly<Record<string, unknown>>;

/** The document's schemas, by name. */
export type Components = Readonly<Record<string, Schema>>;

/**
 * What about the value is not as its JSON Schema (2020-12) says, for the keywords that our documents use; throws at any other.
 * Stricter in one thing: a field that an object's schema does not name is a fault, too, since nobody could read about it.
 */
export function faultsOf(components: Components, schema: Schema, value: unknown, at = "$"): string[] {
  const inside = (part: unknown, of: unknown, where: string): string[] =>
    faultsOf(components, part as Schema, of, where);
  const fault = (holds: boolean, what: string): string[] => (holds ? [] : [`${at}: ${what}`]);
  const fields: object = typeof value === "object" && value !== null ? value : {};
  return Object.entries(schema).flatMap(([keyword, rule]): string[] => {
    switch (keyword) {
      case "$ref": {
        const name = /^#\/components\/schemas\/(\w+)$/.exec(String(rule))?.[1] ?? "";
        const target = components[name];
        if (target === undefined) throw new Error(`there is no schema ${String(rule)}`);
        return inside(target, value, at);
      }
      case "type":
        return fault(isOfType(value, String(rule)), `is no ${String(rule)}`);
      case "const":
        return fault(value === rule, `is not ${String(rule)}`);
      case "enum":
        return fault((rule as unknown[]).includes(value), `is none of ${String(rule)}`);
      case "pattern":
        return fault(typeof value === "string" && new RegExp(String(rule)).test(value), "does not match");
      case "minimum":
        return fault(Number(value) >= Number(rule), `is less than ${String(rule)}`);
      case "minItems":
        return fault((value as unknown[]).length >= Number(rule), "has too few items");
      case "anyOf":
      case "oneOf": {
        const fitting = (rule as Schema[]).filter((each) => inside(each, value, at).length === 0);
        return fault(
          keyword === "anyOf" ? fitting.length > 0 : fitting.length === 1,
          `fits ${fitting.length}`,
        );
      }
      case "required":
        return (rule as string[]).flatMap((name) => fault(Object.hasOwn(fields, name), `has no ${name}`));
      case "properties": {
        const known = rule as Record<string, Schema>;
        return Object.entries(fields).flatMap(([name, part]) =>
          known[name] === undefined
            ? fault(false, `has an unknown ${name}`)
            : inside(known[name], part, `${at}.${name}`),
        );
      }
      case "additionalProperties":
        return Object.entries(fields).flatMap(([name, part]) => inside(rule, part, `${at}.${name}`));
      case "prefixItems":
        return (rule as Schema[]).flatMap((each, i) => inside(each, (value as unknown[])[i], `${at}[${i}]`));
      case "items": {
        const from = ((schema["prefixItems"] ?? []) as unknown[]).length;
        const rest = (value as unknown[]).slice(from);
        if (rule === false) return fault(rest.length === 0, "has too many items");
        return rest.flatMap((item, i) => inside(rule, item, `${at}[${from + i}]`));
      }
      case "propertyNames":
        return Object.keys(fields).flatMap((name) => inside(rule, name, `${at}.${name}`));
      case "description":
        return [];
    }
    throw new Error(`the test does not know the keyword ${keyword}`);
  });
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
  }
  return typeof value === type;
}
