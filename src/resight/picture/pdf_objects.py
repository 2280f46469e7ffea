"""The file around a PDF's page: numbered objects, compressed streams, and the table that finds them.

Source: ISO 32000-1:2008, sections 7.3 (objects), 7.5 (file structure) and 14.3 (metadata).
"""

from __future__ import annotations

import hashlib
import zlib


class Document:
    """Collects objects; `finish` joins them. Nothing in the file depends on the time or the machine."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []

    def reserve(self) -> int:
        """The number of an object to be written later, with `put`."""
        self._objects.append(b"")
        return len(self._objects)

    def put(self, reserved: int, body: bytes | str) -> int:
        """Write the object with this number."""
        self._objects[reserved - 1] = body.encode("latin-1") if isinstance(body, str) else body
        return reserved

    def add(self, body: bytes | str) -> int:
        """A new object; returns its number."""
        return self.put(self.reserve(), body)

    def stream(self, content: bytes, entries: str = "") -> int:
        """A new compressed stream; returns its number."""
        packed = zlib.compress(content, 9)
        head = f"<<{entries}/Filter/FlateDecode/Length {len(packed)}>>\nstream\n"
        return self.add(head.encode("latin-1") + packed + b"\nendstream")

    def finish(self, page: str, title: str, subject: str) -> bytes:
        """The whole file. `page` is the page's dictionary, in which `{parent}` stands for the page tree."""
        pages = self.reserve()
        leaf = self.add(page.replace("{parent}", str(pages)))
        self.put(pages, f"<</Type/Pages/Kids[{leaf} 0 R]/Count 1>>")
        view = "/ViewerPreferences<</DisplayDocTitle true>>"
        root = self.add(f"<</Type/Catalog/Pages {pages} 0 R/Lang(en){view}>>")
        info = self.add(f"<</Title {utf16(title)}/Subject {utf16(subject)}/Producer(resight)>>")
        body = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        places = []
        for i, content in enumerate(self._objects, 1):
            places.append(len(body))
            body += b"%d 0 obj\n%b\nendobj\n" % (i, content)
        name = hashlib.sha256(body).hexdigest()[:32]
        table = len(body)
        body += f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode()
        body += b"".join(b"%010d 00000 n \n" % place for place in places)
        trailer = f"<</Size {len(places) + 1}/Root {root} 0 R/Info {info} 0 R/ID[<{name}><{name}>]>>"
        return bytes(body) + f"trailer\n{trailer}\nstartxref\n{table}\n%%EOF\n".encode()


def number(value: float) -> str:
    """A number as PDF writes it: no exponent, at most four decimals."""
    if isinstance(value, int):
        return str(value)
    short = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short


def utf16(words: str) -> str:
    """A text string in hexadecimal, which needs no escapes."""
    return f"<FEFF{words.encode('utf-16-be', 'replace').hex().upper()}>"
