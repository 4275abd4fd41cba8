from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scheduler.certificates.pdf import draw, draw_each, draw_many
from scheduler.certificates.signature import signed_text
from scheduler.certificates.terms import CertificatePaper, PaperFace, PaperPicture, PaperShape, PicturePlace, Signatory
from scheduler.core.names import problem_with_name
from scheduler.core.scans import read_logo
from scheduler.core.text import clean
from scheduler.core.typesetting import unprintable
from scheduler.paper.qr import NotAscii
from tests.factories.papers import CHECK_URL, a_school_certificate, a_teacher_certificate
from tests.papers import boxes_of, pages_of, qr_codes_of, saved, told, unembedded_fonts, words_of
from tests.pictures import a_logo

LONG = "Александра-Магдалена Петронијевић-Константиновић Хаџи-Ђорђевић од Шумадије и Поморавља"


@pytest.mark.slow
@pytest.mark.parametrize("make", [a_school_certificate, a_teacher_certificate])
@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_a_certificate_is_a_clean_file_and_its_code_leads_to_the_check_page(tmp_path, make, language):
    path = saved(draw(make(), language), tmp_path)
    assert "No syntax or stream encoding errors found" in told("qpdf", "--check", path)
    assert unembedded_fonts(path) == []
    assert pages_of(path) == 1
    assert qr_codes_of(path) == [CHECK_URL]


@pytest.mark.parametrize("make", [a_school_certificate, a_teacher_certificate])
def test_a_certificate_is_a_small_file(make):
    """Letters that are used, each line of the map once: a thousand of them go through a bad line."""
    assert len(draw(signed(make()), "sr_Cyrl")) <= 25_000


@pytest.mark.parametrize("make", [a_school_certificate, a_teacher_certificate])
def test_one_more_certificate_of_a_file_takes_two_kilobytes(make):
    """Half of it are the dots of a code that says three hundred letters; the raw canvas of the bench takes 4.3."""
    few, many = (
        len(draw_many([signed(make(), number=f"7K3Q9WZX{nth:08}") for nth in range(count)], "sr_Cyrl"))
        for count in (5, 45)
    )
    assert (many - few) / 40 <= 2_000


def signed(paper: CertificatePaper, **fields: str) -> CertificatePaper:
    """With what a code says when a key signs."""
    one = replace(paper, **fields)
    return replace(one, check_url=signed_text(one, "0123abcd", Ed25519PrivateKey.from_private_bytes(bytes(32)).sign))


@pytest.mark.usefixtures("poppler")
def test_the_teachers_certificate_prints_every_field(tmp_path):
    words = words_of(saved(draw(a_teacher_certificate(), "sr_Cyrl"), tmp_path))
    for text in [
        "У В Е Р Е Њ Е", "Љубица Џунић-Њежић", "ОШ „Ђура Јакшић“, Каћ", "„Поштуј – реагуј на мржњу“", "број 412",
        "8 сати", "11. децембар 2026.", "Београд, 14. децембар 2026.", "Марина Ковач", "координатор центра",
        "Петар Зорић", "U-2026-004188", "7K3Q 9WZX 2M4T 8VBN", "проверите: raspored.example.org/certificates",
        "бесплатна линија 19833",
    ]:  # fmt: skip
        assert text.replace(" ", "") in words.replace(" ", ""), text


@pytest.mark.usefixtures("poppler")
def test_the_schools_certificate_prints_the_host_and_only_counts_that_are_there(tmp_path):
    paper = a_school_certificate(host_name="Škola Čćžšđ ČĆŽŠĐ", holder_name="Не Штампа Се")
    words = words_of(saved(draw(paper, "sr_Latn"), tmp_path))
    assert "Škola Čćžšđ ČĆŽŠĐ" in words
    assert "prezentacije učenici nastavnici" in words
    assert "3 1.204 12" in words
    assert "roditelji" not in words
    assert "Штампа" not in words


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize(
    "typed",
    [
        "Љубица Џунић-Њежић", "Đurđa Čeĉ O\u2019Hara",
        "S\u030cpela Z\u030civkovic\u0301",  # letter and accent apart, as some keyboards send them
        "Gyo\u030bzo\u030b Ľudmila", "Ана\u200b\u202e Ристић", "Ана Smith",
    ],
)  # fmt: skip
def test_trust_s22_a_certificate_shows_exactly_the_stored_letters(tmp_path, typed):
    stored = clean(typed, limit=120)
    assert problem_with_name(stored) is None
    words = words_of(saved(draw(a_teacher_certificate(holder_name=stored), "sr_Cyrl"), tmp_path))
    assert stored.replace(" ", "") in words.replace(" ", "")
    assert unprintable(stored) == ""


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize(("minutes", "text"), [(45, "45 минута"), (60, "1 сат"), (120, "2 сата"), (90, "90 минута")])
def test_the_duration_is_counted_in_serbian(tmp_path, minutes, text):
    assert text in words_of(saved(draw(a_teacher_certificate(minutes=minutes), "sr_Cyrl"), tmp_path))


@pytest.mark.usefixtures("poppler")
def test_an_unknown_duration_and_number_and_a_fourth_signatory_are_left_out_and_a_long_name_is_set_smaller(tmp_path):
    words = words_of(saved(draw(a_teacher_certificate(minutes=0, programme_number=""), "sr_Cyrl"), tmp_path))

    assert "трајање" not in words
    assert "програм " not in words

    four = tuple(Signatory(f"Потписник {n}", "улога") for n in "АБВГ")

    words = words_of(saved(draw(a_school_certificate(signatories=four), "sr_Cyrl"), tmp_path))

    assert "Потписник В" in words
    assert "Потписник Г" not in words
    assert draw(a_school_certificate(signatories=()), "sr_Cyrl")

    def height(name: str) -> float:
        boxes = boxes_of(saved(draw(a_teacher_certificate(holder_name=name), "sr_Cyrl"), tmp_path))
        return max(low - top for _word, _left, top, _right, low in boxes)

    assert height("Ана Ћук") > 1.5 * height(LONG)


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("shape", list(PaperShape))
@pytest.mark.parametrize("signing", [1, 2, 3])
def test_each_signatory_has_her_duty_below_her_name_and_one_stamp_has_its_place_beside_them(tmp_path, shape, signing):
    people = tuple(Signatory(f"Особа{n}", f"дужност{n}") for n in range(signing))
    paper = a_school_certificate(signatories=people, template=1)
    boxes = boxes_of(saved(draw_each([(paper, "sr_Cyrl")], {1: PaperFace(shape)}), tmp_path))
    at = {word: (x, y, to, low) for word, x, y, to, low in boxes}

    for n in range(signing):
        name, duty = at[f"Особа{n}"], at[f"дужност{n}"]
        assert (round(name[0] - duty[0], 1), 0 < duty[1] - name[3] < 3) == (0, True)
    assert [word for word, *_box in boxes].count("М.") == 1
    left, right = at["М."][0], at["П."][2]
    assert at["Особа0" if signing == 3 else f"Особа{signing - 1}"][2] < left
    assert signing < 3 or right < at["Особа1"][0]  # three leave it the gap between the first two


@pytest.mark.usefixtures("poppler")
def test_where_nobody_signs_there_is_no_place_for_a_stamp(tmp_path):
    assert "М. П." not in words_of(saved(draw(a_school_certificate(signatories=()), "sr_Cyrl"), tmp_path))


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("name", [LONG, "Ж" * 120, "<b>Ана</b> &amp; file:///etc/passwd", "Ана"])
def test_a_name_of_any_length_is_printed_whole_inside_the_frame(tmp_path, name):
    paper = a_teacher_certificate(
        holder_name=name,
        host_name=f"Школа {name}",
        programme_title=f"Програм {name}",
        centre_name=f"Центар {name}",
        signatories=(Signatory(name, f"функција {name}"),) * 3,
    )

    path = saved(draw(paper, "sr_Cyrl"), tmp_path)

    letters = told("pdftotext", "-raw", path, "-").replace("\n", "").replace(" ", "")
    assert letters.count(name.replace(" ", "")) == 10
    assert "…" not in letters
    assert all(left >= 11 and right <= 286 and top >= 11 and low <= 201 for _w, left, top, right, low in boxes_of(path))


def test_equal_papers_give_equal_bytes_and_nothing_to_draw_or_an_address_beyond_ascii_is_refused():
    paper = a_teacher_certificate()
    first = draw(paper, "sr_Cyrl")
    assert draw(replace(paper), "sr_Cyrl") == first
    assert draw(replace(paper, holder_name="Ана"), "sr_Cyrl") != first
    assert draw(paper, "sr_Latn") != first
    with pytest.raises(ValueError, match="no certificate"):
        draw_many([], "sr_Cyrl")
    with pytest.raises(NotAscii):
        draw(a_school_certificate(check_url="https://распоред.example.org/x"), "sr_Cyrl")


@pytest.mark.slow
def test_many_certificates_share_frame_and_fonts(tmp_path):
    papers = [a_school_certificate(running_number=f"U-2026-{n:06d}") for n in range(1, 21)]
    path = saved(draw_many(papers, "sr_Cyrl"), tmp_path)
    assert pages_of(path) == 20
    assert all(paper.running_number in words_of(path) for paper in papers)
    assert path.stat().st_size < 3 * len(draw(papers[0], "sr_Cyrl"))
    assert unembedded_fonts(path) == []


@pytest.mark.slow
@pytest.mark.parametrize("shape", list(PaperShape))
def test_sixty_papers_of_a_template_hold_its_pictures_once_and_every_long_name_inside_the_frame(tmp_path, shape):
    logo = read_logo(a_logo())
    face = PaperFace(shape, "#7A143C", "#E6A028", {PicturePlace.LOGO: PaperPicture(**logo.__dict__)})
    names = (
        LONG,
        "Александра-Магдалена Петронијевић-Константиновић " * 2 + "од Шумадије и Поморавља из Баната",
        "Ж" * 130,
    )
    papers = [
        a_teacher_certificate(
            template=1,
            holder_name=names[nth % 3].strip(),
            host_name=f"Школа {names[nth % 3].strip()}",
            file_number="04-188/2026",
            signatories=(Signatory(LONG[:60], "директорка центра за безбедност деце"),) * 3,
        )
        for nth in range(60)
    ]

    drawn = draw_each([(paper, "sr_Cyrl") for paper in papers], {1: face})

    path = saved(drawn, tmp_path)
    right, low_edge = (286, 201) if shape is PaperShape.ACROSS else (199, 288)
    assert pages_of(path) == 60
    assert drawn.count(b"/Subtype /Image") == 2  # the logo, and what of it can be seen through
    assert unembedded_fonts(path) == []
    assert all(x >= 11 and to <= right and y >= 11 and low <= low_edge for _w, x, y, to, low in boxes_of(path))
    letters = told("pdftotext", "-raw", path, "-").replace("\n", "").replace(" ", "")
    assert letters.count(names[2]) == 40


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize(
    ("paper", "alone"),
    [
        (a_school_certificate(programme_title=LONG, template=1), False),
        (a_teacher_certificate(programme_title=LONG, template=1), True),
    ],
    ids=["a school's in one row", "a teacher's below her school"],
)
def test_facts_of_a_sheet_that_stands_are_clear_of_the_text_and_none_is_left_alone(tmp_path, paper, alone):
    path = saved(draw_each([(paper, "sr_Cyrl")], {1: PaperFace(PaperShape.DOWN)}), tmp_path)
    boxes = {word: (x, y) for word, x, y, _to, _low in boxes_of(path)}
    text_ends = max(low for _word, _x, y, _to, low in boxes_of(path) if 138 < y < 163)
    first, others = ("школа", ["програм", "трајање", "одржано"]) if alone else ("место", ["одржано", "наставници"])
    assert boxes[first][1] - text_ends > 2
    assert len({round(boxes[word][1]) for word in others}) == 1
    assert (boxes[others[0]][1] > boxes[first][1] + 5) is alone
