"""A register as a browser uploads it."""

from scheduler.jobs.long_work import do_long_work
from scheduler.places.models import Host
from tests.web.reading import rows_of

HEAD = "id;naziv;vrsta;opština\n"
GOOD = f"{HEAD}7;Вук Караџић;osnovna škola;Ниш\n".encode()
BAD = f"{HEAD}7;Вук Караџић;osnovna škola;Ниш\n8;Бранко;osnovna škola;Атлантида\n".encode()


def upload(browser, content: bytes, name: str = "skole.csv", of: str = "hosts"):
    """As a browser sends a file; made by hand, because the client of the tests leaves files of large bodies open."""
    head = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + b"\r\n--edge--\r\n"
    return browser.post(f"/imports?of={of}&lang=en", data=body, content_type="multipart/form-data; boundary=edge")


def worked(answer) -> str:
    """The number of the work that a press has begun, once it is done."""
    do_long_work.call_local()
    return answer.location.rpartition("/")[2]


def uploaded(browser, content: bytes, of: str = "hosts", name: str = "skole.csv") -> str:
    """The number of the work that has checked this file."""
    return worked(upload(browser, content, name, of))


def applied(browser, checked: str, **sent: str) -> str:
    """The number of the work that has stored what was checked."""
    return worked(browser.post(f"/imports/{checked}/apply", data=sent))


def hosts() -> int:
    return len(rows_of(Host))
