import json

import pytest

from tests.factories.visits import make_visit


@pytest.fixture
def run(app):
    return lambda *arguments: app.test_cli_runner().invoke(args=["invariants", "check", *arguments])


def test_a_fresh_demo_keeps_every_invariant(app, run, session):
    app.test_cli_runner().invoke(args=["demo", "load"])

    result = run("--json")

    assert json.loads(result.stdout) == {"violations": []}
    assert result.exit_code == 0


def test_a_violation_is_told_and_ends_with_1(run, session):
    visit = make_visit()

    result = run()

    assert result.exit_code == 1
    assert f"visit {visit.id}: no audit row for the state planned" in result.stdout
    assert run("--json").exit_code == 1
