"""Which adult goes with a minor: one who has accepted where she goes, an educator first."""

import pytest

from scheduler.people.terms import PresenterKind
from scheduler.staffing.rules.pick_ups import adult_of
from scheduler.visits.terms.rows import CrewRow
from scheduler.visits.terms.states import AssignmentState

EDUCATOR, INFLUENCER = PresenterKind.EDUCATOR, PresenterKind.INFLUENCER
ACCEPTED, OFFERED, DECLINED = AssignmentState.ACCEPTED, AssignmentState.OFFERED, AssignmentState.DECLINED


def a_member(name: str, kind: PresenterKind = EDUCATOR, state=ACCEPTED, *, where=1, minor=False) -> CrewRow:
    return CrewRow(1, kind, name, "Ilić", minor, None, {where: state}, None, "")


TARA = a_member("Tara", INFLUENCER, minor=True)


@pytest.mark.parametrize(
    ("crew", "adult"),
    [
        ([], None), ([TARA], None), ([TARA, a_member("Ema")], "Ema"), ([TARA, a_member("Ema", state=OFFERED)], None),
        ([TARA, a_member("Ema", where=2)], None), ([TARA, a_member("Uma", INFLUENCER, minor=True)], None),
        ([TARA, a_member("Ana", INFLUENCER), a_member("Ema")], "Ema"),
        ([TARA, a_member("Ema"), a_member("Dunja")], "Dunja"), ([TARA, a_member("Ana", INFLUENCER)], "Ana"),
    ],
)  # fmt: skip
def test_an_educator_who_has_accepted_where_the_minor_goes_comes_first(crew, adult):
    found = adult_of(crew, TARA)

    assert (found.given_name if found else None) == adult


def test_nobody_answers_for_a_minor_who_does_not_go():
    assert adult_of([a_member("Ema")], a_member("Tara", INFLUENCER, DECLINED, minor=True)) is None
