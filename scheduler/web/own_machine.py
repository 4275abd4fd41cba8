"""Whether whoever asks sits at this machine: of figures without a token, and of a demo's letters."""

from ipaddress import ip_address

from flask import request

HOST_ASKED = "raspored.host_asked"
FORWARDED = ("Forwarded", "Via", "X-Real-Ip")  # a proxy speaks; so it does by any X-Forwarded-…


def comes_from_this_machine() -> bool:
    """Whether a browser or program of this machine asks, by no proxy and by a name of this machine."""
    asked = request.environ.get(HOST_ASKED, request.host)
    direct = not any(name in FORWARDED or name.startswith("X-Forwarded-") for name, _value in request.headers)
    return direct and is_loopback(request.remote_addr or "") and is_loopback(asked)


def is_loopback(host: str) -> bool:
    """Whether an address, or a host as a request names it, is this machine."""
    name = host.rsplit(":", 1)[0] if host.count(":") == 1 or (host.startswith("[") and not host.endswith("]")) else host
    if name == "localhost":
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
