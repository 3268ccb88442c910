import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";

/** An element that has text and no elements in it. Names are without their namespace's prefix. */
export type XmlLeaf = {
  readonly name: string;
  readonly parent: string;
  /** Tells elements of the same name apart: leaves with the same number have the same parent element. */
  readonly parentNumber: number;
  readonly text: string;
};

/** A description of a router with all its services has some 4 KB; those with pages of icons 20. */
export const MAX_XML_LENGTH = 65_536;
/** Descriptions nest seven deep. */
const MAX_DEPTH = 32;
const MAX_ELEMENTS = 2_048;

/** Attributes are read over. A value holds no "<", so a tag ends where it seems to. */
const TAG =
  /<(?<end>\/?)(?:[A-Za-z_][\w.-]*:)?(?<name>[A-Za-z_][\w.-]*)(?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(?<empty>\/?)>/y;
/** What may stand between elements beside text: the declaration and comments. A document type is refused: it could define entities. */
const ASIDE = /<\?[^<>]*\?>|<!--(?:[^-]|-[^-])*-->/y;
const TEXT = /[^<]+/y;

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * The leaves of a document in their order. Only as much of XML as UPnP devices write, so that there is no parser to trust: no document
 * types, no entities but the five, no CDATA. In one pass; never throws, anyone may have written `xml`.
 */
export function xmlLeaves(xml: string): Decoded<readonly XmlLeaf[]> {
  if (xml.length > MAX_XML_LENGTH) return refused("xml-too-long");
  const leaves: XmlLeaf[] = [];
  const open: { readonly name: string; readonly number: number; text: string; isLeaf: boolean }[] = [];
  let elements = 0;
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(xml);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const close = (name: string): boolean => {
    const element = open.pop();
    if (element?.name !== name) return false;
    const parent = open.at(-1);
    if (element.isLeaf) {
      const text = unescaped(element.text.trim());
      leaves.push({ name, parent: parent?.name ?? "", parentNumber: parent?.number ?? 0, text });
    }
    return true;
  };
  while (at < xml.length) {
    const text = take(TEXT);
    if (text !== null) {
      const element = open.at(-1);
      if (element !== undefined) element.text += text[0];
      continue;
    }
    if (take(ASIDE) !== null) continue;
    const { end, name = "", empty } = take(TAG)?.groups ?? {};
    if (end === undefined) return refused("xml-malformed");
    if (end === "") {
      if (open.length >= MAX_DEPTH || ++elements > MAX_ELEMENTS) return refused("xml-too-large");
      const parent = open.at(-1);
      if (parent !== undefined) parent.isLeaf = false;
      open.push({ name, number: elements, text: "", isLeaf: true });
    }
    if ((end === "/" || empty === "/") && !close(name)) return refused("xml-malformed");
  }
  return open.length > 0 ? refused("xml-malformed") : decoded(leaves);
}

function unescaped(text: string): string {
  return text.replace(/&(\w{2,4});/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
