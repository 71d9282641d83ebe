"""`modifierExtension`: what changes the meaning of the element that it stands in.

FHIR asks of whoever does not understand one not to process that element. This server understands none, and no business
code can tell which part of a request it could do without: what is to be acted upon holds none anywhere. Documents are
searched as bytes, so that those which stay text (a contained resource of a type that is not ours) are searched as well.
"""

import re

import msgspec

from cloison.errors import Misuse
from cloison.gateways.fhir.reasons import MODIFIER

NAMED = re.compile(rb'"modifierExtension"\s*:')
"""The name of an element. In a string its marks would be escaped."""
LETTER = re.compile(rb"\\u00([46][1-9a-fA-F]|[57][0-9aA])")
"""An escaped letter, which a name may be spelled with."""
_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_entries = msgspec.json.Decoder(list[dict[str, msgspec.Raw]]).decode


def refuse(body: bytes) -> None:
    """Raises Misuse when a document holds one."""
    if NAMED.search(_spelled(body)) is not None:
        raise Misuse(MODIFIER)


def refuse_around(bundle: bytes) -> None:
    """Raises Misuse when a Bundle holds one outside its resources: those are looked at one by one."""
    whole = _members(bundle)
    entries = _entries(whole.pop("entry")) if "entry" in whole else []
    for members in (whole, *entries):
        members.pop("resource", None)
        refuse(msgspec.json.encode(members))


def _spelled(body: bytes) -> bytes:
    if b"\\u" not in body:
        return body
    return LETTER.sub(lambda found: bytes([int(found[1], 16)]), body)
