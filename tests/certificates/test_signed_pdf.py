"""Where the centre has set a key its certificates bear a PAdES signature; a reader of others (pdfsig) judges it."""

import datetime as dt
import io
import subprocess
from dataclasses import replace

import pypdf
import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from scheduler import config
from scheduler.certificates.models import Certificate
from scheduler.certificates.service import issuing as service
from scheduler.config import open_to_others, settings
from scheduler.core.db import db
from scheduler.core.paper import signed_pdf
from scheduler.jobs.surroundings import signature_of_papers
from scheduler.pdf_signing import PdfSigning, problems_with_signing
from scheduler.policy import SYSTEM, Role
from scheduler.visits.models.visits import Visit
from tests.factories import MONDAY
from tests.factories.counting import LEAVING, a_locked_visit
from tests.factories.people import make_user
from tests.papers import qr_codes_of, saved
from tests.web.browser import sign_in_as

PASSPHRASE = "отвори"
ENDS = dt.datetime(2029, 1, 1, tzinfo=dt.UTC)


def key_file(folder, name="centre.p12", key=None):
    """A key of the centre with a certificate that it gave itself."""
    key, digest = (key, None) if key else (ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Центар за безбедни интернет")])
    uses = {
        name: name in ("digital_signature", "content_commitment")
        for name in (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
            *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        )
    }
    certificate = (
        x509.CertificateBuilder(who, who, key.public_key(), 1, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), ENDS)
        .add_extension(x509.KeyUsage(**uses), critical=True)
        .sign(key, digest)
    )
    sealed = BestAvailableEncryption(PASSPHRASE.encode())
    file = folder / name
    file.write_bytes(pkcs12.serialize_key_and_certificates(None, key, certificate, None, sealed))
    file.chmod(0o600)
    return file


@pytest.fixture
def signing(app, tmp_path):
    """An installation whose operator has set a key."""
    before = settings()
    after = replace(before, pdf_signing=PdfSigning(str(key_file(tmp_path)), PASSPHRASE))
    config.use(after)
    yield after
    config.use(before)


@pytest.fixture
def numbers(session):
    begun = a_locked_visit(names=("Љубица Џунић-Њежић",))
    service.issue_certificates(SYSTEM, begun.visit.id, now=LEAVING)
    return list(db.session.scalars(sa.select(Certificate.number).order_by(Certificate.id)))


def pdfsig(pdf, folder):
    file = folder / "paper.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False).stdout


def test_a_signed_paper_is_the_paper_with_more_behind_it_valid_to_pdfsig_until_a_byte_flips(signing, numbers, tmp_path):
    paper = service.certificate_pdf(SYSTEM, numbers[1])
    told = pdfsig(paper, tmp_path)
    spoilt = bytearray(paper)
    spoilt[len(paper) // 4] ^= 1

    assert "Signature is Valid." in told
    assert "ETSI.CAdES.detached" in told
    assert "Центар за безбедни интернет" in told
    assert "Total document signed" in told
    assert "Digest Mismatch" in pdfsig(bytes(spoilt), tmp_path)

    merged = service.draw_merged(SYSTEM, numbers)
    pages = pypdf.PdfReader(io.BytesIO(merged)).pages

    assert "Signature is Valid." in pdfsig(merged, tmp_path)
    assert "Љубица" in pages[1].extract_text().replace("\n", " ")
    assert len(pages) == 2
    [code] = qr_codes_of(saved(service.certificate_pdf(SYSTEM, numbers[0]), tmp_path))
    assert code.startswith(f"{settings().base_url}/certificates/{numbers[0]}#")


def test_without_a_key_nothing_is_signed_and_a_paper_drawn_twice_is_the_same_before_its_signature(
    app, numbers, tmp_path
):
    assert settings().pdf_signing.path is None
    assert b"/ByteRange" not in service.certificate_pdf(SYSTEM, numbers[0])
    assert "PDF_SIGNING_FILE is not set" in signature_of_papers(settings(), MONDAY).told

    plain, again = (service.certificate_pdf(SYSTEM, numbers[1]) for _drawing in range(2))
    before = settings()
    config.use(replace(before, pdf_signing=PdfSigning(str(key_file(tmp_path)), PASSPHRASE)))
    try:
        signed = [service.certificate_pdf(SYSTEM, numbers[1]) for _drawing in range(2)]
    finally:
        config.use(before)

    assert plain == again
    assert [one.startswith(plain) for one in signed] == [True, True]
    assert len(signed[0]) > len(plain)


def test_doctor_says_whose_it_is_and_when_it_ends(signing):
    found = {days: signature_of_papers(signing, ENDS - dt.timedelta(days=days)).state.value for days in (200, 29, 0)}
    assert found == {200: "good", 29: "warning", 0: "bad"}
    assert "Центар за безбедни интернет, good until 2029-01-01" in signature_of_papers(signing, MONDAY).told


@pytest.mark.parametrize("spoil", ["passphrase", "file"])
def test_a_key_that_does_not_open_is_told_and_signs_nothing(signing, spoil, tmp_path, caplog):
    other = PdfSigning(signing.pdf_signing.file, "another")
    if spoil == "file":
        (tmp_path / "letter.p12").write_text("no key")
        other = PdfSigning(str(tmp_path / "letter.p12"), PASSPHRASE)

    told = signature_of_papers(replace(signing, pdf_signing=other), MONDAY)

    assert told.state == "bad"
    assert "no PKCS#12 file" in told.told
    with pytest.raises(signed_pdf.NoSigningKey):
        signed_pdf.with_signature(b"%PDF", other)
    assert "another" not in repr(other) + told.told + caplog.text


def of_no_use(folder):
    return key_file(folder, "ed.p12", ed25519.Ed25519PrivateKey.generate())


def without_certificate(folder):
    sealed = BestAvailableEncryption(PASSPHRASE.encode())
    key = ec.generate_private_key(ec.SECP256R1())
    (folder / "key.p12").write_bytes(pkcs12.serialize_key_and_certificates(None, key, None, None, sealed))
    return folder / "key.p12"


@pytest.mark.parametrize(
    ("made", "words"), [(of_no_use, "get one of RSA or EC"), (without_certificate, "no key with its certificate")]
)
def test_a_key_that_cannot_sign_is_told_by_doctor_and_whoever_wants_a_paper_is_asked_to_come_again(
    app, signing, numbers, made, words, tmp_path, caplog
):
    spoilt = replace(signing, pdf_signing=PdfSigning(str(made(tmp_path)), PASSPHRASE))
    config.use(spoilt)
    desk = sign_in_as(
        app.test_client(), make_user(Role.COORDINATOR, centre_id=db.session.scalar(sa.select(Visit.centre_id))).id
    )

    answer = desk.get(f"/certificates/{numbers[0]}.pdf?lang=en")

    assert (answer.status_code, signature_of_papers(spoilt, MONDAY).state.value) == (503, "bad")
    assert "Try again in a few minutes." in answer.text
    assert words in signature_of_papers(spoilt, MONDAY).told
    assert [one.levelname for one in caplog.records if one.message == "refused"] == ["ERROR"]


def test_a_key_that_lies_open_or_nowhere_stops_the_start(signing, tmp_path, monkeypatch):
    file = signing.pdf_signing.path
    file.chmod(0o644)
    assert file in open_to_others(signing)
    assert problems_with_signing(signing.pdf_signing) == []
    assert problems_with_signing(PdfSigning()) == []
    assert "PDF_SIGNING_FILE is not" in problems_with_signing(PdfSigning("", "x"))[0]
    assert "whole path" in problems_with_signing(PdfSigning("centre.p12"))[0]
    assert "No such file" in problems_with_signing(PdfSigning(str(tmp_path / "nowhere.p12")))[0]
    monkeypatch.setattr("scheduler.pdf_signing.find_spec", lambda name: None)
    assert problems_with_signing(signing.pdf_signing) == [
        "PDF_SIGNING_FILE needs the package pyHanko: install requirements-pades.txt"
    ]
