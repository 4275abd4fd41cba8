"""The wheel carries all of it: built here, unpacked elsewhere, and nothing of the checkout is used."""

import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tools import another_day

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow
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
        for line in requirements(ROOT / f"requirements-{extra}.in")
    }
    wanted = {*requirements(ROOT / "requirements.in"), *extras}
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
