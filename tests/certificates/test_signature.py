"""What a code and a file prove when no site answers: codes, keys on paper, PAdES signatures read by pdfsig."""

import datetime as dt
import hashlib
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from hypothesis import given
from hypothesis import strategies as st

from scheduler import config
from scheduler.certificates import key_sheet, pdf, signature
from scheduler.certificates.models import Certificate, CertificateKey
from scheduler.certificates.queries import papers
from scheduler.certificates.service import issuing
from scheduler.certificates.service import issuing as service
from scheduler.certificates.terms import CertificateKind, PublicKey
from scheduler.config import open_to_others, settings
from scheduler.core.base64url import as_base64url, from_base64url
from scheduler.core.db import db, transaction
from scheduler.core.language import languages
from scheduler.jobs.surroundings import signature_of_papers
from scheduler.paper import qr, signed_pdf
from scheduler.pdf_signing import PdfSigning, problems_with_signing
from scheduler.policy import SYSTEM, Role
from scheduler.visits.models.visits import Visit
from tests.factories import MONDAY
from tests.factories.counting import LEAVING, a_locked_visit
from tests.factories.papers import a_school_certificate, a_teacher_certificate
from tests.factories.people import make_centre, make_user
from tests.papers import qr_codes_of, saved
from tests.web.browser import sign_in_as

CHECKER = Path(__file__).parents[2] / "docs/check_certificate.py"


def checked(keys, text, folder):
    """Exit code and words of the small program, run far from our code."""
    kept = folder / "keys.json"
    kept.write_text(json.dumps(keys), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-I", CHECKER, kept], input=text, text=True, capture_output=True, cwd=folder, check=False
    )
    return ran.returncode, ran.stdout


def lines_behind(letters, paper):
    """What the two middle parts of a code say."""
    return from_base64url(paper).decode(signature.LETTERS[letters])


@pytest.fixture
def issued(session):
    """Papers of a school and of a teacher, by kind, as they are downloaded."""
    begun = a_locked_visit(names=("Љубица Џунић-Њежић",))
    issuing.issue_certificates(SYSTEM, begun.visit.id, now=LEAVING)
    rows = db.session.scalars(sa.select(Certificate).order_by(Certificate.id)).all()
    return {row.kind: (row, issuing.certificate_pdf(SYSTEM, row.number)) for row in rows}


@pytest.mark.parametrize("kind", [CertificateKind.SCHOOL, CertificateKind.TEACHER])
def test_the_code_of_a_paper_is_proven_without_our_site(app, client, issued, kind, tmp_path):
    row, paper = issued[kind]
    published = client.get("/.well-known/certificate-keys.json")

    [code] = qr_codes_of(saved(paper, tmp_path))
    status, words = checked(published.json, code, tmp_path)

    assert code.startswith(f"{settings().base_url}/certificates/{row.number}#")
    assert client.get(code.removeprefix(settings().base_url)).status_code == 200
    assert status == 0
    assert f"number: {row.number}" in words
    assert f"running number: {row.running_number}" in words
    assert ("holder: Љубица Џунић-Њежић" in words) is (kind is CertificateKind.TEACHER)
    assert "Set-Cookie" not in published.headers


def test_whoever_changes_a_letter_is_found_out(client, issued, tmp_path):
    keys = client.get("/.well-known/certificate-keys.json").json
    [code] = qr_codes_of(saved(issued[CertificateKind.SCHOOL][1], tmp_path))
    said, _, proof = code.rpartition(".")
    other = "B" if said[-5] != "B" else "C"
    assert checked(keys, code.replace("/certificates/", "/certificates/X"), tmp_path)[0] == 1
    assert checked(keys, f"{said[:-5]}{other}{said[-4:]}.{proof}", tmp_path)[0] == 1
    name, letters, paper = said.partition("#")[2].split(".")
    shorter = as_base64url(lines_behind(letters, paper).rpartition("\n")[0].encode(signature.LETTERS[letters]))
    cut = "This is not the whole text of a code: copy all that the reader of QR codes shows.\n"
    shorter = f"a#{name}.{letters}.{shorter}.{proof}"
    for text in ("", "https://example.org", "a#b", "a#b.c.d.e", f"{code}#", "x" * 5_000, shorter):
        assert checked(keys, text, tmp_path) == (2, cut)
    kept = tmp_path / "keys.json"
    unknown = f"{kept} has no key {name}: it was kept before that key was made, or comes from another site.\n"
    assert checked({"keys": []}, code, tmp_path) == (2, unknown)
    no_keys = f"{kept} is not a file of keys: /.well-known/certificate-keys.json, as the site gave it\n"
    for found in ([], {}, {"keys": [{}]}, {"keys": [{"name": name, "public": "b"}]}):
        assert checked(found, code, tmp_path) == (2, no_keys)


def test_a_renewed_key_signs_and_the_old_one_still_proves(app, client, issued, tmp_path):
    [old] = qr_codes_of(saved(issued[CertificateKind.SCHOOL][1], tmp_path))
    app.test_cli_runner().invoke(args=["certificates", "keys", "--renew"])
    number = issued[CertificateKind.SCHOOL][0].number
    [new] = qr_codes_of(saved(issuing.certificate_pdf(SYSTEM, number), tmp_path))
    keys = client.get("/.well-known/certificate-keys.json").json
    assert new.partition("#")[2].split(".")[0] == keys["keys"][0]["name"] != old.partition("#")[2].split(".")[0]
    assert [bool(key["until"]) for key in keys["keys"]] == [False, True]
    assert [checked(keys, code, tmp_path)[0] for code in (old, new)] == [0, 0]


def test_another_secret_key_leaves_papers_unsigned_until_the_next_one(issued, monkeypatch):
    """What was encrypted under the old one cannot be read: nothing fails, and nothing is signed."""
    monkeypatch.setattr(signature, "settings", lambda: replace(settings(), secret_key="another " * 8))
    paper = a_school_certificate()
    assert list(signature.sealed_papers([(paper, "en")])) == [(paper, "en")]
    later = a_locked_visit()
    issuing.issue_certificates(SYSTEM, later.visit.id, now=LEAVING)
    [(signed, _)] = signature.sealed_papers([(paper, "en")])
    assert signed.check_url.startswith(f"{paper.check_url}#")
    assert len(signature.public_keys()) == 2


def test_a_name_is_in_the_code_only_and_nothing_of_it_is_stored(issued):
    [row] = [row for row, _ in issued.values() if row.kind is CertificateKind.TEACHER]
    assert "#" not in row.printed
    assert "Џунић" not in row.printed
    with transaction() as session:  # what the night does after ninety days
        session.execute(sa.update(Certificate).where(Certificate.id == row.id).values(holder_name=None))
    db.session.expire_all()
    [(paper, _)] = signature.sealed_papers(papers.papers_to_draw(SYSTEM, [row.number]))
    letters, said = paper.check_url.partition("#")[2].split(".")[1:3]
    assert "Џунић" not in lines_behind(letters, said)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE certificate_key SET public = 'x'",
        "UPDATE certificate_key SET secret = ''",
        "UPDATE certificate_key SET retired_at = '2026-01-01'",
        "DELETE FROM certificate_key",
    ],
)
def test_the_database_keeps_every_key(session, statement):
    signature.renew_key(now=LEAVING)
    with pytest.raises(sa.exc.IntegrityError), transaction() as writing:
        writing.execute(sa.text(statement))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CertificateKey)) == 1


LETTERS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)


@given(host=LETTERS, holder=LETTERS, place=LETTERS)
def test_any_words_are_signed_and_fit_a_square_that_a_phone_reads(host, holder, place):
    paper = a_teacher_certificate(host_name=host, holder_name=holder, host_place=place)
    made = Ed25519PrivateKey.generate()
    text = signature.signed_text(paper, "0123abcd", made.sign)
    said, _, proof = text.rpartition(".")
    made.public_key().verify(from_base64url(proof), said.encode())
    _, letters, written = said.partition("#")[2].split(".")
    lines = lines_behind(letters, written).split("\n")
    assert len(lines) == 11
    assert lines[5] == signature.short(host)
    assert len(text) < 2_300  # version 40 holds as many bytes


def test_a_school_in_serbian_takes_a_code_of_seventy_modules_at_most():
    """At 29 mm a module is 0.4 mm wide: what a phone reads off paper at arm's length (ISO/IEC 15415 asks 0.25)."""
    for paper in (a_school_certificate(), a_teacher_certificate()):
        text = signature.signed_text(paper, "0123abcd", Ed25519PrivateKey.generate().sign)
        assert len(qr.matrix(text)) <= 73, (len(text), len(qr.matrix(text)))
    assert pdf.draw(replace(paper, check_url=text), "sr_Cyrl").startswith(b"%PDF")


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


def test_unsigned_without_a_key_and_the_same_before_its_signature(app, numbers, tmp_path):
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
        "PDF_SIGNING_FILE needs the package pyHanko: install requirements/pades.txt"
    ]


@pytest.fixture
def renewed(session):
    """Two keys: one that signs, one that was retired a year before."""
    signature.renew_key(now=MONDAY - dt.timedelta(days=365))
    signature.renew_key(now=MONDAY)
    return signature.public_keys()


def words_of(pdf):
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def test_each_key_stands_on_it_with_its_time_and_a_code_that_opens_it(renewed, tmp_path):
    pdf = key_sheet.draw(key_sheet.KeySheet(renewed, "https://raspored.example.org", "printed today"), "en")
    words, codes = words_of(pdf), [json.loads(code) for code in qr_codes_of(saved(pdf, tmp_path))]

    for key in renewed:
        digits = hashlib.sha256(from_base64url(key.public)).hexdigest()
        assert f"Key {key.name}" in words
        assert key.public in words
        assert digits in words.replace(" ", "")
        assert {"name": key.name, "algorithm": "Ed25519", "public": key.public} in codes
        Ed25519PublicKey.from_public_bytes(from_base64url(key.public))
    assert "since 14 September 2026, and still" in words
    assert "14 September 2025 – 14 September 2026" in words
    assert "https://raspored.example.org" in words


@pytest.mark.slow
@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("many", [0, 1, 12])
def test_any_number_of_keys_fits_on_pages(lang, many, tmp_path):
    listed = [PublicKey(f"{n:08x}", "Ed25519", as_base64url(bytes([n] * 32)), MONDAY, MONDAY) for n in range(many)]
    pdf = key_sheet.draw(key_sheet.KeySheet(listed, "https://a.example", ""), lang)
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == {0: 1, 1: 1, 12: 4}[many]
    assert all(one.name in words_of(pdf) for one in listed)
    assert len(qr_codes_of(saved(pdf, tmp_path))) == min(many, 3)  # of the first page


def test_administrators_print_it_and_nobody_else(client, renewed):
    centre = make_centre()
    for role, status in ((Role.COORDINATOR, 403), (Role.ADMINISTRATOR, 200)):
        other = sign_in_as(client.application.test_client(), make_user(role, centre_id=centre.id).id)
        assert other.get("/certificates/keys.pdf").status_code == status
        assert ("/certificates/keys.pdf" in other.get("/certificates/issued").text) is (status == 200)
    assert client.get("/certificates/keys.pdf").status_code == 302


def test_the_command_writes_it(app, renewed, tmp_path):
    file = tmp_path / "keys.pdf"
    done = app.test_cli_runner().invoke(args=["certificates", "keys", "--pdf", str(file), "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert f"Key {renewed[0].name}" in words_of(file.read_bytes())
    assert "printed" in words_of(file.read_bytes())
    assert [path.name for path in tmp_path.iterdir()] == ["keys.pdf"]
    refused = app.test_cli_runner().invoke(args=["certificates", "keys", "--pdf", str(tmp_path / "no" / "keys.pdf")])
    assert (refused.exit_code, "--pdf:" in refused.stderr) == (2, True)
