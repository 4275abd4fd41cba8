"""Every command explains itself and refuses in one line, as the contract promises."""

import json
import re
from collections import Counter
from collections.abc import Iterator

import click
import pytest
from flask import Flask
from flask.cli import FlaskGroup

from scheduler import config
from scheduler.attendance.terms import HeadCounts
from scheduler.config import ROOT, Settings
from scheduler.programmes.terms import Audience
from tests.factories.places import make_municipality
from tests.factories.programmes import make_campaign, make_campaign_city, make_campaign_target
from tests.factories.visits import make_visit
from tests.reports.held_visits import a_held_visit


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    asked = click.Context(group)  # what loads its commands when it is asked gives them all
    for name in group.list_commands(asked):
        command = group.get_command(asked, name)
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


def test_every_command_explains_itself_and_refuses_in_one_line(app: Flask):
    runner = app.test_cli_runner()
    told = {path: runner.invoke(args=[*path, "--help"]) for path in commands(app.cli)}

    assert len(told) > 12
    assert {
        path: answer.output for path, answer in told.items() if answer.exit_code or "Usage:" not in answer.output
    } == {}

    paths = list(commands(app.cli))
    told = {path: runner.invoke(args=[*path, "--nonsense"]) for path in paths}

    assert {path: answer.exit_code for path, answer in told.items()} == dict.fromkeys(paths, 2)
    assert {path: answer.output for path, answer in told.items() if answer.output.count("\n") != 1} == {}
    assert {path for path, answer in told.items() if "No such option '--nonsense'." not in answer.stderr} == set()

    assert app.test_cli_runner().invoke(args=["db", "heads"]).exit_code == 0


def written_commands() -> list[str]:
    """The commands of the table in docs/operate.md, as an operator types them."""
    table = (ROOT / "docs/operate.md").read_text(encoding="utf-8").partition("\n## Commands\n")[2]
    rows = re.findall(r"^\| (`.+?`) \| ", table, re.MULTILINE)
    return [line.replace("\\|", "|") for row in rows for line in re.findall(r"`([^`]+)`", row)]


def faults_of(group: click.Group, line: str) -> tuple[tuple[str, ...], list[str]]:
    """The path of a written command, and each word that it does not take or that is missing."""
    words, path = re.sub(r"[\[\]|]", " ", line).split(), list[str]()
    command: click.Command | None = group
    while isinstance(command, click.Group) and words:
        path.append(words.pop(0))
        command = command.get_command(click.Context(command), path[-1])
    if command is None or isinstance(command, click.Group):
        return tuple(path), ["no such command"]
    options = {name: one for one in command.params if isinstance(one, click.Option) for name in one.opts}
    faults, positions, values = list[str](), list[str](), Counter[str]()
    last = ""
    for word in words:
        if word.startswith("--"):
            last, faults = word, faults + ([] if word in options else [word])
        elif last in options and isinstance(kind := options[last].type, click.Choice):
            faults += [] if word.isupper() or word in kind.choices else [word]
        elif last in options and not options[last].is_flag and not values[last]:
            values[last] += 1
        else:
            positions.append(word)
    arguments = [one for one in command.params if isinstance(one, click.Argument) and one.required]
    wanted = [one.metavar or str(one.name).upper() for one in arguments]
    faults += [] if positions == wanted else [f"{positions}, not {wanted}"]
    return tuple(path), faults + [name for name, one in options.items() if one.required and name not in words]


def test_every_command_stands_in_the_operators_table_as_it_is_typed(app: Flask):
    written = {line: faults_of(app.cli, line) for line in written_commands()}

    assert {line: faults for line, (_path, faults) in written.items() if faults} == {}

    everything = set(commands(app.cli))
    groups = {path[:-1] for path in everything}
    ours = {path for path in everything - groups if path[0] != "db"} | {("db", "upgrade"), ("db", "downgrade")}
    assert {path for path, _faults in written.values()} == ours


@pytest.mark.parametrize(("line", "fault"), [
    ("helpline sums --from DAY", "no such command"),
    ("helpline totals --to DAY", "--from"),
    ("helpline totals --from DAY --to DAY [--yaml]", "--yaml"),
    ("reports attendance --from DAY --to DAY --format yaml", "yaml"),
    ("backup create", "[], not ['FILE']"),
])  # fmt: skip
def test_a_command_that_is_written_wrongly_is_found(app: Flask, line: str, fault: str):
    assert faults_of(app.cli, line)[1] == [fault]


@pytest.mark.parametrize(("arguments", "line"), [
    (["places"], "Error: Missing command. See flask places --help.\n"),
    (["places", "import"], "Error: Missing argument 'FILE'. See flask places import --help.\n"),
    (["places", "nonsense"], "Error: No such command 'nonsense'. See flask places --help.\n"),
    (["db"], "Error: Missing command. See flask db --help.\n"),
    (["db", "upgrade", "--foo"], "Error: No such option '--foo'. See flask db upgrade --help.\n"),
    (["nonsense"], "Error: No such command 'nonsense'. See flask --help.\n"),
])  # fmt: skip
def test_a_refusal_says_what_and_where(app: Flask, arguments: list[str], line: str):
    root = FlaskGroup(name="flask", create_app=lambda: app)
    answer = app.test_cli_runner().invoke(root, args=arguments)
    assert (answer.exit_code, answer.stdout, answer.stderr) == (2, "", line)


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


def test_a_fresh_demo_keeps_every_invariant_and_a_violation_ends_with_1(run, session):
    run("demo", "load")

    result = run("invariants", "check", "--json")

    assert json.loads(result.stdout) == {"violations": []}
    assert result.exit_code == 0

    visit = make_visit(number="V-2026-9001")  # the demo has the first ones

    result = run("invariants", "check")

    assert result.exit_code == 1
    assert f"visit {visit.id}: no audit row for the state planned" in result.stdout
    assert run("invariants", "check", "--json").exit_code == 1


def test_a_campaign_is_told_with_its_days_targets_and_what_is_done(run, session):
    assert run("campaigns", "list", "--json").stdout == "[]\n"

    campaign, town = make_campaign(slug="respect"), make_municipality()
    make_campaign_city(campaign, town, 100)
    make_campaign_target(campaign, Audience.PUPILS, 500)
    a_held_visit(HeadCounts(7, 1, 2, 3), campaign_id=campaign.id)
    a_held_visit(HeadCounts(9))

    result = run("campaigns", "list", "--json")

    (told,) = json.loads(result.stdout)
    assert (told["slug"], told["first_day"], told["last_day"]) == ("respect", "2026-09-01", "2026-12-31")
    assert told["targets"] == {"pupils": 500}
    assert told["cities"] == [{"city": town.city_sr_latn, "target_pupils": 100, "pupils": 7}]
    assert {name: told["done"][name] for name in ("visits", "pupils", "others")} == {
        "visits": 1,
        "pupils": 7,
        "others": 3,
    }
    words = run("campaigns", "list").stdout
    assert words == "respect: 2026-09-01 to 2026-12-31, 1 presentations in 1 cities, 7 pupils of 500\n"
