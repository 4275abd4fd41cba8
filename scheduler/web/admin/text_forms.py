"""The form on which a centre words a kind of mail."""

from collections.abc import Sequence
from typing import Any

from wtforms import HiddenField

from scheduler.core.text import SLACK
from scheduler.messages.rules import problems_with_letters
from scheduler.messages.terms import (
    LONGEST_BODY,
    LONGEST_MAIL_SUBJECT,
    Channel,
    MailText,
    TextKind,
    TextProblem,
    TextVersion,
)
from scheduler.web.forms import BaseForm, LinesField, TextField, number_of
from scheduler.web.i18n import _l
from scheduler.web.reasons import worded

LOOKS = {
    "sample": _l("an example"),
    "longest": _l("the longest names"),
    "real": _l("the visit planned last"),
}


def worded_problem(problem: TextProblem) -> str:
    """What is wrong with a text, and where."""
    said = {"line": problem.line, "what": problem.what, "meant": problem.meant, "most": problem.most}
    return worded(problem.reason) % said


class _CheckedField(TextField):
    """What is typed is looked at before it is cleaned: a letter that nobody sees is told, not taken away."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        typed = str(valuelist[0])[: self.limit * SLACK] if valuelist else ""
        try:
            super().process_formdata(valuelist)
            if problems := problems_with_letters(self.short_name, typed):
                raise ValueError(" ".join(worded_problem(one) for one in problems))
        except ValueError:
            self.data = typed  # whole: what is too long is shortened by whoever wrote it
            raise


class _CheckedLinesField(_CheckedField, LinesField):
    """The same over several lines."""


class TextForm(BaseForm):
    """Subject and body of a mail, with placeholders; a short message has a body alone."""

    subject = _CheckedField(_l("Subject"), limit=LONGEST_MAIL_SUBJECT)
    body = _CheckedLinesField(_l("Text"), limit=LONGEST_BODY)
    version = HiddenField()

    @classmethod
    def of(cls, kind: TextKind, versions: list[TextVersion], product: MailText, wanted: int) -> "TextForm":
        """With the text that is in force, or an earlier one that is wanted."""
        newest = versions[0].version if versions else 0
        kept = next((one.text for one in versions if one.version == (wanted or newest) and one.text.body), product)
        form = cls(data={"subject": kept.subject, "body": kept.body, "version": newest})
        if kind.channel is Channel.SMS:
            del form.subject
        return form

    def text(self) -> MailText:
        """What the form says."""
        subject = self.subject.data if "subject" in self else ""
        return MailText(subject or "", self.body.data or "")

    def seen(self) -> int:
        """The version that the page showed."""
        return number_of(self.version.data) or 0
