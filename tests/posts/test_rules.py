"""How long a post is for its channel, in each script."""

import datetime as dt

import pytest

from scheduler.posts.rules import lacks_before_ready, lengths_of, letters_in, problems_with_picture, problems_with_post
from scheduler.posts.terms import MOST_LETTERS, LeadsTo, PictureDraft, PictureLicence, PostChannel, PostDraft

LINK = "https://raspored.example/p/abcdefg"


def a_post(**given) -> PostDraft:
    fair = {"channel": PostChannel.X, "on_day": dt.date(2026, 10, 6), "at": dt.time(9), "text_sr_cyrl": "Реагуј!"}
    return PostDraft(**(fair | given))


@pytest.mark.parametrize(
    ("text", "channel", "link", "letters"),
    [
        ("Реагуј на мржњу", PostChannel.INSTAGRAM, "", 15),
        ("Реагуј", PostChannel.INSTAGRAM, LINK, 6 + 1 + len(LINK)),
        ("Реагуј", PostChannel.X, LINK, 6 + 1 + 23),  # whatever the address
        ("Реагуј 💚", PostChannel.X, "", 9),  # an emoji is two there
        ("", PostChannel.VIBER, "", 0),
    ],
)
def test_letters_are_counted_as_the_channel_counts_them(text, channel, link, letters):
    assert letters_in(text, channel, link) == letters


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"text_sr_cyrl": "а" * 280}, {}),
        ({"text_sr_cyrl": "а" * 281}, {"text_sr_cyrl": "longer_than_the_channel"}),
        ({"text_sr_cyrl": "љ" * 141}, {"text_sr_cyrl": "longer_than_the_channel"}),  # in Latin letters
        ({"text_sr_cyrl": "а" * 257, "leads_to": LeadsTo.BOOK}, {"text_sr_cyrl": "longer_than_the_channel"}),
        ({"text_en": "a" * 281}, {"text_en": "longer_than_the_channel"}),
        ({"leads_to": LeadsTo.CAMPAIGN}, {"leads_to": "link_without_a_campaign"}),
        ({"text_sr_cyrl": ""}, {}),  # only planned
    ],
)
def test_a_post_fits_its_channel_in_every_script(given, problems):
    assert problems_with_post(a_post(**given), LINK) == problems


def test_every_channel_has_its_length_for_each_script_and_a_ready_post_somebody_who_posts_it():
    assert set(MOST_LETTERS) == set(PostChannel)
    assert lengths_of(a_post(text_sr_cyrl="Љубав", text_en="Love"), LINK) == {"sr_Cyrl": 5, "sr_Latn": 6, "en": 4}

    assert lacks_before_ready(a_post(text_sr_cyrl="")) == {"text_sr_cyrl": "missing", "poster": "missing"}
    assert lacks_before_ready(a_post(poster_id=7)) == {}


@pytest.mark.parametrize(
    ("licence", "credit", "agreed", "problems"),
    [
        (PictureLicence.OWN, "", True, {}),
        (PictureLicence.FREE, "", True, {"credit": "missing"}),
        (PictureLicence.BOUGHT, "Agencija", False, {"agreed": "picture_not_agreed"}),
    ],
)
def test_a_picture_says_whose_it_is_and_that_no_child_is_recognised(licence, credit, agreed, problems):
    assert problems_with_picture(PictureDraft(licence, credit, agreed)) == problems
