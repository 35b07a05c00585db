"""EHF's XML, parsed safely, and the values of its elements (C12).

DTDs, entities and references out of the file are refused; depth, elements and text are limited during parsing. The
content of attachments is passed by: nothing of it is kept or counted. A problem points at the element by its path, with
its index from 0 if there are several.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from app.http.problems import Problem
from app.invoices.problems import INVOICE_INCOMPLETE, INVOICE_MALFORMED, INVOICE_TOO_LARGE, INVOICE_UNSAFE

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMESPACES = {"cac": f"{UBL}CommonAggregateComponents-2", "cbc": f"{UBL}CommonBasicComponents-2"}
MAX_TEXT = 2 * 1024 * 1024
"""Characters of all texts and attributes, without attachments."""
_ATTACHMENT = f"{{{NAMESPACES['cbc']}}}EmbeddedDocumentBinaryObject"
_MAX_DEPTH = 24
_MAX_ELEMENTS = 100_000

_DAY = re.compile(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
# xs:decimal, of a size that no invoice passes.
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,12}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})", re.ASCII)


def parse_xml(body: bytes) -> Element:
    """The root element. 422 `invoice-malformed`, `invoice-unsafe`, `invoice-too-large`."""
    parser = DefusedXMLParser(target=_LimitedTreeBuilder(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(body)
        root = parser.close()
    except DefusedXmlException as error:
        raise INVOICE_UNSAFE(pointer="#") from error
    # An unknown encoding raises LookupError or ValueError.
    except (ParseError, ValueError, LookupError) as error:
        raise INVOICE_MALFORMED(pointer="#") from error
    if not isinstance(root, Element):
        raise INVOICE_MALFORMED(pointer="#")
    return root


class _LimitedTreeBuilder(TreeBuilder):
    """Refuses a tree that is deeper or larger than any invoice, while it is parsed."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._elements = 0
        self._text = 0
        self._in_attachment = False

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._elements += 1
        self._text += sum(map(len, attrs.values()))
        if self._depth > _MAX_DEPTH or self._elements > _MAX_ELEMENTS or self._text > MAX_TEXT:
            raise INVOICE_TOO_LARGE(pointer="#")
        self._in_attachment = tag == _ATTACHMENT
        return super().start(tag, attrs)

    def data(self, data: str, /) -> None:
        if self._in_attachment:
            return
        self._text += len(data)
        if self._text > MAX_TEXT:
            raise INVOICE_TOO_LARGE(pointer="#")
        super().data(data)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        self._in_attachment = False
        return super().end(tag)


@contextmanager
def pointing_below(steps: str) -> Iterator[None]:
    """Problems raised within it point below these steps."""
    try:
        yield
    except Problem as problem:
        raise problem.within(steps) from None


def has_element(parent: Element, path: str) -> bool:
    """Whether there is such an element, whatever it holds."""
    return parent.find(path, NAMESPACES) is not None


def find_text(parent: Element, path: str) -> str | None:
    """The element's text without white space around it; None where there is none."""
    return (parent.findtext(path, None, NAMESPACES) or "").strip() or None


def require_text(parent: Element, path: str) -> str:
    """As `find_text`. Raises `invoice-incomplete`."""
    found = find_text(parent, path)
    if found is None:
        raise incomplete_element(path)
    return found


def parse_day(parent: Element, path: str) -> date:
    """Raises `invoice-incomplete`."""
    text = require_text(parent, path)
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise incomplete_element(path)


def parse_number(parent: Element, path: str) -> Decimal:
    """Exact, whatever its decimals. Raises `invoice-incomplete`."""
    text = require_text(parent, path)
    if not _NUMBER.fullmatch(text):
        raise incomplete_element(path)
    return Decimal(text)


def parse_amount(parent: Element, path: str) -> Decimal:
    """An amount of at most two decimals, of a size the database can hold. Raises `invoice-incomplete`."""
    amount = parse_number(parent, path)
    if amount != round(amount, 2) or abs(amount) >= 10**10:
        raise incomplete_element(path)
    return amount


def find_amount(parent: Element, path: str) -> Decimal | None:
    """As `parse_amount`; None where there is no such element."""
    return parse_amount(parent, path) if has_element(parent, path) else None


def incomplete_element(element: str) -> Problem:
    """The refusal of an element that is missing or malformed."""
    return INVOICE_INCOMPLETE(f"{element} manglar eller har feil form.", pointer=f"#/{element}", element=element)
