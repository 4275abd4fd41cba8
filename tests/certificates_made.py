"""Certificates of servers that listen on this machine: a right one, and those that a client must refuse."""

import datetime as dt
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# The machine's own clock is what TLS looks at; these days hold on any day that a test may run on.
LONG_AGO, EXPIRED_ON = dt.datetime(2001, 1, 1, tzinfo=dt.UTC), dt.datetime(2002, 1, 1, tzinfo=dt.UTC)
FAR_OFF, AT_LAST = dt.datetime(2090, 1, 1, tzinfo=dt.UTC), dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
SIGNS = x509.KeyUsage(
    key_cert_sign=True,
    crl_sign=True,
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)
KINDS = ("right", "self-signed", "expired", "not-yet", "wrong-name")


@dataclass(frozen=True)
class Shown:
    """What a server shows: its certificate and key, and the file of the authority that its clients trust."""

    chain: Path
    key: Path
    authority: Path

    def context(self) -> ssl.SSLContext:
        """The server's side of TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain, self.key)
        return context


def certificate(folder: Path, kind: str) -> Shown:
    """A certificate for this machine, of one of KINDS."""
    ours, our_key = _authority()
    key = ec.generate_private_key(ec.SECP256R1())
    dates = {"expired": (LONG_AGO, EXPIRED_ON), "not-yet": (FAR_OFF, AT_LAST)}.get(kind, (LONG_AGO, AT_LAST))
    subject = _name("mail.example")
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    if kind == "wrong-name":
        names = [x509.DNSName("mail.example")]
    own = kind == "self-signed"
    made = _builder(subject, subject if own else ours.subject, key, dates)
    made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key((key if own else our_key).public_key())
    made = made.add_extension(signer, critical=False)
    signed = made.sign(key if own else our_key, hashes.SHA256())
    files = Shown(folder / "server.pem", folder / "server.key", folder / "authority.pem")
    files.chain.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    files.authority.write_bytes(ours.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    files.key.write_bytes(key.private_bytes(*plain))
    return files


def _authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Authority of a centre")
    made = _builder(name, name, key, (LONG_AGO, AT_LAST))
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    made = made.add_extension(SIGNS, critical=True)
    return made.sign(key, hashes.SHA256()), key


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, dates: tuple[dt.datetime, dt.datetime]
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    return made.serial_number(x509.random_serial_number()).not_valid_before(dates[0]).not_valid_after(dates[1])
