"""Which addresses the server's own requests may go to.

A host is resolved once, every address it has is looked at, and the request goes to an address that was looked at: a name
that means something else a moment later gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""Addresses that stand for IPv4 addresses (RFC 6052 §2.1)."""
COMPATIBLE = ipaddress.IPv6Network("::/96")


class Forbidden(Exception):
    """The host is not to be asked; the text says why."""


async def address_of(host: str, port: int, *, allow_private: bool) -> str:
    """An address of the host that may be asked.

    Raises `Forbidden` when any of its addresses is not public, unless `allow_private`; OSError when it has none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    if not addresses:
        raise OSError(f"{host} has no address")
    if not allow_private:
        for each in addresses:
            if not is_public(ipaddress.ip_address(each.partition("%")[0])):
                raise Forbidden(f"{host} is {each}, which is not a public address")
    return addresses[0]


def is_public(address: Address) -> bool:
    """The address is one of the open Internet, whatever form it is written in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address.teredo is not None:
            inner = address.teredo[1]
        if inner is None and (address in NAT64 or address in COMPATIBLE):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved
