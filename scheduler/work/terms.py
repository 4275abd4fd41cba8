"""Words of the worker: long work that a person started, the last run of each job, and how the installation is."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scheduler.core.errors import N_, Reason


class WorkReason(Reason):
    """Why the worker takes no file, or nothing more for now."""

    TOO_MANY_FILES = "too_many_files", N_("Wait an hour: you have sent 30 files in the last one.")
    TOO_MANY_LISTS = "too_many_lists", N_("Wait until one of your three lists is done, then begin the next.")
    COLUMN_TWICE = "column_twice", N_("Choose each field for one column only: one of them is chosen twice.")
    NO_SUCH_FIELD = "no_such_field", N_("Choose the fields from the list.")


class WorkKind(StrEnum):
    """What a page hands to the worker because a person should not wait for it."""

    CHECK_HOSTS = "check_hosts"  # a register of hosts: what would change
    IMPORT_HOSTS = "import_hosts"
    CHECK_PEOPLE = "check_people"
    IMPORT_PEOPLE = "import_people"
    CHECK_BELLS = "check_bells"
    IMPORT_BELLS = "import_bells"
    CHECK_VISITS = "check_visits"  # of past years, with their counts
    IMPORT_VISITS = "import_visits"
    CHECK_HELPLINE = "check_helpline"  # totals, no cases
    IMPORT_HELPLINE = "import_helpline"
    CHECK_POSTS = "check_posts"  # what came of them
    IMPORT_POSTS = "import_posts"
    ISSUE_CERTIFICATES = "issue_certificates"
    PROPOSE_PLAN = "propose_plan"
    PLAN_TOUR = "plan_tour"
    ZIP_CERTIFICATES = "zip_certificates"  # a file for each
    MERGE_CERTIFICATES = "merge_certificates"  # all in one
    MAIL_CERTIFICATES = "mail_certificates"


class WorkState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Phase(StrEnum):
    """What long work is busy with, for who watches."""

    NONE = ""
    READING = "reading"
    COMPARING = "comparing"
    STORING = "storing"
    ISSUING = "issuing"
    SEARCHING = "searching"
    DRAWING = "drawing"
    WRITING = "writing"


RIGHTS: Mapping[WorkKind, tuple[str, str]] = {  # who may start it, and watch it
    WorkKind.CHECK_HOSTS: ("import", "host"),
    WorkKind.IMPORT_HOSTS: ("import", "host"),
    WorkKind.CHECK_PEOPLE: ("import", "user"),
    WorkKind.IMPORT_PEOPLE: ("import", "user"),
    WorkKind.CHECK_BELLS: ("import", "school_time"),
    WorkKind.IMPORT_BELLS: ("import", "school_time"),
    WorkKind.CHECK_VISITS: ("import", "visit"),
    WorkKind.IMPORT_VISITS: ("import", "visit"),
    WorkKind.CHECK_HELPLINE: ("import", "helpline"),
    WorkKind.IMPORT_HELPLINE: ("import", "helpline"),
    WorkKind.CHECK_POSTS: ("import", "post"),
    WorkKind.IMPORT_POSTS: ("import", "post"),
    WorkKind.ISSUE_CERTIFICATES: ("issue", "certificate"),
    WorkKind.PROPOSE_PLAN: ("create", "plan"),
    WorkKind.PLAN_TOUR: ("create", "plan"),
    WorkKind.ZIP_CERTIFICATES: ("issue", "certificate"),
    WorkKind.MERGE_CERTIFICATES: ("issue", "certificate"),
    WorkKind.MAIL_CERTIFICATES: ("issue", "certificate"),
}
MAKES_FILES = (WorkKind.ZIP_CERTIFICATES, WorkKind.MERGE_CERTIFICATES)  # whoever began it takes them away
OF_A_LIST = (WorkKind.MAIL_CERTIFICATES, *MAKES_FILES)  # whatever a list holds at the press: each is another work
OF_CERTIFICATES = (WorkKind.ISSUE_CERTIFICATES, *OF_A_LIST)
LEASES: Mapping[WorkKind, dt.timedelta] = {  # who tells each few seconds is missed sooner (TRUST R13)
    WorkKind.PROPOSE_PLAN: dt.timedelta(seconds=45),
    WorkKind.PLAN_TOUR: dt.timedelta(seconds=45),
}
STORES: Mapping[WorkKind, WorkKind] = {  # what stores the file that was checked
    WorkKind.CHECK_HOSTS: WorkKind.IMPORT_HOSTS,
    WorkKind.CHECK_PEOPLE: WorkKind.IMPORT_PEOPLE,
    WorkKind.CHECK_BELLS: WorkKind.IMPORT_BELLS,
    WorkKind.CHECK_VISITS: WorkKind.IMPORT_VISITS,
    WorkKind.CHECK_HELPLINE: WorkKind.IMPORT_HELPLINE,
    WorkKind.CHECK_POSTS: WorkKind.IMPORT_POSTS,
}
OPEN_WORK = (WorkState.WAITING, WorkState.RUNNING)


@dataclass(frozen=True)
class LeasedWork:
    """Long work that this worker holds for a while."""

    id: int
    kind: WorkKind
    centre_id: int
    user_id: int
    attempt: int
    done: int
    content: bytes | None
    result: Mapping[str, Any]
    total: int = 0


@dataclass(frozen=True)
class MadeFile:
    """One file that long work made, and by which hash it is known."""

    name: str
    content: bytes
    sha256: str


@dataclass(frozen=True)
class WorkRow:
    """Long work as its page shows it. `interrupted`: its worker fell silent, the next one takes it up again."""

    id: int
    kind: WorkKind
    state: WorkState
    phase: Phase
    done: int
    total: int
    started_by: str
    file_name: str
    created_at: dt.datetime
    ended_at: dt.datetime | None
    interrupted: bool
    slow_to_begin: bool
    file_kept: bool  # until it is stored, left, or a day old
    result: Mapping[str, Any]

    @property
    def open(self) -> bool:
        return self.state in OPEN_WORK


RETENTION_JOB = "privacy.forget_what_lasted"  # who forgets each night; its silence is told
BACKUP_JOB = "core.make_backup"  # no job of the worker: the timer's command notes when it ran
RETENTION_SILENT_AFTER = dt.timedelta(hours=48)
BACKUP_WITHIN = dt.timedelta(hours=36)  # one each night, and half a day to notice


def is_full(free: int, total: int) -> bool:
    """Whether less than a tenth of a disk is left (TRUST R20)."""
    return free * 10 < total


@dataclass(frozen=True)
class RunRow:
    """When a job ran last, and whether it ended well."""

    name: str
    ended_at: dt.datetime
    failed: bool


@dataclass(frozen=True)
class Life:
    """Which parts answer, and whether the worker has been heard of."""

    database: bool
    queue: bool
    worker: bool


@dataclass(frozen=True)
class RunAge:
    """How long ago a job ended last."""

    name: str
    age_s: float
    failed: bool


@dataclass(frozen=True)
class Figures:
    """How the installation is, for machines that watch it; None is what the database did not tell."""

    life: Life
    disk_free: int
    disk_total: int
    waiting: int | None = None
    failed: int | None = None
    oldest_s: float | None = None
    backup_age_s: float | None = None
    vettings_expiring: int | None = None
    runs: tuple[RunAge, ...] = ()


class Fitness(StrEnum):
    """How one part of an installation is."""

    GOOD = "good"
    WARNING = "warning"  # people can work, somebody should look
    BAD = "bad"


@dataclass(frozen=True)
class Diagnosis:
    """What `doctor` found of one part."""

    what: str
    state: Fitness
    told: str


@dataclass(frozen=True)
class Health:
    """How the installation is, in numbers; the page says them in words."""

    database: str
    database_bytes: int | None
    schema: str
    version: str
    waiting: int
    late: int  # of those, how many should have left a quarter of an hour ago
    failed: int
    works: int  # long work that has not ended
    queue: int | None  # wake-ups that lie in the queue; None: it does not answer
    runs: tuple[RunRow, ...]
    worker_seen_at: dt.datetime | None
    worker_silent: bool
    disk_free: int
    disk_total: int
    retention_silent: bool = False  # for two days nobody has forgotten what has lasted its time
    mail_kept: bool = False  # no mail leaves: it lies in files, in production
    backup_missing: bool = False  # none of the last night, in production

    @property
    def disk_full(self) -> bool:
        return is_full(self.disk_free, self.disk_total)

    @property
    def well(self) -> bool:
        return not (
            self.worker_silent
            or self.disk_full
            or self.late
            or self.retention_silent
            or self.mail_kept
            or self.backup_missing
            or any(run.failed for run in self.runs)
        )
