"""The helpline figures that the centre published, from rows; recounted in plain SQL and by the command."""

import datetime as dt
import json

from sqlalchemy import func, select, text

from scheduler.demo import load as demo
from scheduler.helpline.models import HelplineCount, HelplinePeriod, HelplinePublicCell
from scheduler.helpline.queries import publications

RECOUNT = """
SELECT SUM(communications), SUM(calls), SUM(mails), SUM(cases), SUM(advisory), SUM(forwarded), SUM(to_police),
  SUM(to_prosecutor), MIN(first_day), MAX(last_day)
FROM helpline_period WHERE first_day >= '2024-01-01' AND last_day <= '2024-04-26'
"""
TOPICS = """
SELECT code FROM helpline_count WHERE margin = 'topic' GROUP BY code ORDER BY SUM(number) DESC, code LIMIT 2
"""


def test_plain_sql_counts_what_was_published(loaded):
    told = loaded.execute(text(RECOUNT)).one()

    assert tuple(told)[:8] == (2079, 1683, 396, 361, 344, 17, 15, 2)
    assert [str(day) for day in told[8:]] == ["2024-01-01", "2024-04-26"]
    assert list(loaded.scalars(text(TOPICS))) == ["sextortion", "grooming"]


def test_the_command_says_the_same(loaded, app):
    answer = app.test_cli_runner().invoke(
        args=["helpline", "totals", "--from", "2024-01-01", "--to", "2024-04-26", "--centre", "ncc"]
    )

    told = json.loads(answer.output)
    wanted = {"communications": 2079, "calls": 1683, "mails": 396, "cases": 361, "advisory": 344, "forwarded": 17}
    assert wanted | {"to_police": 15, "to_prosecutor": 2} == {name: told[name] for name in told if name in (
        *wanted, "to_police", "to_prosecutor")}  # fmt: skip
    assert (told["from"], told["to"]) == ("2024-01-01", "2024-04-26")
    cut = app.test_cli_runner().invoke(
        args=["helpline", "totals", "--from", "2024-01-01", "--to", "2024-04-20", "--centre", "ncc"]
    )
    assert cut.exit_code == 2


def test_the_public_reads_the_large_numbers_and_not_to_whom_two_went(loaded):
    (public,) = publications()
    told = {(one.margin, one.code): one.number for one in public.numbers}

    assert (public.first_day, public.last_day) == (dt.date(2024, 1, 1), dt.date(2024, 4, 26))
    assert (told["total", "communications"], told["total", "cases"]) == (2079, 361)
    assert (told["channel", "calls"], told["channel", "mails"]) == (1683, 396)
    assert (told["outcome", "advisory"], told["outcome", "forwarded"]) == (344, 17)
    assert (told["forwarded_to", "to_police"], told["forwarded_to", "to_prosecutor"]) == (None, None)


def test_the_demo_takes_its_figures_with_it(loaded):
    assert demo.remove()

    for model in (HelplinePeriod, HelplineCount, HelplinePublicCell):
        assert loaded.scalar(select(func.count(model.id))) == 0
