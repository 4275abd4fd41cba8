"""What a program can hear when a page is read aloud: wrong cases, sentences said twice, long help, buttons, zeros.

The rest is heard by people only: a state and its sentence stand in one table, and somebody reads each page aloud.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from jinja2.nodes import Call, Const, Filter, Name

from scheduler.core.language import translator
from scheduler.core.text import to_latin
from tests.laws.crawl import Crawl, CrawledPage
from tests.laws.page_text import Text, TextReader, read_text
from tests.laws.sources import template_tree

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = {"public.styleguide"}  # shows a component again and again
DAYS = "ponedeljak|utorak|sreda|četvrtak|petak|subota|nedelja"
MONTHS = "januar|februar|mart|april|maj|jun|jul|avgust|septembar|oktobar|novembar|decembar"
# After these a day stands in the genitive: do petka, 18. decembra.
NOMINATIVE = re.compile(rf"\b(?:od|do|posle|pre|nakon)\s(?:(?:{DAYS}),\s\d|(?:\w+,\s)?\d\d?\.\s(?:{MONTHS})\b)", re.I)
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZА-ЯЂЈЉЊЋЏŠĐČĆŽ„“])")
# A row is a fact of its own, a disclosure is read when it is opened, and a heading or a link names what stands below.
OF_ITS_OWN = {
    "td", "th", "li", "option", "textarea", "blockquote", "details", "nav", "button", "a", "title", "caption", "legend",
    "label", "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
FIELD = {"field"}  # each form says of its own fields what they take
MOST_WORDS = 20
# The forms of verbs that buttons have; "Даље" is what every form of several steps says.
VERB = re.compile(
    r"\b(?:\w+(?:jte|ite)|\w+šalji|je(?:ste)?|smo|nije|mogu|to sam|prihvatam|dajem|imam|povlačim|odgovara)\b"
)
ANSWER = re.compile(r"(?:\w+ti|reći)\b")  # of an exercise: what one would do
NEXT_STEP = "dalje"
VALUE = re.compile(r"[+\d]")  # a day, an hour or a number to be chosen
ZERO = re.compile(r"[–—-]|0(?:,0+)?(?:\s\S{1,3})?")  # 0, 0 %, 0 min


@cache
def text_of(page: str) -> TextReader:
    return read_text(page)


def shown_pages(crawl: Crawl) -> Iterator[tuple[CrawledPage, TextReader]]:
    for page in crawl.pages:
        if page.is_html and page.status == 200 and page.endpoint not in SAMPLES:
            yield page, text_of(page.text)


def wrong_cases(text: str) -> list[str]:
    """Days in the nominative after a preposition, in either script."""
    return NOMINATIVE.findall(to_latin(text))


def said_twice(texts: Iterable[Text]) -> list[str]:
    """Sentences of four words and more that stand twice on a page; one that ends in a year is a date."""
    told = [text for text in texts if not OF_ITS_OWN & {*text.inside} and not FIELD & text.classes]
    found = Counter(sentence for text in told for sentence in SENTENCE.split(text.words))
    whole = [one for one, times in found.items() if times > 1 and re.search(r"[^\W\d]\)?[.!?]$", one)]
    return [one for one in whole if len(one.split()) >= 4]


def long_help(texts: Iterable[Text]) -> list[str]:
    """Sentences in a row of a table that take longer to read than the row; behind a disclosure they may."""
    rows = [text for text in texts if "td" in text.inside and "details" not in text.inside]
    return [text.words for text in rows if len(text.words.split()) > MOST_WORDS and text.words.endswith((".", "!"))]


def without_verb(label: str) -> bool:
    latin = to_latin(label).lower()
    return latin != NEXT_STEP and not (VALUE.match(latin) or VERB.search(latin) or ANSWER.match(latin))


def all_zero(cells: list[str]) -> bool:
    return len(cells) > 1 and "0" in cells and all(ZERO.fullmatch(cell) for cell in cells)


@pytest.mark.database
def test_after_od_and_do_a_day_stands_in_its_case(crawl: Crawl) -> None:
    found = {(page.address, text.words) for page, read in shown_pages(crawl) for text in read.texts
             if wrong_cases(text.words)}  # fmt: skip
    assert found == set()


@pytest.mark.parametrize(
    "text", ["од уторак, 22. децембар", "do 29. januar 2027.", "posle petak, 1. maj", "до среда, 3."]
)
def test_the_law_hears_a_wrong_case(text: str) -> None:
    assert wrong_cases(text)
    assert not wrong_cases("од уторка, 22. децембра до четвртка, 24. 12. 2026. и 3. мај; недеља до 5. маја")


@pytest.mark.database
def test_no_page_says_a_sentence_twice(crawl: Crawl) -> None:
    found = {(page.endpoint, one) for page, read in shown_pages(crawl) for one in said_twice(read.texts)}
    assert found == set()
    assert said_twice(
        read_text("<p>We answer by <b>Friday</b> at noon.</p><div>We answer by Friday at noon.</div>").texts
    )
    assert not said_twice(read_text("<td>We answer by Friday.</td><td>We answer by Friday.</td>").texts)


@pytest.mark.database
def test_help_in_a_row_of_a_table_is_one_line(crawl: Crawl) -> None:
    found = {(page.endpoint, one) for page, read in shown_pages(crawl) for one in long_help(read.texts)}
    assert found == set()
    assert long_help(read_text(f"<table><tr><td>{'so ' * 20}on.</td></tr></table>").texts)


@pytest.mark.database
def test_every_button_says_what_it_does(crawl: Crawl) -> None:
    labels = {text.words for _page, read in shown_pages(crawl) for text in read.texts if "button" in text.inside}
    assert len(labels) > 150
    assert {label for label in labels if without_verb(label)} == set()
    assert [without_verb(label) for label in ("Календар", "Један PDF", "Све", "Сачувајте", "Понудите термин")] == [
        True, True, True, False, False,
    ]  # fmt: skip


@pytest.mark.database
def test_a_row_of_zeros_is_not_shown(crawl: Crawl) -> None:
    found = {(page.endpoint, *cells) for page, read in shown_pages(crawl) for cells in read.rows if all_zero(cells)}
    assert found == set()
    assert [all_zero(cells) for cells in (["0", "0 %"], ["0", "–"], ["0", "1"], ["–", "–"], ["0"])] == [
        True, True, False, False, False,
    ]  # fmt: skip


def bent_wrongly(template: str, told: Callable[[str], str]) -> list[str]:
    """Texts of a template in which a day that does not bend stands after a preposition."""
    return [
        text
        for call in template_tree(template).find_all(Call)
        if isinstance(call.node, Name) and call.node.name == "_" and call.args and isinstance(call.args[0], Const)
        for text in [told(call.args[0].value)]
        for given in call.kwargs
        if isinstance(given.value, Filter) and given.value.name in {"long_day", "moment"}
        if re.search(rf"\b(?:од|до|после|пре|након) %\({given.key}\)s", text, re.IGNORECASE)
    ]


def test_every_template_bends_a_day_after_a_preposition() -> None:
    told = translator("sr_Cyrl").gettext
    files = [path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".jinja", ".txt"}]
    found = {path.name: bent_wrongly(path.read_text(encoding="utf-8"), told) for path in files}

    assert len(files) > 300
    assert {name: texts for name, texts in found.items() if texts} == {}
    assert bent_wrongly('{{ _("until %(day)s", day=v.day | long_day) }}', {"until %(day)s": "до %(day)s"}.__getitem__)
