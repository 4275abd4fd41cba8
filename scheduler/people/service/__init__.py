"""What people do with their accounts and profiles; each function is one use case and one transaction."""

from scheduler.people.service.accounts import (
    ask_reset,
    choose_columns,
    note_seen,
    reset_password,
    set_language,
    sign_in,
    sign_out,
)
from scheduler.people.service.centres import change_centre, reopen_step, send_test_mail, settle_step
from scheduler.people.service.importing import import_people, take_back_people
from scheduler.people.service.invitations import (
    accept_invitation,
    change_roles,
    invitation_path,
    invite_again,
    invite_user,
    open_centre,
    restore_user,
    set_up_centre,
    suspend_user,
)
from scheduler.people.service.named import NamedPresenter, PresenterNames
from scheduler.people.service.presenters import (
    add_exception,
    change_skills,
    create_presenter,
    remove_exception,
    set_hours,
    set_phone,
)

__all__ = [
    "NamedPresenter",
    "PresenterNames",
    "accept_invitation",
    "add_exception",
    "ask_reset",
    "change_centre",
    "change_roles",
    "change_skills",
    "choose_columns",
    "create_presenter",
    "import_people",
    "invitation_path",
    "invite_again",
    "invite_user",
    "note_seen",
    "open_centre",
    "remove_exception",
    "reopen_step",
    "reset_password",
    "restore_user",
    "send_test_mail",
    "set_hours",
    "set_language",
    "set_phone",
    "set_up_centre",
    "settle_step",
    "sign_in",
    "sign_out",
    "suspend_user",
    "take_back_people",
]
