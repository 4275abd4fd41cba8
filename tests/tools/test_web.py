from tools import web


def test_the_first_page_finds_its_words_and_its_templates_ready(app):
    from scheduler.core.language import translator

    translator.cache_clear()
    app.jinja_env.cache.clear()

    found = web.warm(app)

    with_templates = {name for _loader, name in app.jinja_env.cache}
    assert {*found} <= with_templates
    assert app.test_client().get("/").status_code == 200
    assert {name for _loader, name in app.jinja_env.cache} == with_templates
    assert translator.cache_info().currsize == 1  # other languages are read for who reads them
