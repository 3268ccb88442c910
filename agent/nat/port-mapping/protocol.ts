/** In the order in which they are used where a gateway speaks several: the newest first, the one that needs HTTP and XML last. */
export const MAPPING_PROTOCOLS = ["pcp", "nat-pmp", "upnp-igd"] as const;

/** PCP: RFC 6887. NAT-PMP: RFC 6886. UPnP-IGD: WANIPConnection of the UPnP Forum's InternetGatewayDevice, versions 1 and 2. */
export type MappingProtocol = (typeof MAPPING_PROTOCOLS)[number];
