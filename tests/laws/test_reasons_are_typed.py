"""Whoever cancels, declines or takes back says why: a form that asks for a reason needs one, but for the named few."""

from collections.abc import Iterator

from flask import Flask
from wtforms.validators import DataRequired, InputRequired

from scheduler.web.forms import BaseForm, Needed

MAY_STAY_EMPTY = {
    "MoveForm": "nothing ends; only the centre reads it",
    "NumbersForm": "who takes the numbers owes none; `decide_numbers` refuses a no without one",
    "PlaceForm": "the same on the board",
    "StoppedDateForm": "a closure stopped the visit: its reason is known",
    "WithdrawForm": "a request without a day: nobody has promised anything yet",
}
ENDS = {  # what ends something for somebody: these are among those that need it
    "CallOffForm",
    "SchoolCallOffForm",
    "LeaveForm",
    "DeclineForm",
    "EndForm",
    "ReopenForm",
    "ReasonForm",
    "KeepDateForm",
}


def all_forms(form: type[BaseForm] = BaseForm) -> Iterator[type[BaseForm]]:
    for one in form.__subclasses__():
        yield one
        yield from all_forms(one)


def needs(form: type[BaseForm]) -> bool:
    field = form.reason
    if "choices" in field.kwargs and not any(choice.value == "" for choice in field.kwargs["choices"]):
        return True  # one of them is always chosen
    validators = [*(field.args[1] if len(field.args) > 1 else ()), *field.kwargs.get("validators", ())]
    return any(isinstance(one, (Needed, DataRequired, InputRequired)) for one in validators)


def test_every_form_with_a_reason_needs_it_or_is_named_here(app: Flask) -> None:
    asking = {one.__name__: needs(one) for one in all_forms() if hasattr(one, "reason") and hasattr(one.reason, "args")}

    assert {name for name, needed in asking.items() if not needed} == set(MAY_STAY_EMPTY)
    assert set(asking) >= ENDS
