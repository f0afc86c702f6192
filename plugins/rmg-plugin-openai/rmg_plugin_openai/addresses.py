"""Where a provider may be: what a base URL must look like, and which hosts are refused."""

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

OPENAI: Final = "https://api.openai.com/v1"

_PLAIN: Final = re.compile(r"[!-\[\]-~]+")  # printable ASCII but no space and no backslash


def checked_url(url: str) -> str:
    """Return a base URL without the slash at its end.

    Raises:
        ValueError: it is none, or it leads where no provider may be.
    """
    # Never quote the URL before it is known that no password stands in it, and no key.
    parts = _parts(url)
    if "@" in parts.netloc:
        raise ValueError("a base URL holds no user and no password; write the key as api_key")
    if "?" in url or "#" in url:
        raise ValueError("a base URL ends with its path, before any '?' or '#'")
    if parts.scheme not in {"http", "https"} or not parts.hostname or "%" in parts.netloc:
        raise ValueError(f"a base URL is such as {OPENAI!r}, and not {url!r}")
    if is_link_local(parts.hostname):
        raise ValueError(f"{url!r} is link-local, where machines keep credentials: no provider")
    bare = url.rstrip("/")
    for tail in ("/chat/completions", "/embeddings"):
        if bare.endswith(tail):
            raise ValueError(f"leave {tail!r} out of the base URL: it is added")
    return bare


def _parts(url: str) -> SplitResult:
    if not isinstance(url, str) or not _PLAIN.fullmatch(url):
        raise ValueError("a base URL is plain ASCII, without spaces and backslashes")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:  # its message quotes the URL
        raise ValueError("a base URL has a host and perhaps a port, such as host:8000") from None
    return parts


def is_link_local(host: str) -> bool:
    """Whether a host is such an address, in any form that the system would take for one."""
    address = _address(host)
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address is not None and address.is_link_local


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def is_openai(url: str) -> bool:
    """Whether a base URL leads to OpenAI itself, over TLS."""
    parts = urlsplit(url)
    return (parts.scheme, parts.hostname) == ("https", "api.openai.com") and (
        parts.port in {None, 443}
    )


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:  # as connecting does, this takes 0xa9fea9fe and 169.254.43518
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None
