"""Thirteen digits that check are refused wherever somebody types or a file brings a text (TRUST S43).

The walk finds fields, columns and commands by itself, so that a new one is asked too.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest
from click import Command, Context, Group
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Field, Form, StringField
from wtforms.fields.core import UnboundField
from wtforms.widgets import HiddenInput

import scheduler
from scheduler.core.errors import GroundReason
from scheduler.imports.sheets import Layout, read_table
from scheduler.policy import Role
from scheduler.web.forms import BaseForm, TextField
from scheduler.web.people.forms import SecretField
from scheduler.web.reasons import worded
from tests.counting import statements
from tests.factories.people import make_user
from tests.laws.routes import pages
from tests.web.browser import browser_of

INVENTED = "0101990 710008"
# The password of an account that stands already is compared and never stored.
NEVER_STORED = {"SignInForm.password", "PasswordAgainForm.password_again"}


def modules_of_house() -> list[object]:
    names = [one.name for one in pkgutil.walk_packages(scheduler.__path__, "scheduler.") if ".solver" not in one.name]
    return [importlib.import_module(name) for name in names]


def fields_of_forms() -> Iterator[tuple[str, UnboundField]]:
    kinds = {kind for module in modules_of_house() for _name, kind in inspect.getmembers(module, inspect.isclass)}
    for kind in sorted((one for one in kinds if issubclass(one, Form)), key=lambda one: one.__qualname__):
        for name, field in inspect.getmembers(kind, lambda one: isinstance(one, UnboundField)):
            yield f"{kind.__name__}.{name}", field


def holds_text(field: UnboundField) -> bool:
    kind = field.field_class
    return issubclass(kind, StringField) and not isinstance(kind.widget, HiddenInput)


def test_every_text_field_of_every_form_refuses_an_identity_number(app: Flask):
    asked, silent = 0, []
    for name, field in fields_of_forms():
        if not holds_text(field) or name in NEVER_STORED:
            continue
        asked += 1
        one_field = type("OneField", (BaseForm,), {"text": field})
        with app.test_request_context("/", method="POST"):
            form = one_field(MultiDict({"text": INVENTED}))
            form.validate()
            if worded(GroundReason.IDENTITY_NUMBER) not in map(str, form.text.errors):
                silent.append(name)
    assert silent == []
    assert asked > 60


def test_no_field_keeps_text_past_the_one_that_cleans_it():
    """What is no child of TextField reads a day, a time, a number or a choice, or is a password."""
    others = [
        name
        for name, field in fields_of_forms()
        if holds_text(field) and not issubclass(field.field_class, TextField | SecretField) and name not in NEVER_STORED
    ]
    assert others == []
    assert issubclass(TextField, Field)


def layouts() -> list[Layout]:
    found = {id(one): one for module in modules_of_house() for one in vars(module).values() if isinstance(one, Layout)}
    return list(found.values())


def test_every_column_of_every_import_refuses_an_identity_number():
    silent, asked = [], 0
    for layout in layouts():
        for column in (*layout.columns, "a column that nobody needs"):
            other = next(name for name in layout.columns if name != column)
            content = f'{other};{column}\n1;"{INVENTED}"\n'.encode()
            asked += 1
            problems = {(one.line, one.column, one.problem) for one in read_table(content, layout).problems}
            if (2, column, GroundReason.IDENTITY_NUMBER) not in problems:
                silent.append(column)
    assert silent == []
    assert asked > 60


@pytest.mark.parametrize("cell", ["101990710008", "0101990710008"])
def test_a_number_that_lost_its_first_zero_in_a_spreadsheet_is_still_one(cell: str):
    layout = layouts()[0]
    first, second = list(layout.columns)[:2]
    (problem,) = read_table(f"{first};{second}\nx;{cell}\n".encode(), layout).problems
    assert problem.problem == GroundReason.IDENTITY_NUMBER


def commands_of(app: Flask) -> Iterator[tuple[list[str], Command]]:
    app.cli.list_commands(Context(app.cli))  # which hangs them on
    todo: list[tuple[list[str], Command]] = [([name], one) for name, one in app.cli.commands.items()]
    for path, command in todo:
        if isinstance(command, Group):
            todo += [([*path, name], one) for name, one in command.commands.items()]
        else:
            yield path, command


def test_every_command_that_takes_a_text_refuses_an_identity_number(app: Flask):
    silent, asked = [], 0
    for path, command in commands_of(app):
        wanted = [
            one for one in command.params if one.param_type_name == "argument" and one.type.name in ("text", "path")
        ]
        if path[0] == "db" or not wanted:
            continue
        asked += 1
        needed = [
            part
            for one in command.params
            if one.required and one.param_type_name == "option"
            for part in (one.opts[0], _fair(one))
        ]
        given = [
            INVENTED if one.type.name == "text" else f"/tmp/{INVENTED}.csv" if one is wanted[0] else "x"
            for one in command.params
            if one.param_type_name == "argument"
        ]
        answer = app.test_cli_runner().invoke(args=[*path, *needed, *given])
        if answer.exit_code != 2 or "identity number" not in answer.output:
            silent.append((path, answer.output[:200]))
    assert silent == []
    assert asked > 5


def _fair(option: object) -> str:
    choices = getattr(option.type, "choices", None)
    return choices[0] if choices else "2026-01-01" if option.type.name == "datetime" else "x"


@pytest.mark.parametrize("asked", [{"q": INVENTED}, {"x": ["1", INVENTED]}, {INVENTED: "1"}])
def test_every_search_and_filter_refuses_an_identity_number_before_anybody_reads_it(app: Flask, asked: dict):
    client, silent, walked = app.test_client(), [], 0
    for endpoint, method, address in pages(app, "GET"):
        with statements() as run:
            answer = client.open(address, method=method, query_string=asked | {"lang": "en"})
        walked += 1
        told = "Remove the identity number (JMBG)" in answer.text and INVENTED[-6:] not in answer.text
        if answer.status_code != 422 or not told or run:
            silent.append((endpoint, answer.status_code, run))
    assert silent == []
    assert walked > 100


def test_an_identity_number_in_a_search_stands_in_no_log(app: Flask, caplog: pytest.LogCaptureFixture):
    desk = browser_of(app, make_user(Role.COORDINATOR))
    with caplog.at_level("DEBUG"):
        answer = desk.get("/search", query_string={"q": INVENTED}, headers={"Referer": f"/search?q={INVENTED}"})
    assert answer.status_code == 422
    assert any(record.getMessage() == "request answered" for record in caplog.records)
    assert [line for record in caplog.records for line in vars(record).values() if INVENTED[-6:] in str(line)] == []
