"""Every page names what it allows; opening one to the world is a visible line here."""

from flask import Flask

from scheduler.web.guards import OPEN

# Everybody may open these. What lies behind a secret in the address checks that secret itself.
PUBLIC = {
    "assets",
    "attendance.end_letters",
    "attendance.feedback",
    "attendance.later",
    "attendance.letters",
    "attendance.count_in",
    "attendance.poster",
    "attendance.sheet_for_home",
    "attendance.name_adults",
    "attendance.sign",
    "concerns.heard",
    "concerns.speak_up",
    "concerns.speak_up_for_own_visit",
    "certificates.badge_status",
    "certificates.check",
    "certificates.compare",
    "certificates.download_own",
    "certificates.find",
    "certificates.guardians_paper",
    "certificates.issuer",
    "certificates.keys",
    "certificates.leaf",
    "certificates.leaves",
    "certificates.open_badge",
    "certificates.own_badge",
    "feeds.campaign_feed",
    "feeds.personal_feed",
    "messages.letter",  # only in a demo
    "messages.letters",  # only in a demo
    "people.add_app",  # asks for a right password itself, as all of the second step
    "people.add_passkey",
    "people.ask_mailbox",
    "people.ask_reset",
    "people.begin",
    "people.invitation",
    "people.mailbox",
    "people.mailbox_asked",
    "people.new_password",
    "people.reset",
    "people.reset_asked",
    "people.sign_in",
    "people.go_to_login",
    "people.come_back_from_login",
    "people.sign_out",
    "people.second_step",
    "people.use_passkey",
    "places.own_school_time",
    "safeguarding.ask_guardian",
    "safeguarding.guardian_page",
    "safeguarding.say_who_fetches",
    "safeguarding.withdraw_by_guardian",
    "waitlist.answer_date",
    "readiness.ask_for_date",
    "readiness.cancel_by_school",
    "readiness.checklist",
    "readiness.confirm_clock",
    "readiness.keep_agreed_date",
    "booking.free_dates",
    "own.worker",  # a script: who may keep what is asked of my-days.json
    "posts.follow",
    "programmes.campaign",
    "programmes.campaigns",
    "programmes.photo",
    "programmes.programme",
    "programmes.programmes",
    "questions.answer_questions",  # checks the code in its address
    "public.about",
    "public.accessibility",
    "public.favicon",
    "public.figures",
    "helpline.public_figures",
    "reports.public_profile",
    "reports.public_profile_file",
    "reports.public_profiles",
    "cohorts.own_cohort",
    "cohorts.practice",
    "cohorts.practice_of_part",  # checks the key in its address
    "cohorts.practice_sheet",
    "cohorts.practice_sheet_of_part",  # checks the key in its address
    "cohorts.public_detectives",
    "public.front",
    "public.healthz",
    "public.manifest",
    "public.privacy",
    "public.metrics_page",
    "public.readyz",
    "public.handbook",
    "public.handbook_page",
    "public.road",
    "public.robots",
    "public.security_txt",
    "public.sitemap",
    "public.styleguide",
    "public.where_we_have_been",
    "requests.book",
    "requests.book_again",
    "requests.book_page",
    "requests.change_counts",
    "requests.check",
    "requests.photo_on_card",
    "requests.day_calendar",
    "requests.choose_date",
    "requests.correct_address",
    "requests.directions",
    "requests.forget",
    "requests.hosts",
    "requests.new_host",
    "requests.new_link",
    "requests.open_visit",
    "requests.own_visits",
    "requests.invitation",
    "requests.make_share",
    "requests.no_date_suits",
    "requests.own_calendar",
    "requests.read",
    "requests.read_calendar",
    "requests.share",
    "requests.own_paper",
    "requests.parents_note",
    "requests.prove",
    "requests.sent",
    "requests.status",
    "requests.take_other_date",
    "requests.withdraw",
}
UNGUARDED = {"static"}  # Flask's own: files of static/


def test_every_route_names_what_it_allows(app: Flask):
    unguarded = {name for name, view in app.view_functions.items() if not hasattr(view, "may")}

    assert unguarded - UNGUARDED == set()


def test_every_open_page_is_listed(app: Flask):
    opened = {name for name, view in app.view_functions.items() if getattr(view, "may", None) == OPEN}

    assert opened == PUBLIC


def test_a_view_without_a_guard_is_refused_whoever_asks(app: Flask, client, monkeypatch):
    monkeypatch.delattr(app.view_functions["public.about"], "may")

    assert client.get("/about").status_code == 403
