"""Offers end by themselves, also those of the waiting list; who may no longer go leaves every crew; schools are
reminded of their checklist; who could stand in is asked."""

import logging

from scheduler.core import clock
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.planning import service

log = logging.getLogger(__name__)


@huey.periodic_task(crontab(minute="*/5"), name="planning.lapse_offers")
@in_app
def lapse_offers() -> None:
    """Every five minutes, end the offers whose time is over. What has ended is not found again, so twice is once."""
    if visits := service.lapse_offers(now=clock.now()):
        log.info("offers lapsed", extra={"visits": visits})


@huey.periodic_task(crontab(minute="*/5"), name="planning.lapse_holds")
@in_app
def lapse_holds() -> None:
    """Every five minutes, end the held dates whose time is over: nobody waits for it. Twice is once."""
    if holds := service.lapse_holds(now=clock.now()):
        log.info("holds lapsed", extra={"holds": holds})


@huey.periodic_task(crontab(hour="3", minute="50"), name="planning.recheck_visits")
@in_app
def recheck_visits() -> None:
    """Each night, look again whether shifts, closures, proofs and hours still hold. What was told is stored: twice is
    once."""
    if visits := service.recheck_visits(now=clock.now()):
        log.info("visits with something new", extra={"visits": visits})


@huey.periodic_task(crontab(minute="*"), name="planning.release_not_cleared")
@in_app
def release_not_cleared() -> None:
    """Every minute, free visits to come of crew whom no check or consent covers on that day. Twice is once."""
    if released := service.release_not_cleared(now=clock.now()):
        log.info("crew no longer cleared", extra={"assignments": released})


@huey.periodic_task(crontab(minute="*/5"), name="planning.pass_dates_on")
@in_app
def pass_dates_on() -> None:
    """Every five minutes, offer to the next in rank what a school did not answer in time. Twice is once."""
    if dates := service.pass_dates_on(now=clock.now()):
        log.info("dates passed on", extra={"dates": dates})


@huey.periodic_task(crontab(hour="5-17", minute="25"), name="planning.tell_checklists")
@in_app
def tell_checklists() -> None:
    """Each hour of the day, remind schools whose visit lies within the week. What was told is stored: twice is once."""
    if visits := service.tell_checklists(now=clock.now()):
        log.info("checklists told", extra={"visits": visits})


@huey.periodic_task(crontab(minute="*"), name="planning.send_waves")
@in_app
def send_waves() -> None:
    """Every minute, ask the next who could stand in, or hand over to the coordinator. A wave that went moved the moment
    of the next one: twice is once."""
    if visits := service.send_waves(now=clock.now()):
        log.info("substitutes sought", extra={"visits": visits})
