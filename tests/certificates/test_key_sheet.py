"""The register of keys on paper: what stands on it is enough to check a certificate by."""

import datetime as dt
import hashlib
import io
import json

import pypdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from scheduler.certificates import key_sheet, signature
from scheduler.certificates.terms import PublicKey
from scheduler.core.base64url import as_base64url, from_base64url
from scheduler.core.language import languages
from scheduler.people.terms import Role
from tests.factories import MONDAY
from tests.factories.people import make_centre, make_user
from tests.papers import qr_codes_of, saved
from tests.web.browser import sign_in_as


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
