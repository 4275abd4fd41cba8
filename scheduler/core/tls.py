"""Whom we speak to is checked before a password is said: certificate, dates and host name, for mail, messages, queue.

The system's authorities are trusted; TLS_CA_FILE adds those of your own. Nothing switches the check off.
"""

import ssl
from collections.abc import Iterator
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


class CertificateFault(StrEnum):
    """What is wrong with the certificate that a server showed, as far as somebody can mend it."""

    EXPIRED = "certificate_expired"
    NOT_YET = "certificate_not_yet"
    WRONG_NAME = "certificate_name"
    UNKNOWN = "certificate_unknown"  # signed by itself, or by an authority that nobody here trusts


FAULTS = {  # OpenSSL's X509_V_ERR_…
    9: CertificateFault.NOT_YET,
    10: CertificateFault.EXPIRED,
    62: CertificateFault.WRONG_NAME,
    64: CertificateFault.WRONG_NAME,
}


def checking(ca_file: str) -> ssl.SSLContext:
    """How a server of ours is checked. Raises: OSError when `ca_file` cannot be read or holds no certificate."""
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def fault_of(error: BaseException) -> CertificateFault | None:
    """What is wrong with the certificate, if that is why; libraries wrap the error of TLS in their own."""
    for one in _chain(error):
        if isinstance(one, ssl.SSLCertVerificationError):
            return FAULTS.get(one.verify_code, CertificateFault.UNKNOWN)
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def checked_redis(url: str, ca_file: str) -> str:
    """The address of Redis, which says to its client that the server's certificate is checked, and by whom."""
    parts = urlsplit(url)
    if parts.scheme != "rediss":
        return url
    said = dict(parse_qsl(parts.query)) | {"ssl_cert_reqs": "required", "ssl_check_hostname": "true"}
    if ca_file:
        said["ssl_ca_certs"] = ca_file
    return urlunsplit(parts._replace(query=urlencode(said)))
