"""A PDF with the centre's electronic signature (PAdES, ETSI EN 319 142-1, level B-B), where an operator has set a key.

Any program that reads PDFs shows it, and that nothing was changed since. Nothing is asked of another machine: no time
stamp, no list of revoked keys. What is signed is appended; the pages are those that were drawn.
"""

import datetime as dt
import io
from functools import lru_cache
from pathlib import Path
from typing import Any

from scheduler.core.errors import SchedulerError
from scheduler.pdf_signing import PdfSigning

# pyhanko is loaded by whoever signs: it is an extra, requirements/pades.txt.
FIELD = "Centre"
OF_NO_USE = ("ed25519", "ed448")  # keys that few readers of PDFs know


class NoSigningKey(SchedulerError):
    """The file does not open with its passphrase, or holds no key with its certificate, or none that signs PDFs."""


def with_signature(pdf: bytes, wanted: PdfSigning) -> bytes:
    """The PDF with a signature behind it; as it is where nothing is set. Raises: NoSigningKey."""
    if wanted.path is None:
        return pdf
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.signers import PdfSignatureMetadata, sign_pdf

    signer = _signer(wanted)
    said = PdfSignatureMetadata(field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    out = io.BytesIO()
    try:
        sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), said, signer=signer, output=out)
    except SigningError as error:
        raise NoSigningKey("it does not sign") from error
    return out.getvalue()


def certificate_of(wanted: PdfSigning) -> tuple[str, dt.datetime]:
    """Whose certificate it is, and until when it is good. Raises: NoSigningKey."""
    certificate = _signer(wanted).signing_cert
    return str(certificate.subject.human_friendly), certificate.not_valid_after


def _signer(wanted: PdfSigning) -> Any:
    if wanted.path is None:
        raise NoSigningKey("no file is set")
    try:
        return _opened(wanted, wanted.path.stat().st_mtime_ns)
    except OSError as error:
        raise NoSigningKey(error.strerror or "it cannot be read") from error


@lru_cache(maxsize=1)  # opening takes as long as its author wanted; a new file in its place is opened anew
def _opened(wanted: PdfSigning, _written: int) -> Any:
    from pyhanko.sign.signers import SimpleSigner

    try:
        signer = SimpleSigner.load_pkcs12_data(
            Path(wanted.file).read_bytes(), [], passphrase=wanted.passphrase.encode()
        )
    except ValueError as error:
        raise NoSigningKey("its passphrase does not open it, or it is no PKCS#12 file") from error
    except AttributeError as error:  # pyHanko asks a certificate that is not there
        raise NoSigningKey("it holds no key with its certificate") from error
    if signer is None or signer.signing_cert is None:
        raise NoSigningKey("it holds no key with its certificate")
    if signer.signing_cert.public_key.algorithm in OF_NO_USE:
        raise NoSigningKey("its key is none that signs PDFs: get one of RSA or EC")
    return signer
