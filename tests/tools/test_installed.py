"""The wheel carries all of it: built here, unpacked elsewhere, and nothing of the checkout is used.

A form gets through deploy/nginx.conf and waitress as its unit starts it, also where the port is not 443.
The product starts and serves its public pages with the packages of requirements.txt alone, as in a fresh clone.
Drivers of PostgreSQL and Redis are only in requirements/scale.txt, what tests need only in requirements/dev.txt.
The whole of `make run` on the real application: up, kept, ended.
"""

import http.client
import json
import os
import re
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from waitress.adjustments import Adjustments
from waitress.server import create_server

from tests.least_packages import hidden_names, hide_other_packages
from tools import another_day, services
from tools.certificates import Authority
from tools.rehearse.installation import wait_for_port
from tools.services import free_port
from tools.site import Site

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
# Asked of the installed product in a process of its own: what a reader gets, and where each file of ours lies.
PAGES = """
import json, sys
from pathlib import Path
from scheduler.wsgi import app
import scheduler
client = app.test_client()
def text(path):
    return client.get(path, headers={"Host": "localhost"}).get_data(as_text=True)
front = text("/?lang=sr_Cyrl")
sheet = front.split('rel="stylesheet" href="')[1].split('"')[0]
files = {str(getattr(module, "__file__", "")) for module in sys.modules.values()}
print(json.dumps({
    "cyrillic": "школ" in front.lower(),
    "css": len(text(sheet)),
    "script": client.get("/static/vendor/htmx-2.0.11/htmx.min.js", headers={"Host": "localhost"}).status_code,
    "home": str(Path(scheduler.__file__).parent.parent),
    "checkout": sorted(file for file in files if file.startswith(sys.argv[1])),
}))
"""


def run(*command: str, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from this checkout without a package index."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-index", "--no-deps"]
    done = run(*pip, "--no-build-isolation", "-w", str(folder), str(ROOT), cwd=folder, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("raspored-*.whl")
    return made


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index", "--no-deps"]
    done = run(*pip, "--target", str(folder), str(wheel), cwd=folder, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def elsewhere(site: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has installed the wheel and knows no checkout."""
    own = {"PATH": os.environ["PATH"], "PYTHONPATH": str(site), "INSTANCE": str(tmp_path / "kept")}
    return another_day.kept() | own


@pytest.mark.deep
def test_each_file_that_the_product_reads_is_in_the_wheel(wheel: Path):
    carried = {name: f"scheduler/_installed/{name}" for name in ("templates", "static", "migrations")}
    carried |= {"scheduler/data": "scheduler/data", "scheduler/translations": "scheduler/translations"}
    wanted = {
        f"{place}/{file.relative_to(ROOT / folder).as_posix()}"
        for folder, place in carried.items()
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }

    names = set(ZipFile(wheel).namelist())

    assert len(wanted) > 300
    assert sorted(wanted - names) == []
    assert sorted(name for name in names if name.startswith(("tests/", "tools/", "instance/"))) == []


def test_the_wheel_asks_for_what_the_lock_has(wheel: Path):
    from tools.wheel_metadata import requirements  # here: the fast loop has no need of hatchling

    with ZipFile(wheel) as archive:
        (name,) = [one for one in archive.namelist() if one.endswith(".dist-info/METADATA")]
        lines = archive.read(name).decode().splitlines()
    asked = {line.removeprefix("Requires-Dist: ").lower() for line in lines if line.startswith("Requires-Dist: ")}

    extras = {
        f"{line}; extra == '{extra}'"
        for extra in ("scale", "oidc", "pades")
        for line in requirements(ROOT / f"requirements/{extra}.in")
    }
    wanted = {*requirements(ROOT / "requirements/run.in"), *extras}
    assert asked == {line.lower().replace(" ;", ";") for line in wanted}  # the lock has a space before a marker


@pytest.mark.deep
def test_it_works_where_no_checkout_is(site: Path, elsewhere: dict[str, str], tmp_path: Path):
    flask = (sys.executable, "-m", "flask", "--app", "scheduler.wsgi")
    for step in ("db upgrade", "demo load", "certificates issue --out papers.pdf", "invariants check"):
        done = run(*flask, *step.split(), cwd=tmp_path, env=elsewhere)
        assert done.returncode == 0, done.stdout + done.stderr

    told = run(sys.executable, "-c", PAGES, f"{ROOT}/scheduler", cwd=tmp_path, env=elsewhere)

    assert told.returncode == 0, told.stderr
    page = json.loads(told.stdout.splitlines()[-1])
    assert page.pop("css") > 10_000
    assert page == {"cyrillic": True, "script": 200, "home": str(site), "checkout": []}
    assert (tmp_path / "papers.pdf").read_bytes().startswith(b"%PDF-")


def test_without_a_folder_of_its_own_it_refuses_in_one_line(elsewhere: dict[str, str], tmp_path: Path):
    del elsewhere["INSTANCE"]
    done = run(sys.executable, "-m", "flask", "--app", "scheduler.wsgi", "db", "upgrade", cwd=tmp_path, env=elsewhere)
    assert done.returncode == 2
    assert done.stderr.startswith("Raspored cannot start: INSTANCE is missing: ")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


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


def test_a_form_is_taken_at_any_port_and_refused_from_another_origin_or_name(origin):
    assert sent(origin, f"{origin[0]}/") == (200, f"taken at {origin[0]}/")
    assert sent(origin, "https://localhost/")[0] == 400
    assert sent(origin, "https://elsewhere.example/")[0] == 400
    assert sent(origin, "https://elsewhere.example/", host="elsewhere.example")[0] == 400


EVERYTHING = """
import importlib, json, pkgutil
import scheduler
from wsgi import app
from scheduler.jobs.queue import load_jobs

modules = [one.name for one in pkgutil.walk_packages(scheduler.__path__, "scheduler.")]
for name in modules:
    importlib.import_module(name)
load_jobs()
client = app.test_client()
told = {}
for rule in app.url_map.iter_rules():
    if not rule.arguments and "GET" in rule.methods:
        told[rule.rule] = client.get(rule.rule, headers={"Host": "localhost"}).status_code
print(json.dumps({"modules": len(modules), "pages": told}))
"""


@pytest.fixture
def run_bare(tmp_path: Path):
    env = another_day.kept() | {"PATH": os.environ["PATH"], "INSTANCE": str(tmp_path / "instance"), "RASPORED_ENV": ""}
    env |= hide_other_packages(tmp_path / "hook")

    def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, *arguments]
        return subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    return run_python


def test_what_is_hidden_cannot_be_imported_and_is_told(run_bare):
    assert {"psycopg", "redis", "gunicorn", "pytest", "playwright"} <= hidden_names()
    assert hidden_names().isdisjoint({"flask", "pyrage", "waitress", "scheduler"})

    for name in ("psycopg", "redis", "pytest"):
        done = run_bare("-c", f"import {name}")
        assert (done.returncode, done.stderr.splitlines()[-1]) == (1, f"ModuleNotFoundError: No module named '{name}'")

    done = run_bare("-c", "import os; os.environ['REDIS_URL'] = 'redis://localhost'; import wsgi")

    assert done.returncode == 2
    assert "REDIS_URL needs the package redis: install requirements/scale.txt" in done.stderr

    done = run_bare("-c", "import tools.serve, tools.supervisor, waitress.__main__")

    assert done.returncode == 0, done.stderr


@pytest.mark.deep
def test_it_starts_and_serves_its_public_pages(run_bare):
    for step in (("db", "upgrade"), ("backup", "create", "--help"), ("demo", "load", "--help")):
        done = run_bare("-m", "scheduler.command", *step)
        assert done.returncode == 0, done.stderr

    done = run_bare("-c", EVERYTHING)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["modules"] > 500
    assert {page: status for page, status in told["pages"].items() if status >= 500} == {"/readyz": 503}  # no worker
    assert {told["pages"][page] for page in ("/", "/book", "/programmes", "/healthz", "/sign-in")} == {200}
    assert list(told["pages"].values()).count(200) > 10


Serve = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def serve(tmp_path: Path, port: int) -> Iterator[Serve]:
    """Starts it with an emptied environment, the packages of a fresh clone and no stdin; waits until it says where."""
    started: list[subprocess.Popen[str]] = []
    own = {"PATH": os.environ["PATH"], "INSTANCE": str(tmp_path / "instance"), "PORT": str(port)}
    env = another_day.kept() | own | hide_other_packages(tmp_path / "hook")

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tools.serve"]
        with (tmp_path / "said").open("a") as said:
            process = subprocess.Popen(
                command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said, text=True
            )
        started.append(process)
        deadline = time.monotonic() + 300  # only tells a hang
        while (tmp_path / "said").read_text().count("Raspored is at") < len(started):
            assert process.poll() is None, (tmp_path / "said").read_text()
            assert time.monotonic() < deadline, (tmp_path / "said").read_text()
            time.sleep(0.1)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def children_of(number: int) -> list[str]:
    """The command lines of its children."""
    numbers = Path(f"/proc/{number}/task/{number}/children").read_text().split()
    return [Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ") for child in numbers]


def status_of(port: int, path: str = "/") -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


@pytest.mark.deep
def test_web_and_worker_come_up_keep_their_data_and_end_when_asked(serve: Serve, port: int, tmp_path: Path) -> None:
    first = serve()
    said = (tmp_path / "said").read_text()
    web, worker = children_of(first.pid)
    assert "tools.web" in web
    assert worker.rstrip().endswith("worker")
    assert status_of(port) == 200
    for role in ("coordinator", "educator", "administrator"):
        assert re.search(rf"{role}\W.*@", said, re.IGNORECASE), said
    assert [file.name for file in (tmp_path / "instance").iterdir() if file.stat().st_mode & 0o077] == []
    key = (tmp_path / "instance" / "secret_key").read_text()

    first.send_signal(signal.SIGINT)
    assert first.wait(60) == 0

    second = serve()
    assert status_of(port) == 200
    assert (tmp_path / "instance" / "secret_key").read_text() == key

    second.terminate()
    assert second.wait(60) == 0


def test_make_lets_the_second_start_read_what_the_first_has_compiled() -> None:
    """Where the variable is set for other programs, each process would compile all of ours again: half of a start."""
    asked = "print-it:\n\t@printf '%s' \"[$$PYTHONDONTWRITEBYTECODE]\""
    command = ["make", "--no-print-directory", "-f", "Makefile", "-f", "/dev/stdin", "print-it"]

    done = subprocess.run(
        command, cwd=ROOT, input=asked, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout == "[]"
