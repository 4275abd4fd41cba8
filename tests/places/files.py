"""Files of schools and of their bells, as imports read them."""

from scheduler.places.imports.registers import read_hosts
from scheduler.places.rules.town_names import KnownTown

BELGRADE = frozenset({"beograd", "grad beograd"})
NIS = KnownTown(1, "nis", "nis", "RS-20", frozenset({"nisava", "nisavski"}), "18000")
VRANJE = KnownTown(2, "vranje", "vranje", "RS-24", frozenset({"pcinja", "pcinjski"}), "17500")
UZICE = KnownTown(3, "uzice", "uzice", "RS-16", frozenset({"zlatibor", "zlatiborski"}), "31000")
PALILULA = KnownTown(4, "palilula", "beograd", "RS-00", BELGRADE, "11060")
ZEMUN = KnownTown(5, "zemun", "beograd", "RS-00", BELGRADE, "11080")
TOWNS = (NIS, VRANJE, UZICE, PALILULA, ZEMUN)
HEAD = (
    "Школа;Општина;Прва смена;Друга смена;Трајање часа;Велики одмор;Број часова;Смене се мењају;Прва група;Рачуна се од"
)
GOOD = (
    f"Звоњење 2026/27;;;;;;;;;\n{HEAD}\nОШ Вук Караџић;Ниш;8:00;14.00;45 min;20;7;недељно;непарни;31.8.2026.\n"
    "Чегар;Врање;7.30;;;;;;;\n"
)


HEADER = "register_id,name,kind,municipality,phone\n"


def sheet_of(*lines):
    return read_hosts((HEADER + "\n".join(lines)).encode())
