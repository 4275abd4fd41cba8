"""What the demo's programmes tell on their own pages: about, for whom, what the host provides (one thing a line)."""

_ROOM = (
    "Учионица или сала за целу групу\nПројектор или велики екран",
    "A classroom or hall for the whole group\nA projector or a large screen",
)
_TEACHER = (
    "Наставник који остаје од почетка до краја\nОсоба којој се дете може поверити после разговора",
    "A teacher who stays from beginning to end\nA named person whom a child can turn to after the talk",
)


_ASKED = (
    "Да ли наставник мора да остане?\nДа, од почетка до краја: тако су деца сигурна, а ви чујете исто што и она."
    "\n\nКолико одељења може заједно?\nДва или три, ако у салу стаје највише 120 ученика.\n\nДа ли се нешто плаћа?\n"
    "Не, ни посета ни материјал.",
    "Does a teacher have to stay?\nYes, from beginning to end: children feel safe, and you hear what they hear."
    "\n\nHow many classes can come together?\nTwo or three, if the hall holds them, 120 pupils at most.\n\n"
    "Does it cost anything?\nNo, neither the visit nor the material.",
)
_WHO = (
    "Едукаторка Центра, психолог са десет година рада у школама, са важећом провером.",
    "An educator of the centre, a psychologist with ten years of work in schools, whose check is valid.",
)


def _texts(about: tuple[str, str], for_whom: tuple[str, str], *needs: tuple[str, str]) -> dict[str, str]:
    return {
        "about_sr_cyrl": about[0],
        "about_en": about[1],
        "for_whom_sr_cyrl": for_whom[0],
        "for_whom_en": for_whom[1],
        "needs_sr_cyrl": "\n".join(need[0] for need in needs),
        "needs_en": "\n".join(need[1] for need in needs),
    }


def _asked() -> dict[str, str]:
    return {
        "questions_sr_cyrl": _ASKED[0], "questions_en": _ASKED[1],
        "who_comes_sr_cyrl": _WHO[0], "who_comes_en": _WHO[1],
    }  # fmt: skip


TEXTS: dict[str, dict[str, str]] = {
    "safe-internet": _texts(
        ("Разговор, а не предавање: ученици препознају лажни профил, склапају јаку лозинку и вежбају шта да кажу кад "
         "им неко непознат пише.\nНа крају свако зна бар једну одраслу особу којој може да се обрати и број 19833.",
         "A conversation, not a lecture: pupils spot a false profile, build a strong password and practise what to say "
         "when a stranger writes.\nAt the end everyone knows at least one adult to turn to, and the number 19833."),
        ("Ученици од 4. до 8. разреда основне школе", "Pupils of primary school, 4th to 8th grade"),
        _ROOM, _TEACHER,
    ) | _asked(),
    "privacy-online": _texts(
        ("Шта о нама остаје на мрежи и ко то чита. Како почиње уцена снимцима, зашто није крив онај коме се то "
         "дешава, и како се пријављује.\nПримери су стварни, имена нису.",
         "What stays of us on the net and who reads it. How blackmail with pictures begins, why the one it happens to "
         "is not to blame, and how to report it.\nThe examples are real, the names are not."),
        ("Ученици средњих школа", "Pupils of secondary schools"),
        _ROOM, _TEACHER,
    ),
    "parents-evening": _texts(
        ("Телефон у дечјим рукама: договор који дете може да одржи, подешавања која вреде, и прва реченица кад нешто "
         "крене наопако.\nСваки родитељ понесе лист са кратким упутством и бројем 19833.",
         "The phone in a child's hands: an agreement that a child can keep, settings that matter, and the first "
         "sentence when something goes wrong.\nEach parent takes home a sheet with short advice and the number 19833."),
        ("Родитељи и старатељи, сви разреди", "Parents and guardians, all grades"),
        _ROOM, ("Позив родитељима недељу дана раније", "An invitation to the parents a week before"),
    ),
    "teachers-gathering": _texts(
        ("Шта школа ради првог сата, првог дана и прве недеље: од пријаве, преко чувања доказа, до разговора са "
         "родитељима.\nНаставници добијају потврду са бројем сати.",
         "What a school does in the first hour, on the first day and in the first week: from a report, through keeping "
         "the evidence, to the talk with parents.\nTeachers get a certificate with the number of hours."),
        ("Наставници, стручни сарадници и управа школе", "Teachers, school counsellors and the school's management"),
        _ROOM,
    ),
    "show-respect-talk": _texts(
        ("Стручњак и млада особа коју ученици знају са мрежа говоре о вршњачком насиљу и говору мржње. Деца најбоље "
         "уче од својих вршњака.\nМлада особа никада није сама са одељењем.",
         "A professional and a young person whom pupils know from social networks talk about peer violence and hate "
         "speech. Children learn best from their peers.\nThe young person is never alone with a class."),
        ("Ученици средњих школа", "Pupils of secondary schools"),
        _ROOM, ("Озвучење за више од 80 ученика", "A microphone for more than 80 pupils"), _TEACHER,
    ),
    "web-detectives": _texts(
        ("Група ученика учи да препозна и пријави незаконит или нежељен садржај, и то знање преноси другима.\nШкола "
         "чува имена своје групе; код нас стоји само број.",
         "A group of pupils learns to recognise and report illegal or unintended content, and passes it on to others.\n"
         "The school keeps the names of its group; we keep the number only."),
        ("Група од 10 до 30 ученика једне школе", "A group of 10 to 30 pupils of one school"),
        ("Учионица са рачунарима или таблетима", "A classroom with computers or tablets"), _TEACHER,
    ),
    "web-detectives-parents": _texts(
        ("Шта Веб детективи раде, шта не раде, и како родитељи помажу код куће.",
         "What Web Detectives do, what they do not do, and how parents help at home."),
        ("Родитељи ученика из групе", "Parents of the pupils in the group"),
        _ROOM,
    ),
}  # fmt: skip
