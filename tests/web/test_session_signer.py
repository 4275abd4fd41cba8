"""The signer of sessions is made once for a key, and anew for another."""

import datetime as dt

import pytest
from flask.json.tag import TaggedJSONSerializer
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup

from scheduler.web.signing import SALT_OF_FORMS, PlainFirst, signer_of_forms, with_keys_kept


def test_the_signer_is_kept_and_goes_with_the_key(app, monkeypatch):
    sessions = app.session_interface
    first = sessions.get_signing_serializer(app)
    assert sessions.get_signing_serializer(app) is first

    monkeypatch.setitem(app.config, "SECRET_KEY", "another key, after the first was lost")
    second = sessions.get_signing_serializer(app)
    with pytest.raises(Exception, match="does not match"):
        second.loads(first.dumps({"_user_id": "a sign-in of before"}))

    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [first.secret_keys[-1].decode()])
    assert sessions.get_signing_serializer(app).loads(first.dumps({"kept": "yes"})) == {"kept": "yes"}


def test_with_keys_kept_the_same_is_signed_and_read():
    plain, other = (URLSafeTimedSerializer(["old", key], salt="one") for key in ("new", "another"))
    kept = with_keys_kept(URLSafeTimedSerializer(["old", "new"], salt="one"))
    for _turn in range(2):
        assert plain.loads(kept.dumps("said")) == kept.loads(plain.dumps("said")) == "said"
        assert kept.loads(URLSafeTimedSerializer("old", salt="one").dumps("said")) == "said"
        assert kept.loads(plain.dumps("said", salt="two"), salt="two") == "said"
        for wrong in (other.dumps("said"), plain.dumps("said", salt="two")):
            with pytest.raises(BadSignature):
                kept.loads(wrong)


def test_the_token_of_a_form_is_signed_as_the_library_signs_it():
    assert URLSafeTimedSerializer("key", salt=SALT_OF_FORMS).loads(signer_of_forms("key").dumps("raw")) == "raw"
    assert signer_of_forms("key") is signer_of_forms("key")
    assert signer_of_forms("key") is not signer_of_forms("another")


@pytest.mark.parametrize(
    "held",
    [
        {},
        {"booking": "token", "_permanent": True, "near": ["1", 2, None]},
        {" t": [1]},
        {" t": [1], "b": 2},
        {"asked": 7, "_flashes": [("message", "Хвала.")]},
        {"when": dt.datetime(2026, 12, 8, tzinfo=dt.UTC), "b": 1},
        {"marked": Markup("<b>"), "bytes": b"1", "pair": (1, 2), "deep": {"x": [(1,)]}},
    ],
)
def test_a_session_is_written_as_the_library_writes_it(app, held):
    with app.app_context():
        text = PlainFirst().dumps(held)
        assert text == TaggedJSONSerializer().dumps(held)
        assert PlainFirst().loads(text) == held
