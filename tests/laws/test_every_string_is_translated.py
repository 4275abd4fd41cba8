from tools.translations import check


def test_every_visible_string_is_translated_and_latin_is_made_from_cyrillic():
    assert check() == []
