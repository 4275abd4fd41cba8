import json

import pytest

from scheduler import config
from scheduler.config import Settings


def test_load_sign_ins_and_remove_work_one_after_the_other_and_twice(run, session):
    assert run("demo", "sign-ins").exit_code == 2
    assert "loaded" in run("demo", "load").stdout
    assert "nothing changed" in run("demo", "load").stdout
    listed = json.loads(run("demo", "sign-ins", "--json").stdout)
    assert {"role", "email", "password"} <= listed[0].keys()
    assert listed[0]["password"] in run("demo", "sign-ins").stdout
    assert "removed" in run("demo", "remove").stdout
    assert "nothing changed" in run("demo", "remove").stdout


@pytest.mark.parametrize("command", ["load", "remove", "sign-ins"])
def test_no_demo_command_works_in_production(app, run, session, command):
    settings = config.settings()
    config.use(Settings(**(settings.__dict__ | {"mode": "production"})))
    try:
        result = run("demo", command)
    finally:
        config.use(settings)

    assert result.exit_code == 2
    assert "MODE=demo" in result.stderr
