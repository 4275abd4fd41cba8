"""What a QR code says is proven by a program that knows nothing of ours, when no site answers."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from scheduler.certificates import pdf, signature
from scheduler.certificates.models import Certificate, CertificateKey
from scheduler.certificates.queries import papers
from scheduler.certificates.service import issuing
from scheduler.certificates.terms import CertificateKind
from scheduler.config import settings
from scheduler.core.base64url import from_base64url
from scheduler.core.db import db, transaction
from scheduler.core.paper import qr
from scheduler.policy import SYSTEM
from tests.factories.counting import LEAVING, a_locked_visit
from tests.factories.papers import a_school_certificate, a_teacher_certificate
from tests.papers import qr_codes_of, saved

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
    assert checked({"keys": []}, code, tmp_path)[0] == 2
    for nonsense in ("", "https://example.org", "a#b", "a#b.c.d.e", f"{code}#", "x" * 5_000):
        assert checked(keys, nonsense, tmp_path)[0] in (1, 2)


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
