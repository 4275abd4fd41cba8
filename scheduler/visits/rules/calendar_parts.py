"""Which mails about a visit put an entry into the calendar of their reader, change it there, or take it out."""

from scheduler.messages.terms import Method

PUT_IN = frozenset({"offer_accepted", "crew_confirmed", "crew_online", "visit_confirmed", "crew_settled"})
CHANGE = frozenset({"visit_offered", "visit_moved", "presentations_joined", "school_joined", "seat_released"})
TAKE_OUT = frozenset({"visit_released", "crew_visit_cancelled", "crew_closure", "visit_cancelled", "school_closure"})


def method_of(kind: str, *, held: bool) -> Method | None:
    """What a mail of that kind does there; `held`: an earlier mail has put an entry in, and none has taken it out.

    Who was only asked has none to change or to lose: to her an offer is a question, and its end needs no act.
    """
    if kind in PUT_IN or (kind in CHANGE and held):
        return Method.REQUEST
    return Method.CANCEL if kind in TAKE_OUT and held else None
