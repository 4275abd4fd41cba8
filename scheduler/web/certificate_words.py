"""What the worker does with certificates, in words."""

from collections.abc import Mapping

from babel.support import LazyProxy

from scheduler.web.i18n import _l
from scheduler.work.terms import Phase, WorkKind

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
