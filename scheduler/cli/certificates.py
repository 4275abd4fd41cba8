"""Commands of certificates: `certificates issue`, `certificates mail`, `certificates verify`, `certificates keys`."""

import dataclasses
import io
import json
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import click
from flask import Flask

from scheduler.certificates import key_sheet, signature
from scheduler.certificates.queries import papers
from scheduler.certificates.queries.letters import preview
from scheduler.certificates.rules import number_typed
from scheduler.certificates.service import awards, issuing, letters
from scheduler.certificates.terms import CertificateFilters, CertificateState, CheckedCertificate, Issued
from scheduler.cli.refusals import ROW, BadInput, CommandGroup
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound
from scheduler.core.language import DEFAULT, languages, moment, translator
from scheduler.policy import SYSTEM

group = CommandGroup("certificates", help="Certificates from locked attendance, and whether a number is valid.")
ABOUT: Mapping[str, Callable[..., Issued]] = {
    "cohort": awards.issue_for_cohort,
    "schools_of": awards.issue_for_campaign,
    "classes_of": awards.issue_for_groups,
    "presenter": lambda actor, which, *, now: awards.issue_for_presenter(actor, *_year_of_presenter(which), now=now),
}
STATES = {CertificateState.ISSUED: "valid", CertificateState.REISSUED: "replaced", CertificateState.REVOKED: "revoked"}


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("issue")
@click.option("--campaign", metavar="SLUG", default="", help="Only visits of one campaign.")
@click.option("--visit", "visit_id", type=ROW, metavar="ID", help="Only one visit.")
@click.option("--cohort", metavar="CODE", default="", help="The certificate of a cohort, instead of those of visits.")
@click.option("--schools-of", metavar="SLUG", default="", help="Of each school for its part in a whole campaign.")
@click.option("--classes-of", metavar="NUMBER", default="", help="Of each class or group of one visit: V-2026-0412.")
@click.option("--presenter", metavar="ID:YEAR", default="", help="Of a presenter for a school year: 5:2025 is 2025/26.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="FILE.pdf or FILE.zip")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def issue(campaign: str, visit_id: int | None, out: Path, as_json: bool, **about: str) -> None:
    """Issue what is due, and write all of it: one merged PDF, or a ZIP of own files.

    A second call issues nothing and writes the same certificates again.
    """
    if out.suffix.lower() not in (".pdf", ".zip"):
        raise BadInput(f"--out: {out} must end in .pdf or .zip")
    asked = next(((name, which) for name, which in about.items() if which), None)
    done = _about(*asked) if asked else _of_visits(campaign, visit_id)
    _write(done, out)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(done)))
    else:
        click.echo(f"{done.issued} issued, {done.already} were there, {len(done.numbers)} in {out}")


def _of_visits(campaign: str, visit_id: int | None) -> Issued:
    if campaign and not papers.campaign_exists(campaign):
        raise BadInput(f"--campaign: there is no campaign {campaign}")
    one = None if visit_id is None else [visit_id]
    visits = papers.due_visits(campaign_slug=campaign, visit_ids=one)
    if visit_id is not None and not visits:
        raise BadInput(f"--visit: {visit_id} is no delivered visit with locked attendance")
    return issuing.issue_for_locked_attendance(SYSTEM, visits, now=clock.now())


def _year_of_presenter(typed: str) -> tuple[int, int]:
    """5:2025 as her row and the year in which the school year began. Raises: NotFound for anything else."""
    who, _colon, year = typed.partition(":")
    if not (who.isdecimal() and year.isdecimal() and len(who) < 10 and len(year) == 4):
        raise NotFound("presenter")
    return int(who), int(year)


def _about(name: str, which: str) -> Issued:
    option = f"--{name.replace('_', '-')}"
    try:
        return ABOUT[name](SYSTEM, which, now=clock.now())
    except NotFound as unknown:
        raise BadInput(f"{option}: there is no {which}") from unknown
    except Conflict as conflict:
        raise BadInput(f"{option}: {which}: {conflict.reason}") from conflict


def _write(done: Issued, out: Path) -> None:
    """The file appears whole or not at all. Without a certificate a ZIP is empty and a PDF is not written."""
    if out.suffix.lower() == ".zip":
        content = _zip(done.numbers)
    elif done.numbers:
        content = issuing.draw_merged(SYSTEM, done.numbers)
    else:
        return
    _put(out, content, option="--out")


def _put(file: Path, content: bytes, *, option: str) -> None:
    """Whole or not at all. Raises: BadInput."""
    half = file.with_name(file.name + ".part")
    try:
        half.write_bytes(content)
        half.replace(file)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise BadInput(f"{option}: {file}: {error.strerror}") from error


def _zip(numbers: tuple[str, ...]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in numbers:
            archive.writestr(f"{number}.pdf", issuing.certificate_pdf(SYSTEM, number))
    return buffer.getvalue()


@group.command("mail")
@click.option("--campaign", metavar="SLUG", default="", help="Only visits of one campaign.")
@click.option("--dry-run", is_flag=True, help="Say what would leave, and send nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def mail(campaign: str, dry_run: bool, as_json: bool) -> None:
    """Write to each school that has valid certificates of which it has not heard. A second call writes to nobody."""
    if campaign and not papers.campaign_exists(campaign):
        raise BadInput(f"--campaign: there is no campaign {campaign}")
    seen = preview(SYSTEM, CertificateFilters(), campaign_slug=campaign)
    said = {"schools": len(seen.to_write), "mails": seen.mails, "told": seen.told, "without_address": len(seen.silent)}
    if not dry_run:
        visits = [one.visit_id for one in seen.to_write]
        written = [
            letters.write_letters(SYSTEM, visits[start : start + issuing.AT_ONCE], now=clock.now())
            for start in range(0, len(visits), issuing.AT_ONCE)
        ]
        said |= {"schools": sum(one.schools for one in written), "mails": sum(one.mails for one in written)}
    if as_json:
        click.echo(json.dumps(said))
    else:
        click.echo(
            f"{said['mails']} mails to {said['schools']} schools, {said['told']} told before, "
            f"{said['without_address']} without an address"
        )


@group.command("verify")
@click.argument("number")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def verify(number: str, as_json: bool) -> None:
    """Say whether a certificate is valid, replaced, revoked or unknown. Exit code 0 only for a valid one."""
    try:
        answer = _told(papers.certificate_of_number(number))
    except NotFound:
        answer = {"number": number_typed(number) or number[:64], "state": "unknown"}
    click.echo(
        json.dumps(answer, ensure_ascii=False, default=str) if as_json else f"{answer['number']} {answer['state']}"
    )
    sys.exit(0 if answer["state"] == "valid" else 1)


def _told(checked: CheckedCertificate) -> dict[str, object]:
    """Every printed field; an adult's name for as long as it is kept."""
    printed = dataclasses.asdict(checked.paper) | {"holder_name": checked.holder_name or ""}
    return printed | {"state": STATES[checked.state], "replaced_by": checked.replaced_by_number}


@group.command("keys")
@click.option("--renew", is_flag=True, help="Make another key; what the present one signed stays proven.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, as /.well-known/ has it.")
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Write them as a sheet for the register.")
@click.option("--lang", type=click.Choice(languages()), default=DEFAULT, help="The language of the sheet.")
def keys(renew: bool, as_json: bool, pdf: Path | None, lang: str) -> None:
    """The keys that sign what QR codes say, the one that signs now first."""
    if renew:
        signature.renew_key(now=clock.now())
    listed = signature.public_keys()
    if pdf is not None:
        now = moment(clock.now(), lang, settings().centre_timezone)
        printed = translator(lang).gettext("printed %(moment)s") % {"moment": now}
        sheet = key_sheet.KeySheet(listed, settings().base_url, printed, settings().helpline_number)
        _put(pdf, key_sheet.draw(sheet, lang), option="--pdf")
    if as_json:
        click.echo(json.dumps(signature.as_document(listed)))
        return
    for key in listed:
        click.echo(f"{key.name} {key.public} {f'until {key.retired_at:%Y-%m-%d}' if key.retired_at else 'signs'}")
