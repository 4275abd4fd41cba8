"""How the export of one person names what it holds, in her language."""

from scheduler.core.language import translator


def titles(language: str) -> dict[str, str]:
    """A heading for each part of the export; a part without one keeps the name of its table."""
    _ = translator(language).gettext
    return {
        "title": _("What we hold about you"),
        "user_account": _("Your account"),
        "presenter": _("Your profile as a presenter"),
        "school_request": _("Visits that you asked for"),
        "visit": _("Visits that came of it"),
        "guardian": _("You as a guardian"),
        "guardian_consent": _("Consents"),
        "vetting": _("Checks"),
        "driving_check": _("Checks as a driver"),
        "assignment": _("Where you were"),
        "outbox_message": _("Messages to you"),
        "audit_entry": _("What you did here"),
        "certificate": _("Certificates with your name"),
        "sign_in": _("When you signed in"),
        "login_identity": _("Login of your centre"),
        "feed_token": _("Your calendar addresses"),
        "named": _("Where else your name stands"),
    }
