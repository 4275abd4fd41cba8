"""The yearly profile prints every figure that the centre published, from rows, in words, in each language and form."""

from scheduler.demo import load as demo
from scheduler.profiles.models import ProfileText

SAID = {
    (2023, "en"): [
        "120 presentations were held in",
        "7,803 pupils, 1,097 parents and 302 teachers",
        "Campaign “Show respect",
        "2,940 high-school pupils",
        "in 11 cities",
        "children learn best from their peers",
    ],
    (2023, "sr_Cyrl"): [
        "Одржано је 120 презентација",
        "7.803 ученика, 1.097 родитеља и 302 наставника",
        "2.940 средњошколаца",
    ],
    (2023, "sr_Latn"): [
        "Održano je 120 prezentacija",
        "7.803 učenika, 1.097 roditelja i 302 nastavnika",
        "u 11 gradova",
    ],
    (2024, "en"): [
        "2,079 communications reached the helpline (1 January – 26 April 2024): 1,683 calls and 396 e-mails.",
        "361 cases were formed from them: 344 advisory and 17 forwarded.",
        "High-Tech Crime Department of the police – 15, High-Tech Crime Prosecutor's Office – 2.",
        "Mostly about: Sextortion – ",
        ", Grooming – ",
    ],
    (2024, "sr_Cyrl"): ["2.079 комуникација", "1.683 позива и 396 имејлова", "Сексуална уцена – ", "Врбовање деце – "],
    (2024, "sr_Latn"): ["2.079 komunikacija", "1.683 poziva i 396 imejlova", "344 savetodavna i 17 prosleđenih"],
}


def told(app, *args):
    answer = app.test_cli_runner().invoke(args=["reports", "profile", *args])
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_every_published_figure_stands_in_words(loaded, app):
    for (year, lang), sentences in SAID.items():
        text = told(app, "--year", str(year), "--centre", "ncc", "--lang", lang)
        assert [one for one in sentences if one not in text] == [], (year, lang, text)
        assert " 0 " not in text


def test_the_published_days_by_themselves_say_the_same(loaded, app):
    text = told(app, "--from", "2024-01-01", "--to", "2024-04-26", "--centre", "ncc")

    assert all(one in text for one in SAID[2024, "en"])


def test_the_demo_takes_its_texts_with_it(loaded):
    assert loaded.query(ProfileText).count() == 4
    loaded.rollback()

    assert demo.remove()
    assert loaded.query(ProfileText).count() == 0
