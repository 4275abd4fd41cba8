"""A profile in words: every published figure, other data with other figures, the right plural, nothing that is zero."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from scheduler.helpline.terms import AgeBand, HelplineMargin
from scheduler.profiles.rules import text_of
from scheduler.profiles.terms import CohortShare, HelplineShare, ProfileFigures, ProfileTexts, RowsBehind
from scheduler.profiles.wording.paper import paper_of, plain_text, public_paper
from scheduler.programmes.terms import Text
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.terms.counting import CampaignHeld, CampaignOutcome, CentreYear, Period, ReportCounts, YoungShare

YEAR = year_of(2023)
CODES = {
    f"{HelplineMargin.TOPIC}.sextortion": "Sextortion",
    f"{HelplineMargin.TOPIC}.grooming": "Grooming",
    f"{HelplineMargin.TOPIC}.privacy": "Privacy",
    f"{HelplineMargin.ACT}.kz_215": "Blackmail",
}


def told(lang: str = "en", texts: ProfileTexts | None = None, **counted: Any) -> dict[str, list[str]]:
    """{heading: its sentences} of a profile of 2023 in which this was counted."""
    figures = ProfileFigures(**({"period": YEAR, "centre_id": 1} | counted))
    paper = paper_of(figures, texts or ProfileTexts(), "NCC", CODES, lang)
    return {one.heading: [text_of(said) for said in one.statements] for one in paper.sections}


def helpline(numbers: Mapping[str, int | None], **given: Any) -> HelplineShare:
    """These numbers, of the first quarter of 2023."""
    days = (Period(dt.date(2023, 1, 1), dt.date(2023, 3, 31)),)
    return HelplineShare(numbers, **({"days": days, "code_list": 1} | given))


PUBLISHED = ReportCounts(76, 120, 7803, 1097, 302, 14, 58, 9522)
CITIES = (("Ниш", "Niš"), ("Београд", "Beograd"))
RESPECT = CampaignHeld(
    "respect", Text("Покажи поштовање", "Show respect"), ReportCounts(9, 18, 2940, cities=2), 2940, CITIES
)
NUMBERS = {
    **{"communications": 2079, "calls": 1683, "mails": 396, "chats": 0, "forms": 0},
    **{"cases": 361, "advisory": 344, "forwarded": 17, "to_police": 15, "to_prosecutor": 2},
    **{"topic.sextortion": 90, "topic.grooming": 70, "topic.privacy": 12, "topic.not_known": 300, "act.kz_215": 7},
}


def test_the_published_year_in_english_and_both_serbian_scripts():
    assert told(totals=PUBLISHED, campaigns=(RESPECT,), helpline=helpline(NUMBERS)) == {
        "Awareness and education": [
            "120 presentations were held in 58 cities across Serbia.",
            "They were attended by 7,803 pupils, 1,097 parents and 302 teachers.",
            "Campaign “Show respect”: 2,940 high-school pupils in 2 cities (Niš, Beograd).",
        ],
        "Helpline and hotline": [
            "2,079 communications reached the helpline (1 January – 31 March 2023): 1,683 calls and 396 e-mails.",
            "361 cases were formed from them: 344 advisory and 17 forwarded.",
            "Forwarded to: High-Tech Crime Department of the police – 15, High-Tech Crime Prosecutor's Office – 2.",
            "Mostly about: Sextortion – 90, Grooming – 70.",
            "Forwarded by criminal act: Blackmail – 7.",
        ],
    }

    cyrillic = told("sr_Cyrl", totals=PUBLISHED, campaigns=(RESPECT,), helpline=helpline(NUMBERS))
    latin = told("sr_Latn", totals=PUBLISHED, campaigns=(RESPECT,), helpline=helpline(NUMBERS))

    assert cyrillic["Едукација и информисање"] == [
        "Одржано је 120 презентација у 58 градова широм Србије.",
        "Слушаоци: 7.803 ученика, 1.097 родитеља и 302 наставника.",
        "Кампања „Покажи поштовање“: 2.940 средњошколаца у 2 града (Ниш, Београд).",
    ]
    assert latin["Linija za pomoć i prijavu sadržaja"][:2] == [
        "Na liniju za pomoć stiglo je 2.079 komunikacija (1. januar – 31. mart 2023.): 1.683 poziva i 396 imejlova.",
        "Od njih je nastao 361 slučaj: 344 savetodavna i 17 prosleđenih.",
    ]


HELD = {
    "en": {
        1: "1 presentation was held in 1 city across Serbia.",
        2: "2 presentations were held in 2 cities across Serbia.",
        5: "5 presentations were held in 5 cities across Serbia.",
        21: "21 presentations were held in 21 cities across Serbia.",
    },
    "sr_Cyrl": {
        1: "Одржана је 1 презентација у 1 граду широм Србије.",
        2: "Одржане су 2 презентације у 2 града широм Србије.",
        5: "Одржано је 5 презентација у 5 градова широм Србије.",
        21: "Одржана је 21 презентација у 21 граду широм Србије.",
    },
    "sr_Latn": {
        1: "Održana je 1 prezentacija u 1 gradu širom Srbije.",
        2: "Održane su 2 prezentacije u 2 grada širom Srbije.",
        5: "Održano je 5 prezentacija u 5 gradova širom Srbije.",
        21: "Održana je 21 prezentacija u 21 gradu širom Srbije.",
    },
}


@pytest.mark.parametrize(
    ("lang", "number", "words"), [(lang, n, words) for lang, forms in HELD.items() for n, words in forms.items()]
)
def test_a_number_has_its_plural_in_each_language(lang, number, words):
    assert next(iter(told(lang, totals=ReportCounts(1, number, cities=number)).values())) == [words]


@pytest.mark.parametrize(("number", "words"), [
    (1, "Na liniju za pomoć stigla je 1 komunikacija (1. januar – 31. mart 2023.): 1 poziv."),
    (3, "Na liniju za pomoć stigle su 3 komunikacije (1. januar – 31. mart 2023.): 3 poziva."),
    (11, "Na liniju za pomoć stiglo je 11 komunikacija (1. januar – 31. mart 2023.): 11 poziva."),
    (21, "Na liniju za pomoć stigla je 21 komunikacija (1. januar – 31. mart 2023.): 21 poziv."),
])  # fmt: skip
def test_the_helplines_numbers_have_theirs(number, words):
    found = told("sr_Latn", helpline=helpline({"communications": number, "calls": number}))
    assert found["Linija za pomoć i prijavu sadržaja"] == [words]


def test_what_nobody_counted_is_left_out_or_said_plainly_and_never_zero():
    assert told() == {"Awareness and education": ["No presentation was held and counted in these days."]}
    assert told(totals=ReportCounts(1, 1, pupils=30, cities=1), helpline=helpline({"communications": 0})) == {
        "Awareness and education": ["1 presentation was held in 1 city across Serbia.", "It was attended by 30 pupils."]
    }
    every = told(totals=PUBLISHED, campaigns=(RESPECT,), helpline=helpline(NUMBERS))
    assert not [line for lines in every.values() for line in lines if " 0 " in f" {line}"]


def test_a_number_that_is_not_shown_takes_its_sisters_along():
    hidden = {"communications": 40, "calls": None, "mails": None, "cases": 20, "advisory": None, "forwarded": None}
    assert told(helpline=helpline(hidden))["Helpline and hotline"] == [
        "40 communications reached the helpline (1 January – 31 March 2023).",
        "20 cases were formed from them.",
    ]


def test_young_people_and_cohorts_are_told_in_numbers_and_fewer_than_five_not_at_all():
    share = YoungShare(ReportCounts(3, 4, pupils=210, cities=2), 195, 4)
    cohort = CohortShare(2023, 2, 60, 31, 1, {AgeBand.FROM_7: 11, AgeBand.FROM_11: 20})
    few = CohortShare(2023, 2, 60, 31, 1, {AgeBand.FROM_7: 4, AgeBand.FROM_11: 27})

    assert told(young=share, cohorts=(cohort,))["Youth participation"] == [
        "4 presentations were held with young presenters (3 h 15 min).",
        "Those who listened to them: 210 pupils.",
        "Young people trained in the school year 2022/23: 31; by age: 11 (7 to 10), 20 (11 to 14).",
    ]
    more = YoungShare(ReportCounts(3, 1, pupils=210), 45, 5)
    assert told(young=more, cohorts=(few,))["Youth participation"] == [
        "1 presentation was held with a young presenter (45 min).",
        "Those who listened to them: 210 pupils.",
        "5 young people presented.",
        "Young people trained in the school year 2022/23: 31.",
    ]

    cohort = CohortShare(2023, 2, 60, 31, 1, {AgeBand.FROM_7: 31})
    assert told(cohorts=(cohort,))["Awareness and education"][1:] == [
        "Web Detectives in the school year 2022/23: 2 cohorts, 60 pupils.",
        "31 of them were trained in all three skills.",
    ]


def test_every_number_says_where_its_rows_are_and_a_statement_is_its_parts():
    cohort = CohortShare(2023, 2, 60, 31, 1, {AgeBand.FROM_7: 31})
    figures = ProfileFigures(
        YEAR,
        1,
        PUBLISHED,
        campaigns=(RESPECT,),
        cohorts=(cohort,),
        young=YoungShare(ReportCounts(3, 4, pupils=210, cities=2), 195, 5),
        helpline=helpline(NUMBERS),
    )
    paper = paper_of(figures, ProfileTexts(), "NCC", CODES, "en")

    parts = [part for one in paper.sections for said in one.statements for part in said]
    opened = {part.text: part.origin for part in parts if part.origin}
    assert {origin.rows for origin in opened.values()} == set(RowsBehind)
    assert dict(opened["2,940 high-school pupils"].query)["campaign"] == "respect"
    assert paper.figures_of == opened["120"]
    assert (opened["2,079"].rows, dict(opened["2,079"].query)) == (
        RowsBehind.HELPLINE, {"first": "2023-01-01", "last": "2023-03-31"},
    )  # fmt: skip
    days = ("2022/23", "1 January", "31 March 2023", "7 to 10", "3 h 15 min")  # no counts
    silent = "".join(part.text for part in parts if not part.origin)
    for words in days:
        silent = silent.replace(words, "")
    assert not [letter for letter in silent if letter.isdigit()]

    assert text_of(()) == ""


def test_the_public_reads_what_other_public_pages_tell():
    held = CentreYear(1, "NCC", 120, 7803, None, 302, 58, (CampaignOutcome("Show respect", 11, 2940),))
    hidden = NUMBERS | {"to_police": None, "to_prosecutor": None}

    paper = public_paper((2023, held), [helpline(hidden)], ProfileTexts(), "NCC", {1: CODES}, "en")

    text = plain_text(paper)
    assert "They were attended by 7,803 pupils, parents (number not shown) and 302 teachers." in text
    assert "2,079 communications" in text
    assert "Forwarded to" not in text
    assert paper.for_public


def test_the_plain_text_begins_with_who_and_when_and_typed_texts_stand_at_both_ends():
    figures = ProfileFigures(YEAR, 1, ReportCounts(1, 2, pupils=30, cities=1))

    text = plain_text(paper_of(figures, ProfileTexts(about_en="We teach."), "NCC", CODES, "en"))

    assert text == (
        "NCC\nYearly profile for 2023\n\n"
        "About us\n--------\nWe teach.\n\n"
        "Awareness and education\n-----------------------\n"
        "2 presentations were held in 1 city across Serbia.\nThey were attended by 30 pupils.\n"
    )

    texts = ProfileTexts("Ко смо.\nГде смо.", "Who we are.", "Даље.", "")
    assert next(iter(told(texts=texts).items())) == ("About us", ["Who we are."])
    assert list(told("sr_Latn", texts).values())[::2] == [["Ko smo.", "Gde smo."], ["Dalje."]]
    assert "Plans" not in told(texts=texts)


def test_a_picture_is_drawn_of_months_and_each_column_says_where_its_rows_are():
    months = tuple((dt.date(2023, month, 1), month) for month in range(1, 13))
    one_month = ((dt.date(2023, 1, 1), 4),)

    def picture(rows):
        figures = ProfileFigures(YEAR, 1, PUBLISHED, presentations_by_month=rows)
        return paper_of(figures, ProfileTexts(), "NCC", CODES, "en").sections[0].chart

    assert picture(months).series[0].values == tuple(range(1, 13))
    assert picture(months).labels[0] == "Jan"
    assert (picture(one_month), picture(())) == (None, None)

    rows = ((dt.date(2023, 3, 1), 3), (dt.date(2023, 4, 1), 0), (dt.date(2023, 5, 1), 2))
    spring = Period(dt.date(2023, 3, 10), dt.date(2023, 5, 20))
    (section, *_rest) = paper_of(
        ProfileFigures(spring, 1, ReportCounts(2, 5), presentations_by_month=rows), ProfileTexts(), "NCC", {}, "en"
    ).sections

    told = [tuple(dict(one.query).values()) for one in section.columns]
    assert told == [("2023-03-10", "2023-03-31"), ("2023-04-01", "2023-04-30"), ("2023-05-01", "2023-05-20")]
