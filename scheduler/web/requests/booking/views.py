"""A school books: a few short pages without an account, one press at the end, and the proof of the address."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import get_template_attribute, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from scheduler.booking.service import addresses
from scheduler.booking.service.holds import release_date
from scheduler.booking.service.proof import prove_booking
from scheduler.booking.terms.holds import Slot
from scheduler.core import clock
from scheduler.core.errors import Conflict, Reason, Rejected, TooMany
from scheduler.core.tokens import token_hash
from scheduler.people.queries import centres
from scheduler.people.rules import network_of
from scheduler.places.terms.hosts import HostDraft, HostRow
from scheduler.policy import ANONYMOUS
from scheduler.requests.queries.found_hosts import found_hosts
from scheduler.requests.queries.hours import OpenSchool
from scheduler.requests.queries.pages import proof_of
from scheduler.requests.rules.school_request import MOST_PRESENTATIONS
from scheduler.requests.service.submission import KEYS_APART, JudgedRequest, judge_request, submit_request
from scheduler.requests.terms.doubts import TypedSlip
from scheduler.requests.terms.reasons import RequestReason
from scheduler.requests.terms.school_request import RequestDraft
from scheduler.web import near_dates
from scheduler.web.filters import genitive_moment, say
from scheduler.web.form_reasons import FormReason
from scheduler.web.forms import BaseForm
from scheduler.web.guards import public
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.limits import BOOKING_RATE, FREE_DATES, SEARCHES, limiter, note_wait
from scheduler.web.reasons import worded
from scheduler.web.requests import words
from scheduler.web.requests.address_forms import CorrectAddressForm
from scheduler.web.requests.blueprint import bp
from scheduler.web.requests.booking import hold
from scheduler.web.requests.booking.answers import address_of, answer_rows, clock_abroad
from scheduler.web.requests.booking.calendar import day_is_missed, for_the_waiting_list, only_classes, only_day
from scheduler.web.requests.booking.day import check_facts, day_facts, total_of
from scheduler.web.requests.booking.day_form import DayForm
from scheduler.web.requests.booking.doubts import doubts_of_booking
from scheduler.web.requests.booking.draft import BookingDraft
from scheduler.web.requests.booking.fields import PAGES, WITH_DAY, Typed, host_asked, typed_in
from scheduler.web.requests.booking.host_search import search_facts, suggested
from scheduler.web.requests.booking.parts import chosen_programmes, earliest_day, pupils_listen
from scheduler.web.requests.booking.prefill import carried_in, day_carried, take_along
from scheduler.web.requests.forms import CheckForm, RequestPressForm, WhereForm, WhoForm

WORDS = {  # of each page: what its link says, and its title
    "what": (_l("Programme"), _l("What would you like?")),
    "when": (_l("Days"), _l("When does it suit you?")),
    "who": (_l("Audience"), _l("Who attends?")),
    "day": (_l("Day"), _l("The rest of that day")),
    "where": (_l("Room"), _l("Who will be there, and in which room?")),
    "you": (_l("You"), _l("Whom do we write to?")),
}
MOST_SUGGESTED = 8  # while typing; the page itself shows more


@bp.route("/book", methods=["GET", "POST"])
@public
@limiter.limit(BOOKING_RATE, methods=["POST"])
def book() -> ResponseReturnValue:
    """Where shall we come? The host is found by typing, in either script, and chosen by its button."""
    booking = BookingDraft.of_visitor()
    form = booking.sent_form("host")
    if form.accepted() and (chosen := form.chosen()):
        booking.host_row(chosen)
        take_along(booking, carried_in(request.form))
        booking.keep("host", {"host_id": [str(chosen)]})
        near_dates.remember(host=chosen)
        return redirect(address_of(booking.next_page("host") if hold.move_hold(booking, "host") else "when"))
    typed, asked, carried = request.args.get("q", "")[:200], host_asked(), carried_in(request.args)
    return render_template(
        "requests/book.html",
        form=form,
        **search_facts("" if asked else typed, request.args),
        words=words,
        typed=typed,
        asked=asked if asked and asked.listed else None,
        chosen=booking.host(),
        chosen_new=booking.new_host(),
        goes_on=address_of(booking.next_page("host")),
        carried=carried,
        chosen_day=day_carried(carried),
        total=total_of(booking),
        kept=bool(booking.answers),
    )


@bp.get("/book/hosts.json")
@public
@limiter.limit(SEARCHES)
def hosts() -> ResponseReturnValue:
    """The same search while somebody types: each host as the list of the page shows it, and what is read aloud."""
    typed = request.args.get("q", "")[:200]
    found = found_hosts(typed, limit=MOST_SUGGESTED)
    language = page_language()
    said, note = suggested(found)
    return jsonify(
        hosts=[{"id": host.id, "name": host.name(language), "html": _option(host, typed)} for host in found.rows],
        said=said,
        note=note,
    )


def _option(host: HostRow, typed: str) -> str:
    words_of = get_template_attribute("requests/found_hosts.html", "host_words")
    return str(words_of(host, words, typed)).strip()


@bp.route("/book/new-host", methods=["GET", "POST"])
@public
@limiter.limit(BOOKING_RATE, methods=["POST"])
def new_host() -> ResponseReturnValue:
    """The school is not on the list: its name, place and municipality."""
    booking = BookingDraft.of_visitor()
    form = booking.sent_form("new_host")
    if request.method == "GET" and not form.name.data:
        form.name.data = request.args.get("name", "")[:150]  # what was typed and not found
    if form.accepted():
        booking.keep("new_host", typed_in(form))
        return redirect(address_of(booking.next_page("host") if hold.move_hold(booking, "new_host") else "when"))
    if request.method == "POST" and not form.unsafe():
        booking.set_aside("new_host", typed_in(form), wrong=True)
        return redirect(url_for(".new_host"))
    return _shown("requests/new_host.html", form, total=total_of(booking), kept=bool(booking.answers))


def _costs_little() -> bool:
    """Whether no free dates are asked for: they are computed each time the page shows them, or classes are named."""
    return (request.method, (request.view_args or {}).get("page")) not in (("GET", "when"), ("POST", "who"))


@bp.route(f"/book/<any({', '.join(WITH_DAY)}):page>", methods=["GET", "POST"])
@public
@limiter.limit(FREE_DATES, exempt_when=lambda: _costs_little() and not hold.slot_sent())
@limiter.limit(BOOKING_RATE, methods=["POST"])
def book_page(page: str) -> ResponseReturnValue:
    """One question after the other."""
    booking = BookingDraft.of_visitor()
    if not booking.has_host():
        return redirect(_begin())
    if page not in booking.pages():
        return redirect(address_of(booking.next_page("")))
    form = booking.sent_form(page)
    if request.method == "GET" or form.unsafe():
        return _book_page(booking, page, form)
    typed = typed_in(form)
    if page == "when" and "classes" in request.form:
        booking.keep("classes", only_classes(request.form["classes"]))
        return redirect(address_of(page))
    if page == "when" and (held := hold.press_date(booking)) is not None:
        return redirect(
            address_of(booking.next_page(page)) if held else url_for(".book_page", page=page, _anchor="times")
        )
    if page == "when" and request.form.keys() & {"day", "waiting"}:
        pressed = only_day(request.form["day"]) if "day" in request.form else for_the_waiting_list(booking)
        typed = booking.answers.get(page, {}) | pressed
        booking.fill(page, form, typed)
    if isinstance(form, WhoForm) and request.form.keys() & {"more", "fewer"}:
        booking.set_aside(page, _other_length(form, typed), wrong=False)
    elif form.accepted() and not booking.with_page(page, typed).problems_at(page):
        return _answered(booking, page, typed)
    else:
        booking.set_aside(page, typed, wrong=True)
    return redirect(address_of(page))


def _answered(booking: BookingDraft, page: str, typed: Typed) -> ResponseReturnValue:
    """A page is answered: on to the next one. A held date follows the answer, or other dates are offered; a day that
    does not suit the classes is asked again, once."""
    if page == "when":
        typed = hold.keep_or_release(booking, typed)
    booking.keep(page, typed)
    if page == "what" and hold.day_is_too_near(booking):
        return redirect(address_of("when"))
    fits = hold.move_hold(booking, page) and not (page == "who" and day_is_missed(booking))
    return redirect(address_of(booking.next_page(page) if fits else "when"))


def _begin() -> str:
    """Where somebody without answers begins; the back button after the sending tells once more that it is sent."""
    return url_for(".sent" if session.get("booked") else ".book")


def _book_page(booking: BookingDraft, page: str, form: BaseForm) -> ResponseReturnValue:
    pages, (short, title) = booking.pages(), WORDS[page]
    place = pages.index(page)
    facts = _facts_of(booking, page, form) | {
        "title": title,
        "short": short,
        "number": place + 2,
        "total": total_of(booking),
        "back": address_of(pages[place - 1]) if place else url_for(".book"),
        "kept": bool(booking.answers),
        "goes_on": address_of(booking.next_page(page)),
    }
    return _shown(f"requests/book_{page}.html", form, held=hold.held_note(booking), **facts)


def _facts_of(booking: BookingDraft, page: str, form: BaseForm) -> dict[str, Any]:
    """What the template of one question reads beside the frame that all have."""
    if page == "what":
        return {"programmes": booking.programmes()}
    if page == "you":
        return {"call_me": "recent_incident" in booking.answers.get("where", {})}
    if page == "when":
        dates = {"earliest": earliest_day(booking), "clock_abroad": clock_abroad(booking)} | hold.hold_facts(booking)
        return dates | hold.calendar_facts(booking, form)
    if isinstance(form, WhoForm):
        return {
            "programme": booking.programme(),
            "several": len(booking.pages()) > len(PAGES),
            "levels": booking.levels(),  # of which the form offers its choices
            "lessons": booking.beside(form),
            "begun": hold.hold_facts(booking)["date_words"] != "",
            "full": len(form.presentations) >= MOST_PRESENTATIONS,
        }
    if isinstance(form, DayForm):
        return day_facts(booking, form)
    return {"guarded": pupils_listen(booking)} if isinstance(form, WhereForm) else {}


def _other_length(form: WhoForm, typed: Typed) -> Typed:
    """One presentation more, or the last one away; what is typed in the others stays."""
    asked = form.presentations
    if "more" in request.form and len(asked) < MOST_PRESENTATIONS:
        return typed | {f"{asked.name}-{asked.last_index + 1}-pupils": [""]}
    if "fewer" in request.form and len(asked) > 1:
        return {name: value for name, value in typed.items() if not name.startswith(f"{asked[-1].name}-")}
    return typed


def _shown(template: str, form: BaseForm, **more: Any) -> ResponseReturnValue:
    return render_template(template, form=form, **more), 422 if form.problems_shown() else 200


@bp.route("/book/check", methods=["GET", "POST"])
@public
def check() -> ResponseReturnValue:
    """Is everything right? Only this press sends something."""
    form = CheckForm()
    key, pressed = _keys_of_booking(form), form.accepted()
    again = "booking" not in session and "asked" in session  # the second press: its answers are gone by now
    booking = BookingDraft.of_visitor(key if pressed and not again else "")
    if pressed and (again or booking.is_sent):
        return redirect(url_for(".sent"))
    if missing := booking.unfinished():
        return redirect(_begin() if missing == "host" else address_of(missing))
    problems: dict[str, Reason] = {}
    status, draft = 200, booking.request_draft()
    doubts = doubts_of_booking(booking, draft)
    if pressed:
        if form.website.data:
            return redirect(url_for(".sent"))  # a program filled the trap: it is told what people are told
        if form.asks(doubts):
            status = 422
        elif not booking.too_quick():
            try:
                return _send(booking, draft, key)
            except Conflict:  # the date went to another meanwhile: nothing typed is lost
                hold.note_lost_date(booking, booking.slot() or Slot(draft.first_day, dt.time()))
                return redirect(address_of("when"))
            except Rejected as rejected:
                problems, status = rejected.problems, 422
            except TooMany as error:
                form.form_errors.append(too_many(error))
                status = 429
        else:
            form.form_errors.append(worded(FormReason.TOO_QUICK))
            status = 422
    rows = answer_rows(booking, draft, problems)
    return _check_page(booking, form, rows, doubts, check_facts(booking, draft)), status


def _check_page(
    booking: BookingDraft,
    form: CheckForm,
    rows: list[dict[str, Any]],
    doubts: Mapping[str, TypedSlip],
    facts: dict[str, Any],
) -> str:
    return render_template(
        "requests/check.html",
        form=form,
        rows=rows,
        asked=words.asked_about(doubts),
        held=hold.held_note(booking),
        **facts,
    )


def _keys_of_booking(form: CheckForm) -> str:
    """One booking makes one request, in however many tabs its last page stands, and so does one page of it."""
    answers = session.get("booking")
    return KEYS_APART.join(token_hash(one) for one in (answers, form.form_key.data) if one)


def _send(booking: BookingDraft, draft: RequestDraft, key: str) -> ResponseReturnValue:
    slot = booking.slot()
    where: HostDraft | OpenSchool | JudgedRequest | None = booking.where()
    if slot is not None:
        request_id = hold.send(booking, draft, slot, key)
    else:
        if isinstance(where, OpenSchool):
            where = judge_request(ANONYMOUS, draft, where, chosen_programmes(booking), now=booking.now)
        request_id = submit_request(
            ANONYMOUS,
            draft,
            form_key=key,
            now=booking.now,
            network=network_of(request.remote_addr),
            where=where,
        )
    booking.leave()
    session["booked"], session["asked"] = draft.contact_email, request_id
    return redirect(url_for(".sent"))


def too_many(error: TooMany) -> str:
    """Too often for today: from when it goes again, and whom to call instead of waiting."""
    note_wait(error)
    phones = ", ".join(f"{centre.name(page_language())} {centre.phone}" for centre in centres() if centre.phone)
    if error.reason is RequestReason.TOO_MANY_CORRECTIONS:
        said = str(worded(error.reason))
    else:
        said = _(
            "Too many mails were requested today from this address or network. Send it again from %(moment)s on.",
            moment=genitive_moment(clock.now() + error.wait),
        )
    return said + " " + _("Or call us: %(phones)s.", phones=phones) if phones else said


@bp.get("/book/sent")
@public
def sent() -> ResponseReturnValue:
    """Look into your mail: nothing is seen before the link in it is opened."""
    return render_template(
        "requests/sent.html",
        address=session.get("booked", ""),
        may_correct="asked" in session,
        **hold.kept_words(session.get("asked")),
    )


@bp.route("/book/address", methods=["GET", "POST"])
@public
def correct_address() -> ResponseReturnValue:
    """The address was mistyped: the browser that booked names the right one, and nothing else is typed again."""
    request_id = session.get("asked")
    if request_id is None:
        return redirect(_begin())
    form = CorrectAddressForm() if request.method == "POST" else CorrectAddressForm(email=session.get("booked"))
    if form.accepted():
        network = network_of(request.remote_addr)
        try:
            addresses.correct_address(request_id, form.email.data, network=network, now=clock.now())
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        except TooMany as error:
            form.form_errors.append(too_many(error))
            return render_template("requests/correct_address.html", form=form), 429
        else:
            session["booked"] = form.email.data
            say(_("We sent the mail to the new address. The link in the first mail opens nothing any more."))
            return redirect(url_for(".sent"))
    return _shown("requests/correct_address.html", form)


@bp.post("/book/forget")
@public
def forget() -> ResponseReturnValue:
    """Delete the answers of a booking that was begun."""
    release_date(session.get("booking"), now=clock.now())
    BookingDraft.of_visitor().forget()
    say(_("Your answers are deleted."))
    return redirect(url_for(".book"))


@bp.route("/book/prove/<token>", methods=["GET", "POST"])
@public
def prove(token: str) -> ResponseReturnValue:
    """The page behind the mailed link. Opening it changes nothing: scanners open links, people press buttons."""
    form = RequestPressForm()
    proof = proof_of(token, now=clock.now())
    if form.accepted():
        secret = prove_booking(token, now=clock.now())
        if secret:
            say(_("Thank you, your address is confirmed."))
            return redirect(url_for(".status", secret=secret))
        return redirect(url_for(".prove", token=token))
    kept = {} if proof.proven else hold.kept_words(proof.request_id)
    return _shown("requests/prove.html", form, proof=proof, **kept)
