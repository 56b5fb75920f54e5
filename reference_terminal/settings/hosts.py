"""What can be asked for at a name server or connected to: names and addresses of hosts.

Leaves whether anybody answers there to the network.
"""

from __future__ import annotations

import ipaddress
import re

_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_LONGEST = 253


def is_host(text: str) -> bool:
    """Whether a text is an IP address or a host name of labels of 1 to 63 letters, digits and dashes (RFC 1123)."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        pass
    else:
        return True
    try:
        name = text.encode("idna").decode("ascii").removesuffix(".")
    except UnicodeError:
        return False
    return len(name) <= _LONGEST and all(_LABEL.fullmatch(label) for label in name.split("."))
