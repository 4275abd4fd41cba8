"""Commands of the people: `setup`, `people invite`, `people import`, `people confirm-birth-date`,
`people confirm-guardian`, `people confirm-paper`, `people reset-factor`, `people forget-login`."""

import datetime as dt
from pathlib import Path

import click
from flask import Flask

from scheduler.cli import files
from scheduler.cli.refusals import ROW, BadInput, Command, CommandGroup
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, NotFound, Reason, Rejected
from scheduler.core.language import DEFAULT, languages
from scheduler.core.names import problem_with_name
from scheduler.core.text import BadText, clean
from scheduler.imports.staging import Filing
from scheduler.keys.service.resetting import reset_on_the_host
from scheduler.people import queries, rules
from scheduler.people.imports import LAYOUT, read_people
from scheduler.people.models import Centre
from scheduler.people.service import installation
from scheduler.people.service.importing import import_people
from scheduler.people.service.invitations import invitation_path, invite_user
from scheduler.people.service.login_sign_ins import forget_login_on_the_host
from scheduler.people.terms import INVITED_ROLES, InvitationDraft
from scheduler.policy import SYSTEM, Role
from scheduler.safeguarding.service import confirm_guardian_on_the_host
from scheduler.staffing.service.birth_dates import confirm_on_the_host
from scheduler.staffing.service.consents import confirm_paper_on_the_host

REASONS = {
    "missing": "is missing",
    "not_an_email": "is no e-mail address",
    "has_account": "belongs to an account already",
    "correction_is_over": "no such birth date waits: propose it on the page of checks and consents first",
    "host_not_needed": "another administrator of the centre can be the second person, and confirms it on the page",
    "guardian_missing": "no guardian is named: name one on the page of checks and consents first",
    "guardian_is_confirmed": "no guardian of this presenter waits for confirmation",
    "is_an_adult": "this person is of age and needs no consent",
    "paper_is_over": "this paper no longer waits for confirmation",
    "link_only": "the consent was withdrawn: only the guardian can give it again, by the link that the page sends",
    "before_the_withdrawal": "it was signed before the consent was withdrawn: ask for a new paper",
    "notice_missing": "the consent was withdrawn: tell the guardian, and record that on the page of the paper first",
    "notice_waits": "seven days have not passed since the guardian was told",
    "already_set_up": "is set up already: invite people with `people invite`, or open one more with --another",
}
NAMES: dict[Reason, str] = {
    GroundReason.IDENTITY_NUMBER: "no identity number (JMBG) is stored here, remove it",
    GroundReason.ADDRESS_MIXES_SCRIPTS: "a part of this address mixes Latin and Cyrillic letters, type it anew",
    GroundReason.NOT_TEXT: "some letters are broken, type them anew",
    GroundReason.BROKEN_LETTERS: "the letters are broken, type them anew",
    GroundReason.NO_LETTER: "a name needs at least one letter",
    GroundReason.MIXED_SCRIPTS: "a word of this name mixes Latin and Cyrillic letters, type it anew",
    GroundReason.UNPRINTABLE: "our papers cannot print some of these letters, use Latin or Cyrillic ones",
}

group = CommandGroup("people", help="Users, presenters, invitations.")


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(set_up)
    app.cli.add_command(group)


@click.command("setup", cls=Command)
@click.option("--centre", "name", required=True, help="The centre's name, as certificates shall print it.")
@click.option("--email", required=True, help="The administrator's address.")
@click.option("--another", is_flag=True, help="One more centre in an installation that has one.")
def set_up(name: str, email: str, another: bool) -> None:
    """Begin: municipalities, holidays and school calendars, the first centre, and one invitation link.

    Repeated with the same words it adds what is lacking, and prints a new link until the invitation is accepted.
    """
    try:
        path = installation.set_up(_cleaned("centre", name, 200), email, another=another, now=clock.now())
    except Rejected as rejected:
        raise _told(rejected) from rejected
    click.echo(settings().base_url + path if path else "All is set up, and the invitation was accepted.")


@group.command("invite")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in INVITED_ROLES]), required=True)
@click.option("--centre", "slug", help="Slug of the centre; needed only when there are several.")
@click.option("--given-name", default="", help="Left out, the invited person types it.")
@click.option("--family-name", default="", help="Left out, the invited person types it.")
@click.option("--language", type=click.Choice(languages()), default=DEFAULT, show_default=True)
def invite(email: str, role: str, slug: str | None, given_name: str, family_name: str, language: str) -> None:
    """Invite EMAIL: prints a link, and mails one. It works for seven days, once."""
    draft = InvitationDraft(
        email,
        (Role(role),),
        _cleaned("given name", given_name, rules.NAME_LIMIT),
        _cleaned("family name", family_name, rules.NAME_LIMIT),
        language,
    )
    now = clock.now()
    try:
        user_id = invite_user(SYSTEM, draft, now=now, centre_id=centre_of(slug).id)
    except Rejected as rejected:
        raise _told(rejected) from rejected
    click.echo(settings().base_url + invitation_path(SYSTEM, user_id, now=now))


def centre_of(slug: str | None) -> Centre:
    """The centre that a command means. Raises: BadInput."""
    found = queries.centres()
    if slug is not None:
        try:
            return queries.centre_by_slug(slug)
        except NotFound as error:
            raise BadInput(f"--centre {slug}: there are {', '.join(one.slug for one in found) or 'none'}") from error
    if not found:
        raise BadInput("there is no centre yet: run `setup` first")
    if len(found) > 1:
        raise BadInput(f"--centre is missing: one of {', '.join(one.slug for one in found)}")
    return found[0]


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--centre", "slug", help="Slug of the centre; needed only when there are several.")
@click.option("--map", "map_file", type=click.Path(path_type=Path), help='JSON: {"their column": "our field"}.')
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def import_file(file: Path, slug: str | None, map_file: Path | None, dry_run: bool, as_json: bool) -> None:
    """Import people from a CSV or XLSX FILE: all of them, or nothing when a line is wrong (exit code 2).

    People are known by their address. Nobody is written to: invite them when you are ready. Administrators are not
    imported. A young person without the guardian's consent, or an unchecked adult, is stored and cannot be assigned.
    """
    content, columns, centre_id = files.content_of(file), files.column_map(map_file), centre_of(slug).id
    with files.progress(as_json=as_json) as bar:
        sheet = read_people(content, columns)
        bar.compares()
        outcome = import_people(SYSTEM, sheet, Filing(clock.now(), centre_id, file.name, dry_run, bar.tell))
    seen = files.seen_of(content, LAYOUT, columns)
    files.tell(file, outcome, encoding=sheet.encoding, dry_run=dry_run, as_json=as_json, seen=seen)


@group.command("confirm-birth-date")
@click.argument("presenter_id", type=ROW)
@click.argument("birth_date", type=click.DateTime(["%Y-%m-%d"]))
def confirm_birth_date(presenter_id: int, birth_date: dt.datetime) -> None:
    """Confirm the BIRTH_DATE (2009-03-01) that was proposed for PRESENTER_ID.

    Only where no other administrator of the centre can be the second person. Look at a document first. The audit keeps
    that it was confirmed here, all staff of the centre are told by mail, and the presenter leaves at once the visits to
    come that the new date forbids.
    """
    try:
        confirm_on_the_host(presenter_id, birth_date.date(), now=clock.now())
    except NotFound as error:
        raise BadInput(f"presenter {presenter_id}: there is none") from error
    except Conflict as refused:
        raise BadInput(f"presenter {presenter_id}: {REASONS.get(refused.reason, refused.reason)}") from refused
    click.echo(f"presenter {presenter_id}: the birth date is corrected, and all staff of the centre are told")


@group.command("confirm-guardian")
@click.argument("presenter_id", type=ROW)
def confirm_guardian(presenter_id: int) -> None:
    """Confirm the first guardian of PRESENTER_ID, whose number stands in the address of the page of consents.

    Only where no other administrator of the centre can be the second person. Compare name and address with the family's
    papers first. The audit keeps that it was confirmed here, and the guardian is sent the link.
    """
    try:
        confirm_guardian_on_the_host(presenter_id, now=clock.now())
    except NotFound as error:
        raise BadInput(f"presenter {presenter_id}: there is none") from error
    except Conflict as refused:
        raise BadInput(f"presenter {presenter_id}: {REASONS.get(refused.reason, refused.reason)}") from refused
    click.echo(f"presenter {presenter_id}: the guardian is confirmed, and the link is on its way")


@group.command("confirm-paper")
@click.argument("paper_id", type=ROW)
def confirm_paper(paper_id: int) -> None:
    """Confirm the consent on paper PAPER_ID, whose number stands in the address of its page.

    Only where no other administrator of the centre can be the second person. Look at the signed paper first. The audit
    keeps that it was confirmed here, and the guardian is told by mail.
    """
    try:
        confirm_paper_on_the_host(paper_id, now=clock.now())
    except NotFound as error:
        raise BadInput(f"paper {paper_id}: there is none") from error
    except Conflict as refused:
        raise BadInput(f"paper {paper_id}: {REASONS.get(refused.reason, refused.reason)}") from refused
    click.echo(f"paper {paper_id}: the consent counts, and the guardian is told")


@group.command("reset-factor")
@click.argument("email")
def reset_factor(email: str) -> None:
    """Take away the second step of EMAIL, who has lost phone and recovery codes and whom no colleague can help.

    First be sure who asks. She signs in with her password then and opens the printed link in the same browser; it works
    for an hour, once. It is audited, she is signed out everywhere, and all staff of the centre are told by mail.
    """
    try:
        path = reset_on_the_host(email, now=clock.now())
    except NotFound as error:
        raise BadInput(f"{email}: no staff has this address") from error
    click.echo(settings().base_url + path)


@group.command("forget-login")
@click.argument("email")
def forget_login(email: str) -> None:
    """Unlink the account of EMAIL from the centre's own login (OIDC_ISSUER).

    Wanted when that login has made a new person for the same address, or when somebody else came through it. She is
    signed out everywhere, and it is audited; her next way through the login links her account anew, by the address.
    """
    try:
        links = forget_login_on_the_host(email, now=clock.now())
    except NotFound as error:
        raise BadInput(f"{email}: no account has this address") from error
    click.echo(f"{email}: unlinked, and signed out everywhere" if links else f"{email}: was not linked; signed out")


def _cleaned(what: str, typed: str, limit: int) -> str:
    try:
        text = clean(typed, limit=limit)
    except BadText as error:
        said = f"at most {limit} characters" if error.reason is GroundReason.TOO_LONG else NAMES[error.reason]
        raise BadInput(f"{what}: {said}") from error
    if reason := problem_with_name(text):
        raise BadInput(f"{what}: {NAMES[reason]}")
    return text


def _told(rejected: Rejected) -> BadInput:
    return BadInput("; ".join(f"{field} {REASONS.get(reason, reason)}" for field, reason in rejected.problems.items()))
