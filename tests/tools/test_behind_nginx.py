"""A form gets through deploy/nginx.conf and waitress as its unit starts it, also where the port is not 443."""

import http.client
import re
import shlex
import signal
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask import Flask, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from waitress.adjustments import Adjustments
from waitress.server import create_server

from tools import services
from tools.certificates import Authority
from tools.rehearse.installation import wait_for_port
from tools.services import free_port
from tools.site import Site

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def a_form() -> Flask:
    """A form that takes what comes from its own origin, as the product's do."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="test " * 10, TRUSTED_HOSTS=["localhost"])
    CSRFProtect(app)

    @app.route("/", methods=["GET", "POST"])
    def form() -> str:
        return generate_csrf() if request.method == "GET" else f"taken at {request.host_url}"

    return app


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """By waitress with the options of deploy/raspored-web.service, at a free port."""
    unit = (ROOT / "deploy/raspored-web.service").read_text()
    line = re.search(r"^ExecStart=\S+/python -OO -m waitress (.+) wsgi:app$", unit, re.MULTILINE)
    assert line
    options, _ = Adjustments.parse_args([part for part in shlex.split(line[1]) if not part.startswith("--listen")])
    given = {name: value for name, value in options.items() if name not in ("help", "app", "call")}
    server = create_server(app, listen="127.0.0.1:0", **given)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.close()
    thread.join(10)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ssl.SSLContext]]:
    """Where nginx listens, and who vouches for its certificate."""
    folder = tmp_path_factory.mktemp("behind")
    authority = Authority(folder / "authority")
    pair = authority.signs("localhost")
    with ExitStack() as stack:
        product = stack.enter_context(served(a_form()))
        site = Site(
            folder / "nginx",
            pair.certificate,
            pair.key,
            http=free_port(),
            https=free_port(),
            product=product,
            host="localhost",
        )
        stack.enter_context(services.running(site.write(), site.folder, signal.SIGQUIT))
        wait_for_port(site.https)
        yield f"https://localhost:{site.https}", ssl.create_default_context(cafile=str(authority.own.certificate))


def sent(origin: tuple[str, ssl.SSLContext], referrer: str, host: str = "") -> tuple[int, str]:
    """What a form that came from that page is answered."""
    address, trust = origin
    where = address.removeprefix("https://")
    connection = http.client.HTTPSConnection(where, context=trust)
    connection.request("GET", "/")
    page = connection.getresponse()
    token, cookie = page.read().decode(), page.headers["Set-Cookie"].partition(";")[0]
    headers = {"Cookie": cookie, "X-CSRFToken": token, "Referer": referrer, "Host": host or where}
    connection.request("POST", "/", b"", headers)
    answer = connection.getresponse()
    told = answer.status, answer.read().decode()
    connection.close()
    return told


def test_a_form_is_taken_at_any_port(origin):
    assert sent(origin, f"{origin[0]}/") == (200, f"taken at {origin[0]}/")


def test_a_form_of_another_origin_is_refused(origin):
    assert sent(origin, "https://localhost/")[0] == 400
    assert sent(origin, "https://elsewhere.example/")[0] == 400


def test_a_name_that_is_not_ours_is_refused(origin):
    assert sent(origin, "https://elsewhere.example/", host="elsewhere.example")[0] == 400
