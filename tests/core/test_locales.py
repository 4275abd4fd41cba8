"""What a process leaves out of the CLDR is missed nowhere: a process that keeps all of it writes the same."""

import json
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

from babel.core import get_global

from scheduler.core import locales

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = """
import datetime as dt, json, sys
from babel import localedata
from babel.core import get_global
from scheduler.core import countries, language as words, locales
if sys.argv[1] == "all":
    locales._forget_what_nobody_writes = lambda name: None
day, other, zone = dt.date(2026, 11, 24), dt.date(2027, 1, 2), "America/Argentina/Buenos_Aires"
told = {
    name: [
        str(words.locale_of(name)), words.names_of(name), words.is_cyrillic(name), words.long_day(day, name),
        words.short_day(day, name), words.month_and_year(day, name), words.number(12345.678, name),
        words.percent(0.625, name), words.span_of_days(day, other, name), words.zone_city(zone, name),
        countries.countries(name), [words.locale_of(name).plural_form(count) for count in range(30)],
    ]
    for name in (*words.languages(), *sys.argv[2:])
}
tables = [localedata.load(name) for name in ("root", "en", "sr_Cyrl", "sr_Latn")]
kept = sum(len(table) for table in tables) + len(get_global("likely_subtags"))
held = sorted({name for table in tables for name in table} & {*locales.NEVER_WRITTEN})
held += [name for name in locales.NEVER_ASKED if get_global(name)]
print(json.dumps({"told": told, "kept": kept, "held": held}))
"""
ADDED = ("mk", "sr_ME", "sr_Latn_ME", "zh_TW", "uz", "kk", "hu", "en_GB", "ru_UA")


def told_by_a_process(kept: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", WRITTEN, kept, *ADDED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_what_nobody_writes_is_left_out_and_every_word_stays() -> None:
    lean, whole = told_by_a_process("lean"), told_by_a_process("all")

    assert lean["told"] == whole["told"]
    assert lean["held"] == []
    assert len(whole["held"]) > 15
    assert whole["kept"] > 7_000 > 1_000 > lean["kept"]


def test_threads_that_are_the_first_to_need_a_language_each_get_it() -> None:
    locales.read("en")
    likely = get_global("likely_subtags")
    kept, whole = dict(likely), {f"x{number}": "x" for number in range(8_000)}
    failures: list[Exception] = []

    def read(name: str, together: Barrier) -> None:
        together.wait()
        try:
            locales.read(name)
        except Exception as error:  # a thread's own failure is seen by nobody else
            failures.append(error)

    often = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _turn in range(10):
            likely.update(whole)  # type: ignore[attr-defined]  # Babel's own dict
            together = Barrier(3)
            threads = [Thread(target=read, args=(name, together)) for name in ("en", "sr_Cyrl", "sr_Latn")]
            for one in threads:
                one.start()
            for one in threads:
                one.join()
    finally:
        sys.setswitchinterval(often)

    assert failures == []
    assert dict(likely) == kept
