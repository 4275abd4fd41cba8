"""What both centres of the demo say about themselves and their plans: the typed parts of their yearly profiles."""

import datetime as dt
from collections.abc import Mapping

from scheduler.policy import Actor
from scheduler.profiles.service import type_texts
from scheduler.profiles.terms import ProfileTexts
from scheduler.reports.rules.attendance import year_of

ABOUT_SINCE = 2023  # whose words about the centre stand in later years too, until others are typed
PLANS_FOR = 2024
ABOUT = {
    "ncc": (
        "Национални контакт центар за безбедност деце на интернету ради при министарству у Београду."
        " Едукатори држе презентације у основним и средњим школама, за ученике, родитеље и наставнике.\n"
        "Бесплатни телефон 19833 прима позиве, а поруке стижу и имејлом. Случајеви се прослеђују надлежним установама.",
        "The National Contact Centre for Children Safety on the Internet works within the ministry in Belgrade."
        " Educators hold presentations in primary and secondary schools, for pupils, parents and teachers.\n"
        "The free phone 19833 takes calls, and mails come as well. Cases are forwarded to the institutions in charge.",
    ),
    "cnzd": (
        "Центар за несталу и злостављану децу је удружење из Новог Сада. Његов програм Веб детективи учи школску децу"
        " да буду безбедна на мрежи и да пријаве незаконит или нежељен садржај.",
        "The Centre for Missing and Exploited Children is an association in Novi Sad. Its programme Web Detectives"
        " trains school-age children to be safe on the net and to report illegal or unintended content.",
    ),
}
PLANS = {
    "ncc": (
        "Више младих учесника: деца најбоље уче од својих вршњака.\nВећа видљивост на друштвеним мрежама,"
        " кроз садржај.",
        "More youth participants: children learn best from their peers.\nMore visibility on social networks through"
        " content.",
    ),
    "cnzd": ("Веб детективи у свим школама Суботице.", "Web Detectives in all schools of Subotica."),
}


def write_profiles(chiefs: Mapping[str, Actor], now: dt.datetime) -> None:
    """The texts of 2023, and the plans beside those of 2024; `chiefs` by the slug of their centre."""
    for slug, chief in chiefs.items():
        about, plans = ABOUT[slug], PLANS[slug]
        type_texts(chief, year_of(ABOUT_SINCE), ProfileTexts(*about, *plans), 0, now=now)
        type_texts(chief, year_of(PLANS_FOR), ProfileTexts(*about, *plans), 0, now=now)
