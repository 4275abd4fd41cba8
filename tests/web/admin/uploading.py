"""A register as a browser uploads it."""

from sqlalchemy import func, select

from scheduler.core.db import db
from scheduler.places.models import Host

HEAD = "id;naziv;vrsta;opština\n"
GOOD = f"{HEAD}7;Вук Караџић;osnovna škola;Ниш\n".encode()
BAD = f"{HEAD}7;Вук Караџић;osnovna škola;Ниш\n8;Бранко;osnovna škola;Атлантида\n".encode()


def upload(browser, content: bytes, name: str = "skole.csv"):
    """As a browser sends a file; made by hand, because the client of the tests leaves files of large bodies open."""
    head = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + b"\r\n--edge--\r\n"
    return browser.post("/imports?lang=en", data=body, content_type="multipart/form-data; boundary=edge")


def hosts() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Host)) or 0
