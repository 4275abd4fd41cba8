"""The first page names what can be asked for, and leads into the booking."""

from tests.factories.programmes import make_programme


def test_open_programmes_stand_on_the_first_page_with_their_way_into_the_booking(client):
    make_programme(slug="talk", name_sr_cyrl="Љубав и мреже", name_en="Love and networks")
    make_programme(slug="closed", open=False)

    shown = client.get("/?lang=sr_Latn").text
    assert "Ljubav i mreže" in shown
    assert "/book?programme=talk" in shown
    assert "programme=closed" not in shown


def test_without_a_programme_the_first_page_still_says_what_there_is(client):
    assert "Web Detectives" in client.get("/?lang=en").text
