"""Forms of the templates of certificates."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import HiddenField, RadioField

from scheduler.certificates.rules import placeholders_in, unknown_placeholders
from scheduler.certificates.terms import (
    SIGNING,
    PaperShape,
    PicturePlace,
    SignatoryDraft,
    StoredTemplate,
    TemplateDraft,
    Wording,
)
from scheduler.core.language import LANGUAGES
from scheduler.core.typesetting import QUINCE, TABLA
from scheduler.web.forms import BaseForm, LinesField, NameField, Needed, TextField, UploadField, choices_of, number_of
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.photo_form import PictureForm

SHAPES = {PaperShape.ACROSS: _l("A4 across"), PaperShape.DOWN: _l("A4 down")}
PLACES = {
    PicturePlace.LOGO: _l("Logo"),
    PicturePlace.FIRST: _l("Signature of the first"),
    PicturePlace.SECOND: _l("Signature of the second"),
    PicturePlace.THIRD: _l("Signature of the third"),
}
PARTS = ("title", "lead", "text")
LONGEST_TITLE, LONGEST_LEAD, LONGEST_WORDS, LONGEST_FILE_NUMBER = 60, 120, 400, 60


class PlacedField(TextField):
    """A text with placeholders; one that does not exist is named, with those that do."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        super().process_formdata(valuelist)
        if unknown := unknown_placeholders(self.data or ""):
            raise ValueError(
                _(
                    "There is no %(these)s. Placeholders that exist: %(known)s.",
                    these=", ".join(unknown),
                    known=", ".join(placeholders_in(page_language())),
                )
            )


class PlacedLinesField(PlacedField, LinesField):
    """The same over several lines."""


class TemplateForm(BaseForm):
    """How papers look, and who signs them."""

    shape = RadioField(_l("The sheet lies"), [Needed()], choices=choices_of(SHAPES))
    colour = TextField(_l("Colour of the line and the title"), limit=20)
    accent = TextField(_l("Colour of the bar below the name"), limit=20)
    file_number = PlacedField(_l("File number"), limit=LONGEST_FILE_NUMBER)
    name_1 = NameField(_l("Name"), limit=100)
    duty_1 = TextField(_l("Duty in Serbian, Cyrillic letters"), limit=100)
    duty_en_1 = TextField(_l("Duty in English"), limit=100)
    name_2 = NameField(_l("Name"), limit=100)
    duty_2 = TextField(_l("Duty in Serbian, Cyrillic letters"), limit=100)
    duty_en_2 = TextField(_l("Duty in English"), limit=100)
    name_3 = NameField(_l("Name"), limit=100)
    duty_3 = TextField(_l("Duty in Serbian, Cyrillic letters"), limit=100)
    duty_en_3 = TextField(_l("Duty in English"), limit=100)
    version = HiddenField()

    @classmethod
    def of(cls, template: StoredTemplate) -> "TemplateForm":
        """With what is stored."""
        draft = template.draft
        data: dict[str, Any] = {
            "shape": draft.shape.value,
            "colour": draft.colour or TABLA,
            "accent": draft.accent or QUINCE,
            "file_number": draft.file_number,
            "version": template.version,
        }
        for nth, who in enumerate(draft.signatories, 1):
            data |= {f"name_{nth}": who.name, f"duty_{nth}": who.duty_sr_cyrl, f"duty_en_{nth}": who.duty_en}
        return cls(data=data)

    def draft(self) -> TemplateDraft:
        """What the form says; call after `accepted()`. The usual colours stay the usual ones if they change."""
        said: Mapping[str, Any] = self.data
        signatories = tuple(
            SignatoryDraft(said[f"name_{nth}"] or "", said[f"duty_{nth}"] or "", said[f"duty_en_{nth}"] or "")
            for nth in range(1, len(SIGNING) + 1)
        )
        return TemplateDraft(
            shape=PaperShape(self.shape.data),
            colour=_own(self.colour.data, TABLA),
            accent=_own(self.accent.data, QUINCE),
            file_number=self.file_number.data or "",
            signatories=signatories,
        )

    def seen(self) -> int | None:
        """The version that the page showed."""
        return number_of(self.version.data)


def _own(colour: str | None, usual: str) -> str:
    return "" if (colour or "").upper() in ("", usual) else str(colour)


class WordingForm(BaseForm):
    """What papers of one kind say, in three scripts."""

    title_sr_cyrl = PlacedField(_l("Title in Serbian, Cyrillic letters"), limit=LONGEST_TITLE)
    lead_sr_cyrl = PlacedField(_l("Above the name in Serbian, Cyrillic letters"), limit=LONGEST_LEAD)
    text_sr_cyrl = PlacedLinesField(_l("Below the name in Serbian, Cyrillic letters"), limit=LONGEST_WORDS)
    title_sr_latn = PlacedField(_l("Title in Serbian, Latin letters"), limit=LONGEST_TITLE)
    lead_sr_latn = PlacedField(_l("Above the name in Serbian, Latin letters"), limit=LONGEST_LEAD)
    text_sr_latn = PlacedLinesField(_l("Below the name in Serbian, Latin letters"), limit=LONGEST_WORDS)
    title_en = PlacedField(_l("Title in English"), limit=LONGEST_TITLE)
    lead_en = PlacedField(_l("Above the name in English"), limit=LONGEST_LEAD)
    text_en = PlacedLinesField(_l("Below the name in English"), limit=LONGEST_WORDS)
    version = HiddenField()

    @classmethod
    def of(cls, wording: Mapping[str, Wording], version: int) -> "WordingForm":
        """With what is stored."""
        said = {
            f"{part}_{language.lower()}": getattr(wording.get(language, Wording()), part)
            for language in LANGUAGES
            for part in PARTS
        }
        return cls(data=said | {"version": version})

    def draft(self) -> dict[str, Wording]:
        """What the form says; call after `accepted()`."""
        return {
            language: Wording(*(self.data[f"{part}_{language.lower()}"] or "" for part in PARTS))
            for language in LANGUAGES
        }

    def seen(self) -> int | None:
        """The version that the page showed."""
        return number_of(self.version.data)


class PaperPictureForm(PictureForm):
    """A logo, or a signature on white paper."""

    photo = UploadField(
        _l("Picture"), [Needed(_l("Choose the picture."))], render_kw={"accept": ".jpg,.jpeg,.png,.svg"}
    )
