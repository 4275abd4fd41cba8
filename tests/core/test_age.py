"""A file that only the holder of a secret key reads."""

import stat

import pytest

from scheduler.core import age


@pytest.fixture
def keys(tmp_path):
    recipient = age.new_key(tmp_path / "key.txt")
    return recipient, (tmp_path / "key.txt").read_text()


def a_file(tmp_path):
    file = tmp_path / "plain"
    file.write_bytes(b"PK persons " * 1000)
    return file


def test_the_secret_key_is_its_owners_and_an_earlier_one_stays(tmp_path, keys):
    assert stat.S_IMODE((tmp_path / "key.txt").stat().st_mode) == 0o600
    assert keys[0].startswith("age1")
    assert age.problem_with_recipient(keys[0]) == ""
    assert age.problem_with_recipient(keys[0][:-1]) != ""
    with pytest.raises(FileExistsError):
        age.new_key(tmp_path / "key.txt")


def test_what_is_sealed_is_read_whole_and_with_the_key_only_and_the_plain_file_is_gone(tmp_path, keys):
    recipient, identity = keys
    file = a_file(tmp_path)
    content = file.read_bytes()

    sealed = age.sealed_for(recipient, file)

    assert not file.exists()
    assert (age.is_sealed(sealed), b"persons" in sealed.read_bytes()) == (True, False)
    assert stat.S_IMODE(sealed.stat().st_mode) == 0o600
    opened = age.opened_by(identity, sealed, tmp_path)
    assert opened.read_bytes() == content
    opened.unlink()
    sealed.write_bytes(sealed.read_bytes()[:-7])
    with pytest.raises(age.BadKey):
        age.opened_by(identity, sealed, tmp_path)
    plain = a_file(tmp_path)
    assert age.opened_by("", plain, tmp_path) == plain


@pytest.mark.parametrize(
    ("identity", "told"),
    [
        ("", "--identity"),
        ("no key", "holds no secret key"),
        ("# only a comment", "no secret key"),
        ("another", "written for another key"),
    ],
)
def test_another_key_none_and_nonsense_are_told_in_one_line(tmp_path, keys, identity, told):
    sealed = age.sealed_for(keys[0], a_file(tmp_path))
    if identity == "another":
        age.new_key(tmp_path / "other.txt")
        identity = (tmp_path / "other.txt").read_text()

    with pytest.raises(age.BadKey) as refused:
        age.opened_by(identity, sealed, tmp_path)

    assert told in str(refused.value)
