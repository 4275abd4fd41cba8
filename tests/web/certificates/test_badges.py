"""A certificate as Open Badge 3.0: verified by a library of others, and silent about whom it need not name."""

import hashlib
import json
import re
import warnings

import pytest
import sqlalchemy as sa
from joserfc import jwk, jws
from joserfc.errors import BadSignatureError

from scheduler.certificates import badge, signature
from scheduler.certificates.models import Certificate
from scheduler.certificates.service import issuing as service
from scheduler.certificates.terms import CertificateKind
from scheduler.core.base64url import from_base64url
from scheduler.core.db import transaction
from scheduler.policy import SYSTEM
from tests.factories import MONDAY
from tests.factories.counting import LEAVING, a_locked_visit
from tests.factories.papers import a_teacher_certificate
from tests.web.reading import a_link, rows_of

NAME = "Љубица Џунић-Њежић"
URI = re.compile(r"(https?://|did:web:|urn:uuid:)\S+")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture
def begun(session):
    visit = a_locked_visit(names=(NAME,))
    service.issue_certificates(SYSTEM, visit.visit.id, now=LEAVING)
    return visit


def number_of(kind):
    """Of the newest one of this kind."""
    return [row.number for row in rows_of(Certificate) if row.kind is kind][-1]


def proven(client, token):
    """What a badge says, once a library that is not ours has found its key in did.json and proven it."""
    document = client.get("/.well-known/did.json").json
    keys = {one["id"]: one["publicKeyJwk"] for one in document["verificationMethod"]}
    header = json.loads(from_base64url(token.split(".")[0]))
    assert header.keys() == {"alg", "kid", "typ"}
    assert header["kid"] in document["assertionMethod"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of the name EdDSA, which wallets know
        found = jws.deserialize_compact(token, jwk.OKPKey.import_key(keys[header["kid"]]), algorithms=["EdDSA"])
    return json.loads(found.payload)


def badge_of(client, kind):
    answer = client.get(f"/certificates/{number_of(kind)}/badge.jwt")
    assert (answer.status_code, answer.mimetype) == (200, "application/vc+jwt")
    return answer.text


@pytest.mark.both_databases
def test_a_badge_has_what_the_standard_requires_and_is_proven_by_another_library(client, begun):
    kind = CertificateKind.TEACHER
    said = proven(client, badge_of(client, kind))

    assert said["@context"][:2] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert said["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert said["issuer"]["id"] == said["iss"] == client.get("/.well-known/did.json").json["id"] == "did:web:localhost"
    assert "Profile" in said["issuer"]["type"]
    assert said["issuer"]["name"]
    assert said["id"] == said["jti"] == f"http://localhost/certificates/{number_of(kind)}"
    subject = said["credentialSubject"]
    assert subject["id"] == said["sub"]
    assert subject["type"] == ["AchievementSubject"]
    achievement = subject["achievement"]
    assert achievement["type"] == ["Achievement"]
    assert all(achievement[name] for name in ("name", "description"))
    assert achievement["criteria"]["narrative"]
    assert all(map(URI.fullmatch, (said["id"], subject["id"], achievement["id"])))
    assert all(map(MOMENT.fullmatch, (said["validFrom"], subject["activityEndDate"])))
    assert said["nbf"] == int(LEAVING.timestamp())
    assert re.fullmatch("[a-z]{2,4}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", achievement["inLanguage"])


def test_whoever_changes_a_badge_is_found_out(client, begun):
    head, said, proof = badge_of(client, CertificateKind.TEACHER).split(".")
    spoilt = ("B" if said[200] != "B" else "C").join((said[:200], said[201:]))
    with pytest.raises(BadSignatureError):
        proven(client, ".".join((head, spoilt, proof)))


def test_a_badge_that_anybody_may_open_has_the_name_as_a_hash_and_then_not_even_that(client, begun):
    token = badge_of(client, CertificateKind.TEACHER)
    said = proven(client, token)
    [identity] = said["credentialSubject"]["identifier"]
    expected = hashlib.sha256((NAME + identity["salt"]).encode()).hexdigest()

    assert (identity["hashed"], identity["identityType"]) == (True, "name")
    assert identity["identityHash"] == f"sha256${expected}"
    assert "Љубица" not in json.dumps(said, ensure_ascii=False)
    with transaction() as session:  # what the night does after ninety days
        session.execute(sa.update(Certificate).values(holder_name=None))
    assert "identifier" not in proven(client, badge_of(client, CertificateKind.TEACHER))["credentialSubject"]


def test_her_name_is_in_the_badge_that_lies_where_her_paper_lies(client, begun):
    secret = a_link(begun.request.id)
    number = number_of(CertificateKind.TEACHER)
    page = client.get(f"/status/{secret}/attendance?lang=en").text

    said = proven(client, client.get(f"/status/{secret}/certificates/{number}.jwt").text)

    assert f"/status/{secret}/certificates/{number}.jwt" in page
    [identity] = said["credentialSubject"]["identifier"]
    assert identity == {"type": "IdentityObject", "hashed": False, "identityHash": NAME, "identityType": "name"}
    assert client.get(f"/status/nonsense/certificates/{number}.jwt").status_code == 404


def test_a_school_gets_no_badge_and_those_that_it_has_are_still_proven(client, begun):
    number, secret = number_of(CertificateKind.SCHOOL), a_link(begun.request.id)
    ways = (f"/certificates/{number}/badge.jwt", f"/status/{secret}/certificates/{number}.jwt")

    answers = [client.get(way) for way in ways]

    assert [(one.status_code, one.location) for one in answers] == [(301, f"/certificates/{number}")] * 2
    assert "As a digital badge" not in client.get(f"/certificates/{number}?lang=en").text
    assert f"{number}.jwt" not in client.get(f"/status/{secret}/attendance?lang=en").text
    assert client.get(f"/certificates/{number}/status.json").json["revokedCredentials"] == []
    service.revoke_certificate(SYSTEM, rows_of(Certificate)[0].id, "Погрешно", now=LEAVING)
    [gone] = client.get(f"/certificates/{number}/status.json").json["revokedCredentials"]
    assert gone == {"id": f"http://localhost/certificates/{number}", "revoked": True}


def test_a_badge_that_was_revoked_or_replaced_is_told_and_not_given_again(client, begun):
    number = number_of(CertificateKind.TEACHER)
    status = f"/certificates/{number}/status.json"
    said = proven(client, badge_of(client, CertificateKind.TEACHER))["credentialStatus"]
    before = client.get(status)
    [row_id] = [row.id for row in rows_of(Certificate) if row.number == number]

    service.reissue_certificate(SYSTEM, row_id, "Мира Савић", now=LEAVING)

    assert said == {"id": f"http://localhost{status}", "type": "1EdTechRevocationList"}
    assert before.json == {"id": said["id"], "issuer": "did:web:localhost", "revokedCredentials": []}
    assert client.get(status).json["revokedCredentials"] == [
        {"id": f"http://localhost/certificates/{number}", "revoked": True}
    ]
    assert client.get(f"/certificates/{number}/badge.jwt").status_code == 404
    assert client.get("/certificates/0000000000000000/status.json").status_code == 404
    assert "As a digital badge" not in client.get(f"/certificates/{number}?lang=en").text
    assert "As a digital badge" in client.get(f"/certificates/{number_of(CertificateKind.TEACHER)}?lang=en").text


def test_trust_s29_guesses_are_counted_together_whatever_is_asked_for(client, begun):
    ways = ("", "/badge.jwt", "/status.json")
    asked = [f"/certificates/{guess:016d}{ways[guess % 3]}" for guess in range(60)]

    assert {client.get(path).status_code for path in asked} == {404}
    assert {client.get(f"/certificates/{61:016d}{way}").status_code for way in ways} == {429}
    assert client.post("/certificates", data={"number": "0" * 16}).status_code == 429
    assert client.get(f"/status/nobody/certificates/{61:016d}.jwt").status_code == 429
    assert client.get("/certificates").status_code == 200


def test_a_badge_of_a_key_that_was_renewed_is_still_proven(client, begun):
    old = badge_of(client, CertificateKind.TEACHER)
    signature.renew_key(now=MONDAY)
    new = badge_of(client, CertificateKind.TEACHER)

    assert old.split(".")[0] != new.split(".")[0]
    assert proven(client, old)["id"] == proven(client, new)["id"]
    document = client.get("/.well-known/did.json")
    assert len(document.json["verificationMethod"]) == 2
    assert "public" in document.headers["Cache-Control"]
    assert "Set-Cookie" not in document.headers
    assert '"d"' not in document.text


def test_without_a_key_there_is_no_badge(client, begun, monkeypatch):
    monkeypatch.setattr(signature, "who_signs", lambda: None)
    assert client.get(f"/certificates/{number_of(CertificateKind.TEACHER)}/badge.jwt").status_code == 404


@pytest.mark.parametrize(
    ("base_url", "name"),
    [
        ("https://raspored.example.org", "did:web:raspored.example.org"),
        ("http://localhost:8000", "did:web:localhost%3A8000"),
    ],
)
def test_the_installation_is_named_by_its_host(base_url, name):
    assert badge.did_of(base_url) == name


def test_achievements_of_one_programme_are_one():
    def achievement(paper):
        facts = badge.BadgeFacts(paper, "sr_Cyrl", MONDAY)
        return badge.credential_of(facts, "https://a.example")["credentialSubject"]["achievement"]["id"]

    assert achievement(a_teacher_certificate()) == achievement(a_teacher_certificate(host_name="Друга школа"))
    assert achievement(a_teacher_certificate()) != achievement(a_teacher_certificate(programme_title="Други"))
