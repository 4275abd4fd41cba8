import pytest

from scheduler.core import sms
from tests.sms_provider import a_provider


@pytest.fixture
def provider():
    with a_provider() as server:
        yield server


def send(tmp_path, url, to="+381641234567", text="Raspored: poseta"):
    sms.send(to, text, url=url, folder=tmp_path / "sms", name="20261005-083000-000001")


def test_without_a_provider_a_message_is_a_file_that_only_we_read(tmp_path):
    send(tmp_path, "")

    (file,) = (tmp_path / "sms").iterdir()
    assert file.name == "20261005-083000-000001.txt"
    assert file.read_text() == "To: +381641234567\n\nRaspored: poseta\n"
    assert (tmp_path / "sms").stat().st_mode & 0o077 == 0


def test_a_provider_gets_json_by_post_and_its_key_in_the_header(tmp_path, provider):
    send(tmp_path, f"http://desk:p%40ss@127.0.0.1:{provider.server_port}/send?from=Raspored")

    ((path, headers, said),) = provider.taken
    assert path == "/send?from=Raspored"
    assert said == {"to": "+381641234567", "text": "Raspored: poseta"}
    assert headers["Content-Type"] == "application/json"
    assert headers["Authorization"] == "Basic ZGVzazpwQHNz"  # desk:p@ss
    assert not (tmp_path / "sms").exists()


@pytest.mark.parametrize("answer", [302, 400, 401, 429, 500])
def test_what_is_not_taken_is_told_by_its_number_and_nothing_else(tmp_path, provider, answer):
    provider.answer = answer

    with pytest.raises(sms.NotTaken) as refusal:
        send(tmp_path, f"http://desk:secret@127.0.0.1:{provider.server_port}/")

    assert refusal.value.status == answer
    assert "secret" not in str(refusal.value)
    assert len(provider.taken) == 1  # a redirect is not followed


def test_nobody_at_the_address_is_an_os_error(tmp_path, provider):
    with pytest.raises(OSError, match=r"."):
        send(tmp_path, f"https://127.0.0.1:{provider.server_port}/")  # speaks no TLS: refused, never sent in clear
    assert provider.taken == []
