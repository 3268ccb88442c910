import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeDescription } from "../../../agent/nat/port-mapping/device-description.ts";
import { gatewayUrl } from "../../../agent/nat/port-mapping/gateway-url.ts";
import { decodeSoap, soapRequest } from "../../../agent/nat/port-mapping/soap.ts";
import { decodeSearchAnswer, encodeSearches } from "../../../agent/nat/port-mapping/ssdp.ts";
import { MAX_XML_LENGTH, xmlLeaves } from "../../../agent/nat/port-mapping/xml.ts";

const GATEWAY = "10.1.0.1";
const LOCATION = { port: 5000, path: "/rootDesc.xml" };

const texts = (xml: string): unknown => {
  const leaves = xmlLeaves(xml);
  return leaves.ok
    ? leaves.value.map(({ parent, name, text }) => `${parent}.${name}=${text}`)
    : leaves.reason;
};

//
describe("XML of a device", () => {
  it("is read as its leaves, without prefixes, attributes, comments and the declaration", () => {
    const xml = `<?xml version="1.0"?>
      <s:Body a="1" b='>'><!-- note --><u:x xmlns:u="urn:x"> 1 &amp; 2 &lt; 3</u:x><empty/><y></y></s:Body>`;
    expect(texts(xml)).toEqual(["Body.x=1 & 2 < 3", "Body.empty=", "Body.y="]);
  });

  it("tells apart elements of the same name", () => {
    const leaves = xmlLeaves("<l><s><a>1</a><b>2</b></s><s><a>3</a></s></l>");
    const numbers = leaves.ok ? leaves.value.map(({ parentNumber }) => parentNumber) : [];
    expect(numbers[0]).toBe(numbers[1]);
    expect(numbers[2]).not.toBe(numbers[0]);
  });

  it("is refused where it defines entities, does not close or closes something else, or has more than a device writes", () => {
    expect(texts('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')).toBe("xml-malformed");
    expect(texts("<a><b></a></b>")).toBe("xml-malformed");
    expect(texts("<a>")).toBe("xml-malformed");
    expect(texts("</a>")).toBe("xml-malformed");
    expect(texts("<a b=c></a>")).toBe("xml-malformed");
    expect(texts("<a>".repeat(33))).toBe("xml-too-large");
    expect(texts(`<a>${"<b/>".repeat(2_048)}</a>`)).toBe("xml-too-large");
    expect(texts(" ".repeat(MAX_XML_LENGTH + 1))).toBe("xml-too-long");
  });

  it("does not know entities but the five: the text stays as it is", () => {
    expect(texts("<a>&b; &#60; &quot;&apos;</a>")).toEqual([".a=&b; &#60; \"'"]);
  });

  it("is read or refused, whatever is in it, in time that grows with its length alone", () => {
    const piece = fc.constantFrom(
      "<a>",
      "</a>",
      "<a/>",
      "<",
      ">",
      "<!--",
      "-->",
      "-",
      "&amp;",
      "<b c='d'>",
      "'",
      '"',
      "=",
      " ",
      "x",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        expect(xmlLeaves(pieces.join("")).ok).toBeTypeOf("boolean");
      }),
    );
    for (const hostile of ["<a ", "<a b='", "<!--", "<!-- -", "<a b='c' "]) {
      expect(xmlLeaves(hostile + "x=' ".repeat(16_000)).ok).toBe(false);
    }
  });
});

//
describe("a search for gateways", () => {
  it("asks for both versions", () => {
    expect(encodeSearches().map((bytes) => Buffer.from(bytes).toString())).toEqual(
      [1, 2].map(
        (version) =>
          'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\n' +
          `ST: urn:schemas-upnp-org:device:InternetGatewayDevice:${version}\r\n\r\n`,
      ),
    );
  });

  const answer = (...lines: readonly string[]): unknown =>
    decodeSearchAnswer(Buffer.from(lines.join("\r\n")));
  const ST = "ST: urn:schemas-upnp-org:device:InternetGatewayDevice:1";

  it("is answered with a location", () => {
    expect(answer("HTTP/1.1 200 OK", ST, "location:  http://10.1.0.1:5000/rootDesc.xml", "", "")).toEqual({
      ok: true,
      value: "http://10.1.0.1:5000/rootDesc.xml",
    });
  });

  it("hears neither other devices nor other messages", () => {
    const location = "LOCATION: http://10.1.0.1/";
    expect(answer("HTTP/1.1 200 OK", "ST: upnp:rootdevice", location)).toMatchObject({
      reason: "ssdp-not-a-gateway",
    });
    expect(answer("NOTIFY * HTTP/1.1", ST, location)).toMatchObject({ reason: "ssdp-not-an-answer" });
    expect(answer("HTTP/1.1 200 OK", ST)).toMatchObject({ reason: "ssdp-location" });
    expect(answer("HTTP/1.1 200 OK", ST, `${location}${"x".repeat(512)}`)).toMatchObject({
      reason: "ssdp-location",
    });
    expect(answer("x".repeat(2_049))).toMatchObject({ reason: "ssdp-too-long" });
  });

  //
  it("is answered with anything without harm", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeSearchAnswer(bytes).ok).toBe(false);
      }),
    );
  });
});

//
describe("a URL that a gateway names", () => {
  it("counts on the gateway itself, by HTTP, alone", () => {
    expect(gatewayUrl("http://10.1.0.1:5000/a?b", GATEWAY)).toEqual({
      ok: true,
      value: { port: 5000, path: "/a?b" },
    });
    expect(gatewayUrl("http://10.1.0.1/a", GATEWAY)).toEqual({ ok: true, value: { port: 80, path: "/a" } });
    for (const [url, reason] of [
      ["http://10.1.0.7/a", "not-the-gateway"],
      ["http://gateway/a", "not-the-gateway"],
      ["http://u:p@10.1.0.1/a", "not-the-gateway"],
      ["https://10.1.0.1/a", "not-http"],
      ["file:///etc/passwd", "not-http"],
      ["nothing", "not-http"],
      [`http://10.1.0.1/${"x".repeat(512)}`, "url-too-long"],
    ] as const) {
      expect(gatewayUrl(url, GATEWAY)).toEqual({ ok: false, reason });
    }
  });

  it("may be relative to where it was named", () => {
    expect(gatewayUrl("/ctl", GATEWAY, LOCATION)).toEqual({ ok: true, value: { port: 5000, path: "/ctl" } });
    expect(gatewayUrl("//10.1.0.9/ctl", GATEWAY, LOCATION)).toEqual({ ok: false, reason: "not-the-gateway" });
  });
});

//
describe("a device description", () => {
  const service = (type: string, control: string): string =>
    `<service><serviceType>urn:schemas-upnp-org:service:${type}</serviceType><controlURL>${control}</controlURL></service>`;
  const describe = (...parts: readonly string[]): unknown =>
    decodeDescription(`<root><device>${parts.join("")}</device></root>`, GATEWAY, LOCATION);

  it("has the services that translate addresses, version 2 first", () => {
    const parts = [
      service("Layer3Forwarding:1", "/l3"),
      service("WANPPPConnection:1", "/ppp"),
      service("WANIPConnection:1", "/ip1"),
      service("WANIPConnection:2", "/ip2"),
    ];
    expect(describe(...parts)).toEqual({
      ok: true,
      value: [
        { type: "WANIPConnection:2", control: { port: 5000, path: "/ip2" } },
        { type: "WANIPConnection:1", control: { port: 5000, path: "/ip1" } },
        { type: "WANPPPConnection:1", control: { port: 5000, path: "/ppp" } },
      ],
    });
  });

  it("may name another base, on the gateway", () => {
    const connection = service("WANIPConnection:1", "ip");
    expect(describe("<URLBase>http://10.1.0.1:80/igd/</URLBase>", connection)).toEqual({
      ok: true,
      value: [{ type: "WANIPConnection:1", control: { port: 80, path: "/igd/ip" } }],
    });
    expect(describe("<URLBase>http://192.0.2.1/</URLBase>", connection)).toEqual({
      ok: false,
      reason: "not-the-gateway",
    });
  });

  it("is refused where no service on the gateway itself translates", () => {
    expect(describe(service("WANIPConnection:1", "http://192.0.2.1/x"))).toMatchObject({
      reason: "no-connection-service",
    });
    expect(describe(service("WANCommonInterfaceConfig:1", "/x"))).toMatchObject({
      reason: "no-connection-service",
    });
  });
});

//
describe("orders by SOAP", () => {
  const service = { type: "WANIPConnection:1", control: { port: 5000, path: "/ctl" } } as const;

  it("carry their arguments in the order of the service's description", () => {
    const { url, ...asked } = soapRequest(service, {
      name: "AddPortMapping",
      externalPort: 1,
      internalPort: 2,
      own: "10.1.0.2",
      leaseSec: 600,
    });
    expect(url).toEqual(service.control);
    expect(asked).toMatchObject({
      soapAction: '"urn:schemas-upnp-org:service:WANIPConnection:1#AddPortMapping"',
    });
    expect("body" in asked ? texts(asked.body) : "").toEqual([
      "AddPortMapping.NewRemoteHost=",
      "AddPortMapping.NewExternalPort=1",
      "AddPortMapping.NewProtocol=UDP",
      "AddPortMapping.NewInternalPort=2",
      "AddPortMapping.NewInternalClient=10.1.0.2",
      "AddPortMapping.NewEnabled=1",
      "AddPortMapping.NewPortMappingDescription=hopwire",
      "AddPortMapping.NewLeaseDuration=600",
    ]);
  });

  it("are answered with values, with UPnP's error code, or with something else", () => {
    const body = "<s:Body><r><NewExternalIPAddress>203.0.113.7</NewExternalIPAddress></r></s:Body>";
    expect(decodeSoap({ status: 200, body })).toEqual({
      ok: true,
      value: { kind: "done", values: new Map([["NewExternalIPAddress", "203.0.113.7"]]) },
    });
    const fault = "<f><faultcode>s:Client</faultcode><UPnPError><errorCode>718</errorCode></UPnPError></f>";
    expect(decodeSoap({ status: 500, body: fault })).toEqual({
      ok: true,
      value: { kind: "fault", code: 718 },
    });
    expect(decodeSoap({ status: 404, body: "<html/>" })).toEqual({ ok: false, reason: "http-404" });
    expect(decodeSoap({ status: 200, body: "no XML <" })).toEqual({ ok: false, reason: "xml-malformed" });
  });
});
