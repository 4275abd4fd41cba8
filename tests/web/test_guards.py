"""The door of pages asks who is signed in, and only of whom it can be."""

from scheduler.web import guards


def test_who_has_no_sign_in_is_not_looked_for(client, monkeypatch):
    monkeypatch.setattr(guards, "current_user", None)  # whoever asked it would fail

    assert client.get("/book").status_code == 200
