"""The form of the style guide: one field of each kind, so that each is seen in all its states."""

from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields import SelectChoice

from scheduler.web.forms import BaseForm, CountField, DayField, EmailField, LinesField, Needed, TextField, TimeField
from scheduler.web.i18n import _l


class SampleForm(BaseForm):
    """Shown in /styleguide, never sent."""

    place = TextField(_l("Place"), description=_l("Type the name and place, in either script."))
    day = DayField(_l("Day that suits you"), description=_l("For example 8.12.2026."))
    time = TimeField(_l("Start"), description=_l("For example 9:55."))
    pupils = CountField(_l("Number of pupils"), description=_l("About is enough, you can change it later."))
    parents = CountField(_l("Parents"))
    email = EmailField(_l("Your mail address"), [Needed()])
    words = LinesField(_l("What should we know?"))
    shift = SelectField(_l("Shift"), choices=[SelectChoice("am", _l("Morning")), SelectChoice("pm", _l("Afternoon"))])
    audience = RadioField(
        _l("Who attends?"), choices=[SelectChoice("pupils", _l("Pupils")), SelectChoice("parents", _l("Parents"))]
    )
    teacher_stays = BooleanField(_l("A teacher stays in the classroom from beginning to end."))
    sheet = FileField(_l("Photo of the signed sheet"))
