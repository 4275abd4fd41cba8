"""The form by which staff put a draft before the youth, and the one by which a young person rates."""

import datetime as dt
from collections.abc import Collection
from typing import cast

from wtforms import RadioField, SelectField
from wtforms.fields import SelectChoice

from scheduler.panels.terms import LONGEST_DRAFT, PanelDraft, PanelQuestion
from scheduler.programmes.queries import programmes_of
from scheduler.web.forms import BaseForm, DayField, LinesField, ManyField, Needed, choices_of, number_of
from scheduler.web.i18n import _l, page_language
from scheduler.web.panel_words import PANEL_QUESTIONS, PANEL_SCALE


class PanelForm(BaseForm):
    """What is asked, until when, and of a programme the text that is rated; of a post its own text is."""

    programme = SelectField(_l("Programme"))
    text_sr_cyrl = LinesField(_l("Text in Serbian, Cyrillic letters"), limit=LONGEST_DRAFT)
    text_en = LinesField(_l("Text in English"), limit=LONGEST_DRAFT)
    questions = ManyField(_l("Questions"), choices=choices_of(PANEL_QUESTIONS))
    last_day = DayField(_l("Last day"), [Needed()])

    @classmethod
    def of_post(cls, last_day: dt.date) -> "PanelForm":
        """Without what the post says itself."""
        form = cls(data={"last_day": last_day, "questions": list(PanelQuestion)[:3]})
        del form.programme, form.text_sr_cyrl, form.text_en
        return form

    @classmethod
    def of_programme(cls, centre_id: int, last_day: dt.date, chosen: int | None = None) -> "PanelForm":
        """With the programmes of a centre; the text of a chosen one as it stands, to be written anew."""
        rows = programmes_of(centre_id)
        said = next((one for one in rows if one.id == chosen), None)
        data = {"last_day": last_day, "questions": list(PanelQuestion)[:3], "programme": str(chosen or "")}
        if said is not None:
            data |= {"text_sr_cyrl": said.summary("sr_Cyrl"), "text_en": said.summary("en")}
        form = cls(data=data)
        form.programme.choices = [SelectChoice(str(one.id), one.name(page_language())) for one in rows]
        return form

    def draft(self, post_number: str = "") -> PanelDraft:
        """What the form says; call after `accepted()`."""
        asked = tuple(PanelQuestion(one) for one in self.questions.data or ())
        last_day = cast(dt.date, self.last_day.data)
        if post_number:
            return PanelDraft(asked, last_day, post_number=post_number)
        return PanelDraft(
            questions=asked,
            last_day=last_day,
            programme_id=number_of(self.programme.data),
            text_sr_cyrl=self.text_sr_cyrl.data or "",
            text_en=self.text_en.data or "",
        )


class RateForm(BaseForm):
    """One answer to each question that a panel asks."""

    clear = RadioField(PANEL_QUESTIONS[PanelQuestion.CLEAR], [Needed()], choices=choices_of(PANEL_SCALE))
    true_to_life = RadioField(PANEL_QUESTIONS[PanelQuestion.TRUE_TO_LIFE], [Needed()], choices=choices_of(PANEL_SCALE))
    would_share = RadioField(PANEL_QUESTIONS[PanelQuestion.WOULD_SHARE], [Needed()], choices=choices_of(PANEL_SCALE))
    would_help = RadioField(PANEL_QUESTIONS[PanelQuestion.WOULD_HELP], [Needed()], choices=choices_of(PANEL_SCALE))

    @classmethod
    def of(cls, questions: Collection[PanelQuestion]) -> "RateForm":
        form = cls()
        for one in PanelQuestion:
            if one not in questions:
                delattr(form, one.value)
        return form

    def asked(self) -> list[RadioField]:
        return [self[one.value] for one in PanelQuestion if one.value in self]

    def answers(self) -> dict[PanelQuestion, int]:
        """What the form says; call after `accepted()`."""
        return {PanelQuestion(field.short_name): int(field.data) for field in self.asked()}
