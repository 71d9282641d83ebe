"""Which addresses may be told: public ones over https; a webhook never knocks on a door inside our own walls."""

import asyncio
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit


async def acceptable(url: str, *, development: bool) -> bool:
    """Whether a message may go there, as its name is resolved now. In development, http on this machine will do."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if parts.username or parts.password or not parts.hostname or parts.fragment:
        return False
    addresses = await _resolved(parts.hostname, port or 443)
    if not addresses:
        return False
    if development and all(ip_address(each).is_loopback for each in addresses):
        return parts.scheme in ("http", "https")
    return parts.scheme == "https" and all(ip_address(each).is_global for each in addresses)


async def _resolved(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return [str(address[0]).partition("%")[0] for *_, address in found]
