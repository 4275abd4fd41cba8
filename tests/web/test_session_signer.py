"""The signer of sessions is made once for a key, and anew for another."""

import pytest


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
