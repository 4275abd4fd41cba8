"""Papers for tests: fair ones, of which a test changes what it is about."""

import datetime as dt
from dataclasses import replace
from typing import Any

from scheduler.attendance.terms import Poster
from scheduler.certificates.terms import CertificateKind, CertificatePaper, Signatory
from scheduler.places.terms.venue import Venue
from scheduler.reports.terms.counting import Chart, Definition, KeyFigure, ReportPaper, Series
from scheduler.requests.terms.school_request import PaperPerson, PaperPresentation, RequestPaper
from tests.factories import MONDAY

CHECK_URL = "https://raspored.example.org/certificates/7K3Q9WZX2M4T8VBN"
CENTRE = "Национални контакт центар за безбедност деце на интернету"


def a_school_certificate(**given: Any) -> CertificatePaper:
    fair = CertificatePaper(
        kind=CertificateKind.SCHOOL,
        number="7K3Q9WZX2M4T8VBN",
        running_number="U-2026-004188",
        host_name="ОШ „Ђура Јакшић“",
        host_place="Каћ",
        programme_title="Поштуј – реагуј на мржњу",
        on_day=dt.date(2026, 12, 11),
        issued_on=dt.date(2026, 12, 14),
        centre_name=CENTRE,
        centre_place="Београд",
        check_url=CHECK_URL,
        presentations=3,
        pupils=1204,
        teachers=12,
        signatories=(Signatory("Марина Ковач", "координатор центра"), Signatory("Петар Зорић", "предавач")),
    )
    return replace(fair, **given)


def a_teacher_certificate(**given: Any) -> CertificatePaper:
    fair = {
        "kind": CertificateKind.TEACHER, "holder_name": "Љубица Џунић-Њежић", "programme_number": "412", "minutes": 480,
        "presentations": 0, "pupils": 0, "teachers": 0,
    }  # fmt: skip
    return a_school_certificate(**(fair | given))


def a_report(**given: Any) -> ReportPaper:
    months = ("јануар", "фебруар")
    fair = ReportPaper(
        title="Извештај о присуству за 2023.",
        centre_name=CENTRE,
        first_day=dt.date(2023, 1, 1),
        last_day=dt.date(2023, 12, 31),
        heads=("Месец", "Презентације", "Ученици"),
        rows=(("јануар", 6, 348), ("фебруар", 24, 1663)),
        printed_at=MONDAY,
        totals=("Укупно", 30, 2011),
        filters=("оба центра", "сви програми"),
        figures=(KeyFigure(30, "одржаних презентација"), KeyFigure(2011, "ученика")),
        charts=(Chart("По месецима", tuple(month[:3] for month in months), (Series("Ученици", (348, 1663)),)),),
        definitions=(Definition("Одржана презентација", "Презентација чије је присуство закључано."),),
    )
    return replace(fair, **given)


def a_request_paper(**given: Any) -> RequestPaper:
    fair = RequestPaper(
        running_number="R-2026-0412",
        centre_name=CENTRE,
        host_name="ОШ „Ђура Јакшић“",
        host_place="Каћ",
        programme_title="Поштуј – реагуј на мржњу",
        contact_name="Љиљана Џодић",
        first_day=dt.date(2026, 12, 8),
        last_day=dt.date(2026, 12, 8),
        printed_at=MONDAY,
        presentations=(
            PaperPresentation("ученици", "VII-1, VII-2", 58, Venue("свечана сала"), dt.time(9, 55), dt.time(10, 40)),
            PaperPresentation("родитељи", "", 40),
        ),
        confirmed=True,
        crew=(
            PaperPerson("Јелена", "Ристић", "предавач"),
            PaperPerson("Тара", "Тајнић", "млада предавачица", is_minor=True),
        ),
        teacher_stays=True,
    )
    return replace(fair, **given)


def a_poster() -> Poster:
    """The papers of an evening with parents."""
    return Poster(
        centre_name="Национални контакт центар за безбедност деце на интернету",
        host_name="ОШ „Вук Караџић“",
        title="Родитељски састанак: дете и телефон",
        when="6. октобар 2026, 18.00",
        address="https://raspored.example.org/tally/P-2026-0012/3/abcdefghijklmnop",
        running_number="P-2026-0012",
    )
