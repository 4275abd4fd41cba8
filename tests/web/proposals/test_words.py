"""What many waiting requests have in common is said once, and differently for whatever differs."""

from itertools import product

from scheduler.people.terms import PresenterKind, TeachingLanguage, Topic
from scheduler.proposals.terms.pages import AskedName, Gathered, RowView
from scheduler.proposals.terms.plan import RowChange, WaitCause, Waiting
from scheduler.web.proposals.words import OF_YOUTHS, cause_words, gathered_words


def test_a_topic_that_is_lacking_is_named_of_whomever_it_is_lacking(app):
    young = Waiting(WaitCause.TOPIC, PresenterKind.INFLUENCER)
    with app.test_request_context("/plans?lang=en"):
        said = [gathered_words(Gathered(young, 2, topic)) for topic in (Topic.SAFE_INTERNET, Topic.PEER_VIOLENCE)]

    assert said[0].startswith("2 requests wait for a young presenter who gives: ")
    assert said[0] != said[1]


def test_no_two_causes_are_said_with_one_sentence(app):
    lacking = product((WaitCause.TOPIC,), PresenterKind, Topic, (None,))
    lacking = [*lacking, *product((WaitCause.LANGUAGE,), PresenterKind, (None,), TeachingLanguage)]
    alike = [(cause, kind, None, None) for cause in OF_YOUTHS for kind in PresenterKind]
    causes = [*lacking, *(one for one in alike if one[0] not in (WaitCause.TOPIC, WaitCause.LANGUAGE))]
    with app.test_request_context("/plans?lang=en"):
        said = [gathered_words(Gathered(Waiting(cause, kind), 2, *what)) for cause, kind, *what in causes]

    assert len(set(said)) == len(said) > 20


def test_a_row_names_the_language_that_is_lacking_within_its_sentence(app):
    asked = AskedName(1, "R-1", "", "", "", "", "", "", Topic.SAFE_INTERNET, TeachingLanguage.SLOVAK, None)
    waiting = Waiting(WaitCause.LANGUAGE, PresenterKind.EDUCATOR)
    with app.test_request_context("/plans?lang=en"):
        said = cause_words(RowView(asked, None, waiting, False, "", (), (), (), RowChange.WAITS))

    assert said == "No educator teaches in this language: Slovak."
