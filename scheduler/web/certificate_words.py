"""Why a certificate is not issued, or its template not taken, and what the worker does with certificates, in words."""

from collections.abc import Mapping

from babel.support import LazyProxy

from scheduler.certificates.terms import CertificateReason
from scheduler.core.drawings import DrawingReason
from scheduler.core.errors import Reason
from scheduler.web.i18n import _l
from scheduler.work.terms import Phase, WorkKind

CERTIFICATE_WORDS: Mapping[Reason, LazyProxy] = {
    CertificateReason.ATTENDANCE_NOT_LOCKED: _l("Lock the attendance first."),
    CertificateReason.CERTIFICATE_EXISTS: _l("Check the name: this person has a certificate of this visit already."),
    CertificateReason.CERTIFICATE_REVOKED: _l("Leave it: this certificate was revoked, and it does not come back."),
    CertificateReason.CAMPAIGN_RUNS: _l("Wait until the campaign is over: its schools may still be visited."),
    CertificateReason.NO_PUPILS_LEFT: _l("Revoke it instead: the numbers say now that no pupils were there."),
    CertificateReason.SAME_NAME_THERE: _l(
        "Add to the name what tells the two apart: a presenter of the same name has a certificate from the same visits."
    ),
    CertificateReason.COLOUR_TOO_PALE: _l("Choose a darker colour: on white paper this one can hardly be read."),
    CertificateReason.NOT_A_COLOUR: _l("Enter a colour like this: #12594D."),
    CertificateReason.NO_SUCH_PLACEHOLDER: _l("Write only placeholders that exist: they are listed beside the field."),
    CertificateReason.BRACE_ALONE: _l("Close every brace: a placeholder stands between two of them."),
    CertificateReason.DUTY_OF_NOBODY: _l("Write who has this duty, or leave the duty empty."),
    CertificateReason.PICTURE_MISSING: _l("Choose the picture."),
    CertificateReason.PICTURE_OF_NO_KIND: _l(
        "Choose a PNG, a JPEG or, for a logo, an SVG: this file is none of them, whatever its name says."
    ),
    CertificateReason.PICTURE_NOT_WHOLE: _l(
        "Choose the file again: it is not whole, or one of its sides has fewer than 40 pixels."
    ),
    CertificateReason.PICTURE_TOO_FINE: _l(
        "Make the picture smaller: a side may have 12,000 pixels, the whole of it 50 million."
    ),
    DrawingReason.DRAWING_RUNS: _l(
        "Save the SVG without scripts, animation and embedded pages, or save it as PNG: none of them is run here."
    ),
    DrawingReason.DRAWING_REFERS: _l(
        "Save the SVG so that it holds only its own lines and areas, or save it as PNG: this one refers to another"
        " file or holds a photograph."
    ),
    DrawingReason.DRAWING_WRITES: _l(
        "Turn the letters of the SVG into outlines, or save it as PNG: its font is not in the file."
    ),
    DrawingReason.DRAWING_TOO_INVOLVED: _l(
        "Save the picture as PNG: this SVG is too large or too involved to be drawn here."
    ),
    CertificateReason.PICTURE_EMPTY: _l("Choose another picture: nothing is written on this one."),
}
CERTIFICATE_WORK: dict[WorkKind, LazyProxy] = {
    WorkKind.ISSUE_CERTIFICATES: _l("Issue of certificates"),
    WorkKind.ZIP_CERTIFICATES: _l("Certificates as own files"),
    WorkKind.MERGE_CERTIFICATES: _l("Certificates in one file"),
    WorkKind.MAIL_CERTIFICATES: _l("Mails about certificates"),
}
CERTIFICATE_PHASES: Mapping[Phase, LazyProxy] = {
    Phase.ISSUING: _l("Issuing, one visit after the other"),
    Phase.DRAWING: _l("Drawing the certificates"),
    Phase.WRITING: _l("Writing to the schools"),
}
