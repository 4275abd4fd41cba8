"""What waiting requests have in common."""

import pytest

from scheduler.people.terms import PresenterKind, TeachingLanguage, Topic
from scheduler.proposals.rules.comparing import gathered
from scheduler.proposals.terms.pages import AskedName, RowView
from scheduler.proposals.terms.plan import RowChange, WaitCause, Waiting

EDUCATOR, YOUTH = PresenterKind.EDUCATOR, PresenterKind.INFLUENCER


def a_row(cause: WaitCause, kind: PresenterKind | None, topic: Topic = Topic.SAFE_INTERNET) -> RowView:
    asked = AskedName(1, "R-1", "", "", "", "", "", "", topic, TeachingLanguage.SERBIAN, None)
    return RowView(asked, None, Waiting(cause, kind), False, "", {}, (), (), RowChange.WAITS)


@pytest.mark.parametrize(
    ("kinds", "told"),
    [((None, EDUCATOR, EDUCATOR), [(3, EDUCATOR)]), ((None, YOUTH, YOUTH), [(2, YOUTH), (1, EDUCATOR)])],
)
def test_too_far_for_every_educator_is_one_cause_whoever_found_it(kinds, told):
    found = gathered(a_row(WaitCause.REACH, kind) for kind in kinds)

    assert [(one.number, one.waiting.kind) for one in found] == told


def test_another_topic_is_another_cause():
    found = gathered(a_row(WaitCause.TOPIC, YOUTH, topic) for topic in (Topic.SAFE_INTERNET, Topic.PEER_VIOLENCE))

    assert [(one.number, one.topic) for one in found] == [(1, Topic.PEER_VIOLENCE), (1, Topic.SAFE_INTERNET)]
