import json

from tests.factories.visits import make_visit


def test_a_fresh_demo_keeps_every_invariant(run, session):
    run("demo", "load")

    result = run("invariants", "check", "--json")

    assert json.loads(result.stdout) == {"violations": []}
    assert result.exit_code == 0


def test_a_violation_is_told_and_ends_with_1(run, session):
    visit = make_visit()

    result = run("invariants", "check")

    assert result.exit_code == 1
    assert f"visit {visit.id}: no audit row for the state planned" in result.stdout
    assert run("invariants", "check", "--json").exit_code == 1
