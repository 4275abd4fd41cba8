"""How a page grows is measured at both sizes in turns: a slow minute of the machine is no growth.

The page of figures: what is written by hand stays, what was measured stands between its marks.
Where it is measured: two runs at once share seeds, and nothing that is written into.
"""

import datetime as dt
import os
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tools.bench import __main__ as bench
from tools.bench import table
from tools.bench.figures import Figure, GrowthLine, Record, apart, ms, percent, times
from tools.bench.in_process import TOO_SLOW_MS, growth, growth_figure, is_level
from tools.bench.table import growth_table
from tools.bench.turns import Spread
from tools.bench.workshop import Failed, Workshop

FEW, MANY = "copy of seed 10", "copy of seed 100"


class Machine:
    """A workshop that answers with pages as they were written down for each round of each size."""

    quick = False

    def __init__(self, **rounds: list[dict[str, list[float] | None]]) -> None:
        self.rounds, self.asked = {FEW: rounds["few"], MANY: rounds["many"]}, list[str]()

    def seed(self, times: int) -> str:
        return f"seed {times}"

    @contextmanager
    def copy_of(self, url: str):
        yield f"copy of {url}"

    def inside(self, probe: str, url: str, **_options):
        assert probe == "pages"
        self.asked.append(url)
        return {"pages": self.rounds[url].pop(0)}


def opened(*milliseconds: float | None, asks: int = 5) -> list[dict[str, list[float] | None]]:
    return [{"/desk": one and [one, asks, 1000]} for one in milliseconds]


def test_both_sizes_take_turns_and_a_slow_minute_is_no_growth():
    machine = Machine(few=opened(10, 10, 10), many=opened(10, 10, 10))

    growth(machine)

    assert machine.asked == [FEW, MANY] * 3

    [desk] = growth(Machine(few=opened(10, 10, 20), many=opened(11, 30, 22)))

    assert (desk.few_ms, desk.many_ms) == (10, 22)
    assert round(desk.exponent, 2) == 0.04  # as in two of the three rounds
    assert is_level(desk)


def test_more_statements_are_growth_in_whichever_round_they_come():
    [desk] = growth(Machine(few=opened(10, 10, 10), many=opened(10, 10, 10, asks=6)))

    assert (desk.few_statements, desk.many_statements) == (5, 6)
    assert not is_level(desk)

    many = [*opened(10), *opened(10, asks=13), *opened(10)]
    [desk] = growth(Machine(few=opened(10, 10, 10, asks=13), many=many))

    assert (desk.few_statements, desk.many_statements) == (13, 13)
    assert not is_level(desk)


@pytest.mark.parametrize("came", [(None, None, None), (10, None, 10), (10, 10, None)])
def test_a_page_that_did_not_come_in_one_round_is_told_and_not_level(came):
    """Were it left out, as few pages as stay level would be all of them."""
    [among_many] = growth(Machine(few=opened(10, 10, 10), many=opened(*came)))
    [among_few] = growth(Machine(few=opened(*came), many=opened(10, 10, 10)))
    [nowhere] = growth(Machine(few=opened(*came), many=opened(*came)))

    assert among_many.many_ms == among_few.few_ms == nowhere.many_ms == TOO_SLOW_MS
    assert among_many.exponent > 3
    assert not any(is_level(one) for one in (among_many, among_few, nowhere))
    assert growth_table([among_many]).splitlines()[2].startswith("| /desk | 10.0 ms | did not come |")


LEVEL = GrowthLine("/desk", 10.0, 11.0, 9, 9, 20.0, 20.0, 0.04)
STEEP = GrowthLine("/people", 10.0, 100.0, 9, 29, 6.0, 20.0, 1.0)
CONDITIONS = table.Conditions(
    dt.datetime(2026, 11, 27, 1, 2, tzinfo=dt.UTC),
    3.2,
    0.4,
    2.1,
    0.5,
    7.25,
    quick=True,
    database="SQLite",
    server="gunicorn",
)


def page_with(*names: str) -> str:
    return "# Speed\n\nby hand\n\n" + "\n\nmore\n\n".join("\n".join(table.marks(name)) for name in names) + "\n\nend\n"


def test_what_was_measured_takes_the_place_of_what_was_measured_before(tmp_path: Path):
    page = tmp_path / "speed.md"
    page.write_text(page_with("SQLite", "PostgreSQL"), encoding="utf-8")

    table.written(page, {"SQLite": "old"})
    table.written(page, {"SQLite": r"new \1"})

    begin, end = table.marks("SQLite")
    assert page.read_text(encoding="utf-8") == page_with("SQLite", "PostgreSQL").replace(
        f"{begin}\n{end}", f"{begin}\nnew \\1\n{end}"
    )

    page.write_text(page_with("SQLite"), encoding="utf-8")

    with pytest.raises(table.NoMarks, match="PostgreSQL"):
        table.written(page, {"SQLite": "x", "PostgreSQL": "y"})

    assert page.read_text(encoding="utf-8") == page_with("SQLite")


def test_the_page_of_this_house_has_its_places_and_tells_no_row_twice():
    page = bench.PAGE.read_text(encoding="utf-8")

    for database in ("SQLite", "PostgreSQL"):
        for quick in (True, False):
            assert table.with_part(page, table.part_of(database, quick=quick), "x") != page

    for database in ("SQLite", "PostgreSQL"):
        stands = table.standing(page, database)
        again = table.with_rows(stands, Record(("now",), ()), [])

        assert again.replace("\n again: now", "").replace("  \n\n", "\n\n") == stands

    for part in bench.PAGE.read_text(encoding="utf-8").split("<!-- measured: ")[1:]:
        told = [tuple(line.split(" | ")[:2]) for line in part.splitlines() if line.startswith("| P")]
        assert sorted(set(told)) == sorted(told)


def test_rows_stand_in_the_order_of_the_goals_and_say_whether_they_are_met():
    told = [Figure("P10", "b", "≤ 1", "2", met=False), Figure("P2", "a | c", "≥ 1", "3", met=True)]
    lines = table.figures_table(told).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| P2", "| P10"]
    assert lines[2].endswith("| yes |")
    assert lines[3].endswith("| **no** |")
    assert "a / c" in lines[2]


def test_the_steepest_page_stands_first():
    lines = table.growth_table([LEVEL, STEEP]).splitlines()

    assert "/people" in lines[2]
    assert "9 → 29" in lines[2]
    assert "6 → 20" in lines[2]  # kilobytes: a page that holds more is seen to
    assert lines[3].endswith("| yes |")

    (line,) = growth_figure([LEVEL, STEEP])

    assert (line.product, line.ratio, line.met) == ("1 of 2 pages", "worst: /people, 1.0", False)


def test_rows_that_are_measured_again_take_their_place_and_say_when():
    whole = Record(
        ("at one",),
        (Figure("P1", "a", "g", "1"), Figure("P2", "b", "g", "2", met=True), Figure("P4", "d", "g", "5")),
        (LEVEL, STEEP),
        ("P3: no server", "P10, P11: no fonts"),
    )
    first = Record(("at two",), (Figure("P1", "a", "g", "3", met=False), Figure("P4", "d", "g", "6")))
    second = Record(("at three",), (Figure("P1", "a", "g", "4"), Figure("P3", "c", "g", "7")), failed=("P4: gone",))

    page = table.with_rows(table.text_of(whole), first, ["P1", "P4"])
    page = table.with_rows(page, second, ["P1", "P3", "P4"])

    assert page == table.text_of(
        Record(
            ("at one", "P1, P3, P4 again: at three"),
            (Figure("P1", "a", "g", "4"), Figure("P2", "b", "g", "2", met=True), Figure("P3", "c", "g", "7")),
            (LEVEL, STEEP),
            ("P10, P11: no fonts", "P4: gone"),
        )
    )


def test_a_run_replaces_every_row_that_it_measured_also_one_that_nobody_named():
    """P1 to P4 are measured together; two lines of one row stay as many as the newest run tells."""
    alike = Figure("P4", "d", "g", "3"), Figure("P4", "d", "g", "4")
    whole = Record(("at one",), (Figure("P1", "a", "g", "1"), Figure("P2", "b", "g", "2"), *alike))
    again = Record(("at two",), (Figure("P1", "a", "g", "5"), Figure("P2", "b", "g", "6"), *alike))
    page = table.with_rows(table.text_of(whole), again, ["P2"])
    assert page == table.text_of(Record(("at one", "P1, P2, P4 again: at two"), again.figures))


def test_pages_that_are_measured_again_take_the_place_of_all_pages():
    whole = Record(("at one",), (Figure("P17", "pages", "g", "1 of 2"),), (LEVEL, STEEP))
    again = Record(("at two",), (Figure("P17", "pages", "g", "1 of 1"),), (LEVEL,))
    assert table.with_rows(table.text_of(whole), again, ["P17"]) == table.text_of(
        Record(("at one", "P17 again: at two"), again.figures, (LEVEL,))
    )


def test_a_run_keeps_its_sentence_while_a_row_of_it_stands():
    def run(when: str, *rows: str) -> Record:
        return Record((when,), tuple(Figure(row, "a", "g", when) for row in rows))

    page = table.text_of(run("one", "P1", "P2"))
    for when, rows in (("two", ["P1", "P2"]), ("three", ["P2"])):
        page = table.with_rows(page, run(when, *rows), rows)

    assert page.splitlines()[:3] == ["one  ", "P1 again: two  ", "P2 again: three"]


def test_numbers_have_as_many_digits_as_are_worth_reading():
    spread = Spread(1.234, 1.0, 1.6)

    assert (ms(spread), ms(Spread(123.4, 1, 2)), percent(spread), times(spread)) == (
        "1.23 ms", "123 ms", "123 %", "1.23x",
    )  # fmt: skip
    assert apart(spread) == "±24 %"

    assert [f"P{number}" for number in range(1, 25)] == bench.ROWS

    record = Record(("at one",), (), (), ("P20: no page\nafter 400 s",))

    assert table.text_of(record).endswith("Not measured:\n\n- P20: no page after 400 s")

    said = CONDITIONS.sentence()

    assert said.startswith(
        "2026-11-27 01:02 UTC, `--quick`, 3.2 minutes (0.4 of planting; 2 of processor time), Python "
    )
    assert said.endswith("load 0.5 before, 7.2 after, SQLite, gunicorn.")


def test_two_runs_at_once_have_each_a_copy_of_their_own(tmp_path):
    seed = tmp_path / "seed.sqlite3"
    seed.write_bytes(b"planted")
    one, other = (Workshop(tmp_path / "bench", quick=True) for _ in range(2))

    with one.copy_of(f"sqlite:///{seed}") as first:
        with other.copy_of(f"sqlite:///{seed}") as second:
            assert first != second
        assert Path(first.removeprefix("sqlite:///")).read_bytes() == b"planted"
    assert list((tmp_path / "bench").glob("work-*")) == []


def test_the_minutes_of_planting_are_told_apart_and_a_seed_that_stands_takes_none(tmp_path, monkeypatch):
    planted = []

    def plants(_self: Workshop, command: list[str], _env: dict[str, str]) -> None:
        planted.append(Path(command[-3].removeprefix("sqlite:///")))
        planted[-1].touch()

    monkeypatch.setattr(Workshop, "_run", plants)
    first, second = Workshop(tmp_path, quick=True), Workshop(tmp_path, quick=True)
    first.seed(1)
    second.seed(1)

    assert (len(planted), first.planting_minutes > 0, second.planting_minutes) == (1, True, 0)


@pytest.mark.postgres
def test_postgresql_has_cleared_up_behind_the_planting_before_anything_is_measured(tmp_path, monkeypatch):
    """Its autovacuum would do so while pages are opened: 135 of 142 stayed level, and all when it had ended."""
    shop = Workshop(tmp_path, quick=True, postgres=os.environ["TEST_POSTGRES_URL"])

    def plants(_self: Workshop, command: list[str], _env: dict[str, str]) -> None:
        engine = sa.create_engine(command[-3])
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE leaf (id integer)")
        engine.dispose()

    monkeypatch.setattr(Workshop, "_run", plants)
    engine = sa.create_engine(shop.seed(1))
    with engine.connect() as connection:
        asked = "SELECT last_vacuum IS NOT NULL, last_analyze IS NOT NULL FROM pg_stat_user_tables"
        told = [tuple(row) for row in connection.exec_driver_sql(asked)]
    engine.dispose()
    shop._on_server("postgres", "DROP DATABASE seed_1")

    assert told == [(True, True)]


@pytest.mark.deep
def test_each_probe_has_a_database_of_its_own_and_one_that_fails_says_why(tmp_path):
    shop = Workshop(tmp_path, quick=True)
    try:
        with pytest.raises(Failed, match="KeyError: 'no such probe'"):
            shop.inside("no such probe", f"sqlite:///{tmp_path}/one.sqlite3")
        with pytest.raises(Failed, match="no such table: sign_in"):
            shop.inside("cookie", f"sqlite:///{tmp_path}/other.sqlite3")
    finally:
        shop.close()

    assert [path.name for path in tmp_path.glob("*.sqlite3")] == ["other.sqlite3"]
