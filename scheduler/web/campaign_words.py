"""What a programme or a campaign refuses, in words; `WORDS` (web/reasons.py) holds them with all others."""

from babel.support import LazyProxy

from scheduler.core.errors import Reason
from scheduler.programmes.terms import CampaignReason, ProgrammeReason
from scheduler.web.i18n import _l

CAMPAIGN_WORDS: dict[Reason, LazyProxy] = {
    ProgrammeReason.HOURS_WITHOUT_NUMBER: _l("Enter the number too: hours are granted by the catalogue."),
    CampaignReason.CITIES_ADD_UP: _l("Leave this empty, or enter what the cities add up to: there is one target."),
    CampaignReason.CITY_TWICE: _l("Remove one line: this city is in the list twice."),
    CampaignReason.NOT_OF_THIS_VISIT: _l("Choose another: this campaign has another programme, or other days."),
    CampaignReason.NOT_A_WEB_ADDRESS: _l("Enter an address that begins with https://."),
    CampaignReason.VISITS_OUTSIDE: _l("Choose days that hold its visits, or take those named below out of it."),
    CampaignReason.TITLE_AND_TEXT: _l("Enter both, the title and the text, or neither."),
    ProgrammeReason.QUESTION_WITHOUT_ANSWER: _l("Write the answer in the line below each question."),
    ProgrammeReason.TOO_MANY_QUESTIONS: _l("Keep three questions, those that are asked most."),
    ProgrammeReason.CHILD_RECOGNISED: _l("Tick that no child can be recognised, or give no photograph."),
    ProgrammeReason.EDUCATOR_NEEDED: _l(
        "Enter at least one educator: nobody goes alone, a young person never without an adult."
    ),
}
