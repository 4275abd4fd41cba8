"""The Dockerfile keeps to what tools/walk_dockerfile.py can walk, and the image gets nothing that it must not have."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from tools.dockerfile import Unreadable, context_files, instructions, stages

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "deploy/Dockerfile").read_text()
IN_USE = """
    wsgi.py instance/secret_key deploy/secrets/raspored.env tools/serve.py tools/wheel_metadata.py scheduler/app.py
    scheduler/__pycache__/app.pyc .git/config requirements-dev.txt
"""
COMPOSE = (ROOT / "deploy/compose.yaml").read_text()


def test_each_line_can_be_walked():
    build, image = stages(TEXT)

    assert (build.base, build.name, image.name) == ("debian:trixie-slim", "build", "")
    assert [step.word for step in image.steps].count("RUN") == 1


def test_lines_that_go_on_are_one_instruction_and_one_that_we_cannot_walk_is_refused():
    (_from, found) = instructions("FROM x\n# why\nRUN one \\\n    && two\n")

    assert found.text == "one && two"
    with pytest.raises(Unreadable, match="ADD"):
        instructions("FROM x\nADD y z")


def test_what_runs_is_not_root_and_is_looked_after():
    image = stages(TEXT)[1].steps
    said = {step.word: step.text for step in image}

    assert said["USER"] == "10001:10001"
    assert "/healthz" in said["HEALTHCHECK"]
    assert next(step for step in image if step.word == "CMD").parts()[-1] == "scheduler.wsgi:app"


def test_the_image_has_what_copies_postgresql():
    """Of no older version than the database is: pg_dump then refuses."""
    (made,) = (step.text for step in stages(TEXT)[1].steps if step.word == "RUN")
    server = re.search(r"image: postgres:(\d+)", COMPOSE)
    assert server

    assert f" postgresql-client-{server[1]} " in made


def test_containers_make_the_backup_of_the_night_as_a_machine_does():
    """The same command at the same hour, into a folder that belongs to who runs there."""
    unit, timer = ((ROOT / f"deploy/raspored-backup.{kind}").read_text() for kind in ("service", "timer"))
    line = re.search(r"^ExecStart=\S*/raspored (.+)$", unit, re.MULTILINE)
    hour = re.search(r"^OnCalendar=\*-\*-\* (.+)$", timer, re.MULTILINE)
    assert line
    assert hour
    service = COMPOSE.split("\n  backup:")[1].split("\n\n")[0]
    words = ["raspored", *line[1].split(), "--at", f'"{hour[1]}"']
    folder = words[3]

    assert f"command: [{', '.join(words)}]" in service
    assert f"backups:{folder}]" in service
    assert f"--owner=10001 --group=10001 /var/lib/raspored {folder}" in TEXT
    assert "user:" not in service  # that of the image


def test_every_package_of_python_is_checked_by_its_hash():
    installs = [step.text for stage in stages(TEXT) for step in stage.steps if "pip install" in step.text]
    commands = [part for text in installs for part in text.split("&&") if "pip install" in part]

    assert len(commands) == 3
    assert [one for one in commands if "--require-hashes" not in one and "--no-index --no-deps" not in one] == []


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A checkout in use, with what must not leave it."""
    for name in IN_USE.split():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    shutil.copy(ROOT / ".dockerignore", tmp_path)
    return tmp_path


def test_no_key_and_no_history_gets_into_the_image(house: Path):
    sent = {str(path.relative_to(house)) for path in context_files(house)}

    assert sent == {"wsgi.py", "tools/wheel_metadata.py", "scheduler/app.py", "requirements-dev.txt"}


def test_all_of_the_wheel_gets_into_the_image():
    sent = {str(path.relative_to(ROOT)) for path in context_files(ROOT)}

    assert {"pyproject.toml", "requirements.in", "vendored.toml", "migrations/env.py"} <= sent
    assert {"requirements-scale.in", "requirements-oidc.in", "requirements-pades.in"} <= sent
    assert any(name.startswith("static/fonts/") for name in sent)
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    carried = wheel["force-include"]
    assert "docs/handbook" in carried
    assert [one for one in carried if not any(f"{name}/".startswith(f"{one}/") for name in sent)] == []


def test_every_service_is_closed():
    services = re.split(r"^  (?=\w+:)", COMPOSE.split("services:\n")[1].split("\nnetworks:")[0], flags=re.MULTILINE)[1:]
    ours = COMPOSE.split("x-product:")[1].split("services:")[0]

    assert len(services) == 7
    for service in services:
        text = service + (ours if "<<: *product" in service else "")
        assert "read_only: true" in text
        assert "no-new-privileges:true" in text
    assert re.findall(r"(?<!_)(?:PASSWORD|KEY): ", COMPOSE) == []
