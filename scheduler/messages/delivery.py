"""A message leaves the house: as mail or as a short message; what became of it in a word of ours."""

import datetime as dt
import email.utils
import logging
import smtplib

from scheduler.config import settings
from scheduler.core import mailer, sms, tls
from scheduler.messages import mail, rules
from scheduler.messages.terms import Channel, Failure, Parcel

log = logging.getLogger(__name__)
SENDER = "Raspored"


def hand_over(parcel: Parcel, now: dt.datetime) -> Failure | None:
    """None when it was taken, else why not."""
    wanted = settings()
    name = mail.file_name(parcel.row_id, now)
    try:
        if parcel.channel is Channel.SMS:
            words = parcel.body.text
            ca_file, folder = wanted.tls_ca_file, wanted.instance / "sms"
            sms.send(parcel.address, words, url=wanted.sms_url, folder=folder, name=name, ca_file=ca_file)
        else:
            letter = mailer.compose(_outgoing(parcel, now))
            ca_file, folder = wanted.tls_ca_file, wanted.instance / "mail"
            mailer.send(letter, smtp_url=wanted.smtp_url, folder=folder, name=name, ca_file=ca_file)
    except (OSError, ValueError) as error:
        failure = _failure_of(error) if isinstance(error, OSError) else Failure.BROKEN  # a bad certificate is both
        log.warning(
            "message not sent",
            extra={"message_id": parcel.row_id, "failure": failure.value, "attempts": parcel.attempts},
        )
        return failure
    return None


def _failure_of(error: OSError) -> Failure:
    if fault := tls.fault_of(error):
        return Failure(fault.value)
    if isinstance(error, mailer.NoEncryption):
        return Failure.NO_ENCRYPTION
    if isinstance(error, mailer.LettersNotTaken):
        return Failure.LETTERS
    if isinstance(error, sms.NotTaken):
        return rules.failure_of_http(error.status)
    return rules.failure_of(_answer(error))


def _outgoing(parcel: Parcel, now: dt.datetime) -> mailer.Outgoing:
    return mailer.Outgoing(
        sender=settings().mail_from,
        sender_name=SENDER,
        to=parcel.address,
        subject=parcel.body.subject,
        text=parcel.body.text,
        html=parcel.body.html,
        message_id=parcel.message_id,
        date=email.utils.format_datetime(now),
        reply_to=parcel.reply_to,
        stop_url=parcel.stop_url,
        calendar=parcel.calendar,
        thread=parcel.thread,
    )


def _answer(error: OSError) -> int | None:
    """What the mail server answered about this mail, as a number, if it came so far.

    A server that does not take ourselves (greeting, sign-in, sender) says nothing about the mail: it waits until
    somebody mends that.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _text in error.recipients.values()), default=None)
    if isinstance(error, smtplib.SMTPDataError) and error.smtp_code > 0:
        return error.smtp_code
    return None
