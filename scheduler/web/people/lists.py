"""Presenters and staff as files: what stands in which column."""

from collections.abc import Mapping

from babel.support import LazyProxy

from scheduler.core.language import pick
from scheduler.people.terms import PresenterRow, StaffRow
from scheduler.policy import Role
from scheduler.safeguarding.terms import Clearance, ProofStanding
from scheduler.web import labels
from scheduler.web.i18n import _l, page_language
from scheduler.web.people import forms
from scheduler.web.tables import FileColumn

PROOFS: Mapping[ProofStanding, LazyProxy] = {
    ProofStanding.MISSING: _l("Missing"),
    ProofStanding.REFUSED: _l("May not enter a school"),
    ProofStanding.VALID: _l("Valid"),
    ProofStanding.ENDS_SOON: _l("Valid"),
    ProofStanding.ENDED: _l("Ended"),
    ProofStanding.WITHDRAWN: _l("Consent withdrawn"),
    ProofStanding.NOT_NEEDED: _l("not needed"),
}
ACCESS = _l("Whether the account is open; invited: no password is chosen yet.")


def _access(row: PresenterRow | StaffRow) -> LazyProxy:
    return _l("Suspended") if row.suspended else _l("Invited") if row.invited else _l("Active")


PRESENTERS_FILE = (
    FileColumn[Clearance](_l("Name"), _l("Given and family name."), lambda row: row.presenter.full_name),
    FileColumn[Clearance](
        _l("Role"), _l("Educator or youth influencer."), lambda row: forms.ROLES[Role(row.presenter.kind)]
    ),
    FileColumn[Clearance](
        _l("Home town"),
        _l("The town from which the presenter sets out."),
        lambda row: pick(page_language(), row.presenter.home_sr_cyrl, row.presenter.home_sr_latn),
    ),
    FileColumn[Clearance](
        _l("Topics"),
        _l("What the presenter speaks about."),
        lambda row: ", ".join(str(labels.TOPICS[topic]) for topic in row.presenter.topics),
    ),
    FileColumn[Clearance](
        _l("Check"),
        _l("Where the check stands that working with children asks for."),
        lambda row: PROOFS[row.vetting.standing],
    ),
    FileColumn[Clearance](
        _l("Check valid until"), _l("The last day on which the check holds."), lambda row: row.vetting.valid_until
    ),
    FileColumn[Clearance](
        _l("Guardian's consent"),
        _l("Where the consent stands; an adult needs none."),
        lambda row: PROOFS[row.consent.standing],
    ),
    FileColumn[Clearance](_l("Access"), ACCESS, lambda row: _access(row.presenter)),
)
STAFF_FILE = (
    FileColumn[StaffRow](_l("Name"), _l("Given and family name."), lambda row: row.full_name),
    FileColumn[StaffRow](_l("E-mail address"), _l("The address of the account."), lambda row: row.email),
    FileColumn[StaffRow](
        _l("Roles"), _l("What the account may do."), lambda row: ", ".join(str(forms.ROLES[role]) for role in row.roles)
    ),
    FileColumn[StaffRow](_l("Access"), ACCESS, _access),
)
