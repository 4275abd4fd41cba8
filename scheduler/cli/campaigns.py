"""The command `campaigns list`."""

import json
from typing import Any

import click
from flask import Flask

from scheduler.cli.refusals import CommandGroup
from scheduler.programmes.queries import campaigns
from scheduler.programmes.terms import CampaignRow
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.terms.counting import Filters, Group, Period

group = CommandGroup("campaigns", help="What a centre means to reach, and has reached.")
DONE = ("visits", "presentations", "pupils", "parents", "teachers", "others", "cities")


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def list_campaigns(as_json: bool) -> None:
    """Every campaign, the one that ends last first: days, cities, targets, and what locked attendance says is done."""
    listed = [_as_document(campaign) for campaign in campaigns()]
    if as_json:
        click.echo(json.dumps(listed, ensure_ascii=False, default=str))
        return
    for one in listed:
        done = one["done"]
        click.echo(
            f"{one['slug']}: {one['first_day']} to {one['last_day']}, {done['presentations']} presentations"
            f" in {done['cities']} cities, {done['pupils']} pupils of {one['targets'].get('pupils', 'no target')}"
        )


def _as_document(campaign: CampaignRow) -> dict[str, Any]:
    report = attendance_report(
        Filters(Period(campaign.first_day, campaign.last_day), campaign=campaign.slug), [Group.CITY]
    )
    pupils = {row.keys[0].value: row.counts.pupils for row in report.rows}
    return {
        "slug": campaign.slug,
        "name": {"sr": campaign.name("sr_Cyrl"), "en": campaign.name("en")},
        "centre": campaign.centre("en"),
        "programme": campaign.programme_slug,
        "first_day": campaign.first_day,
        "last_day": campaign.last_day,
        "targets": {audience.value: people for audience, people in campaign.targets.items()},
        "done": {name: getattr(report.totals, name) for name in DONE},
        "cities": [
            {"city": city.city_sr_latn, "target_pupils": city.target_pupils, "pupils": pupils.get(city.city_sr_cyrl, 0)}
            for city in campaign.cities
        ],
    }
