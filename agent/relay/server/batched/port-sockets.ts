import type { AddressFamily } from "../../../../protocol/endpoint.ts";
import { RECEIVE_BUFFER_BYTES, type ListenAddresses } from "../udp-port.ts";
import { CLOEXEC, SOCK_NONBLOCK, systemError, type Libc } from "./libc.ts";
import { AF, encodeSockaddr, SOCKADDR_LENGTH } from "./sockaddr.ts";

const SOCK_DGRAM = 2;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;

export type PortSockets = ReadonlyMap<AddressFamily, number>;

/** Descriptors of one port number, bound; IPv4 alone where the host has no IPv6. Throws what Node would. */
export function openSockets(libc: Libc, number: number, addresses: ListenAddresses): PortSockets {
  const sockets = new Map<AddressFamily, number>();
  try {
    sockets.set("ipv4", openSocket(libc, "ipv4", addresses.ipv4, number));
    try {
      sockets.set("ipv6", openSocket(libc, "ipv6", addresses.ipv6, number));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EAFNOSUPPORT" && code !== "EADDRNOTAVAIL") throw error;
    }
  } catch (error) {
    closeSockets(libc, sockets);
    throw error;
  }
  return sockets;
}

export function closeSockets(libc: Libc, sockets: PortSockets): void {
  for (const fd of sockets.values()) libc.close(fd);
}

function openSocket(libc: Libc, family: AddressFamily, address: string, port: number): number {
  const fd = libc.socket(AF[family], SOCK_DGRAM | SOCK_NONBLOCK | CLOEXEC, 0);
  if (fd < 0) throw systemError(libc, "socket");
  try {
    if (family === "ipv6" && !setOption(libc, fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) {
      throw systemError(libc, "setsockopt");
    }
    const name = encodeSockaddr({ address, port });
    if (libc.bind(fd, name, SOCKADDR_LENGTH[family]) < 0) throw systemError(libc, "bind");
    // As much as the host's limits allow; less is no reason to go without.
    setOption(libc, fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_BYTES);
    setOption(libc, fd, SOL_SOCKET, SO_SNDBUF, RECEIVE_BUFFER_BYTES);
    return fd;
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

function setOption(libc: Libc, fd: number, level: number, option: number, value: number): boolean {
  return libc.setsockopt(fd, level, option, Int32Array.of(value), Int32Array.BYTES_PER_ELEMENT) >= 0;
}
