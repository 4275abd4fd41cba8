"""Forms of vetting and consent; the document itself is never asked for."""

from wtforms import BooleanField, HiddenField, RadioField
from wtforms.fields import SelectChoice

from scheduler.core.typed_days import YearMeant
from scheduler.people.rules import NAME_LIMIT
from scheduler.safeguarding.terms import (
    CONSENT_TEXT,
    ConsentDraft,
    GuardianDraft,
    NoticeDraft,
    PaperDraft,
    VettingDraft,
    VettingResult,
)
from scheduler.staffing.terms.pick_ups import PICK_UP_LENGTH, ChildsVisit
from scheduler.web.forms import BaseForm, DayField, EmailField, NameField, Needed, PhoneField, TextField, UploadField
from scheduler.web.i18n import _l
from scheduler.web.photo_form import sent_in

RESULTS = {VettingResult.CLEARED: _l("Clear"), VettingResult.REFUSED: _l("May not enter a school")}

DRIVES = {VettingResult.CLEARED: _l("May drive young people"), VettingResult.REFUSED: _l("May not drive young people")}


class VettingForm(BaseForm):
    result = RadioField(
        _l("Result"),
        [Needed()],
        coerce=VettingResult,
        choices=[SelectChoice(result.value, word) for result, word in RESULTS.items()],
    )
    checked_on = DayField(_l("Day of the check"), [Needed()], meant=YearMeant.LAST)
    valid_until = DayField(_l("Valid until"), [Needed()])
    driving = BooleanField(_l("It is a check as a driver of young presenters"))

    def draft(self) -> VettingDraft:
        """What the form says; call after `accepted()`."""
        return VettingDraft(self.result.data, self.checked_on.data, self.valid_until.data)


class GuardianForm(BaseForm):
    name = NameField(_l("Guardian's name"), [Needed()], limit=NAME_LIMIT)
    email = EmailField(_l("Guardian's e-mail address"), [Needed()])
    phone = PhoneField(_l("Guardian's phone number"))
    works_here = BooleanField(_l("The guardian has an account here too, and signs on paper"))

    def draft(self) -> GuardianDraft:
        """What the form says; call after `accepted()`."""
        return GuardianDraft(self.name.data, self.email.data, self.phone.data or "", self.works_here.data)


class PurposesForm(BaseForm):
    """What a guardian agrees to: each purpose apart, and none is ticked before she ticks it."""

    text_version = HiddenField(default=CONSENT_TEXT)
    takes_part = BooleanField(
        _l("May take part in visits"),
        [Needed(_l("Tick that the young person may take part: nothing else is valid without it."))],
    )
    travels = BooleanField(_l("May travel to other towns"))
    rides = BooleanField(_l("May ride in the car of an adult who goes along"))
    photo = BooleanField(_l("May be photographed"))

    def ticked(self) -> ConsentDraft:
        """What is ticked; call after `accepted()`."""
        return ConsentDraft(
            text_version=self.text_version.data or "",
            takes_part=self.takes_part.data,
            travels=self.travels.data,
            rides=self.rides.data,
            photo=self.photo.data,
        )


class GivenForm(PurposesForm):
    """A guardian's own words behind her link."""

    name = NameField(_l("Your name and surname"), [Needed()], limit=NAME_LIMIT)


class PaperForm(PurposesForm):
    given_on = DayField(_l("Signed on"), [Needed()], meant=YearMeant.LAST)
    valid_until = DayField(_l("Valid until"), [Needed()])
    scan = UploadField(
        _l("Scan or photograph of the signed paper"),
        [Needed(_l("Choose the scan or the photograph."))],
        render_kw={"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"},
    )
    seen = BooleanField(_l("I have seen the signed paper, and this is what it says"))

    def draft(self) -> PaperDraft:
        """What the form says; call after `accepted()`. Of a file that is too large a byte too much is read."""
        return PaperDraft(self.ticked(), self.given_on.data, self.valid_until.data, sent_in(self.scan), self.seen.data)


class PaperSeenForm(BaseForm):
    """A second person has looked."""

    seen = BooleanField(_l("I have seen the signed paper, and this is what it says"))


class NoticeForm(BaseForm):
    """How and when the guardian was told of a paper that is to bring a withdrawn consent back."""

    how = RadioField(
        _l("How the guardian was told"),
        [Needed()],
        choices=[SelectChoice("phone", _l("By phone")), SelectChoice("post", _l("By post"))],
    )
    told_on = DayField(_l("Day of the notice"), [Needed()], meant=YearMeant.LAST)

    def draft(self) -> NoticeDraft:
        """What the form says; call after `accepted()`."""
        return NoticeDraft(by_phone=self.how.data == "phone", told_on=self.told_on.data)


class BirthDateForm(BaseForm):
    birth_date = DayField(_l("Birth date"), [Needed()], meant=YearMeant.NONE)


class PickUpForm(BaseForm):
    """Who fetches a young person after one visit."""

    who = TextField(_l("Who picks your child up, or how your child gets home"), limit=PICK_UP_LENGTH)

    @classmethod
    def of(cls, one: ChildsVisit) -> "PickUpForm":
        """The form of one visit among several on a page."""
        return cls(formdata=None, data={"who": one.who}, mark=one.visit.number)
