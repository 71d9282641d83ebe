"""The narrative of a resource: simple XHTML that nothing active can hide in (HL7's txt-1 and txt-2)."""

import re
from typing import Any

from lxml import etree

TAGS = frozenset(
    {
        "a", "abbr", "acronym", "address", "b", "big", "blockquote", "br", "caption", "cite", "code", "col",
        "colgroup", "dd", "dfn", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img",
        "li", "ol", "p", "pre", "q", "samp", "small", "span", "strong", "sub", "sup", "table", "tbody", "td",
        "tfoot", "th", "thead", "tr", "tt", "ul", "var",
    }
)  # fmt: skip
ATTRIBUTES = frozenset(
    {
        "abbr", "accesskey", "align", "alt", "axis", "bgcolor", "border", "cellhalign", "cellpadding",
        "cellspacing", "cellvalign", "char", "charoff", "charset", "cite", "class", "colspan", "compact",
        "coords", "dir", "frame", "headers", "height", "href", "hreflang", "hspace", "id", "lang", "longdesc",
        "name", "nowrap", "rel", "rev", "rowspan", "rules", "scope", "shape", "span", "src", "start", "style",
        "summary", "tabindex", "title", "type", "valign", "value", "vspace", "width",
    }
)  # fmt: skip
XHTML = "{http://www.w3.org/1999/xhtml}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ACTIVE = re.compile(r"script:|^data:(?!image/)", re.IGNORECASE)
SUSPECTS = (re.compile(r"script\s*:"), re.compile(r"data\s*:"))
SIMPLE = frozenset(f"{XHTML}{tag}" for tag in TAGS)
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


TAG = re.compile(r"</?([^\s/>]+)")
WHOLE_TAG = re.compile(r"""<[^<>"']*(?:"[^"<]*"[^<>"']*|'[^'<]*'[^<>"']*)*>""")
ATTRIBUTE = re.compile(r"""\s([^\s=<>"']+)\s*=""")
TEXT = re.compile(r">\s*[^<\s]")


def simple(div: str) -> bool:
    """Whether a `div` has content, and no tag or attribute beyond those of formatting."""
    if "<!DOCTYPE" in div or "<![CDATA[" in div:
        return False
    try:
        root: Any = etree.fromstring(div.replace("&nbsp;", "&#160;"), PARSER)  # stubs know elements by half
    except (etree.XMLSyntaxError, ValueError):
        return False
    return root.tag == f"{XHTML}div" and (_plain(div) or _formatting(root))


def _plain(div: str) -> bool:
    """Sees at a glance that well-formed text is simple; it may not see it of text that is, and `_formatting` does.

    In well-formed text without comments and processing instructions, every `<` opens a tag; what looks like an
    attribute may be text, and then is looked at again.
    """
    start = f'<div xmlns="{XHTML[1:-1]}">'
    inside = div.removeprefix(start)
    if len(inside) == len(div) or "&#" in inside or "<!" in inside or "<?" in inside:
        return False
    if any(suspect.search(inside.lower()) for suspect in SUSPECTS) or not TAGS.issuperset(TAG.findall(inside)):
        return False
    described = "".join(tag for tag in WHOLE_TAG.findall(inside) if "=" in tag) if "=" in inside else ""
    return TEXT.search(div) is not None and ATTRIBUTES.issuperset(ATTRIBUTE.findall(described))


def _formatting(root: Any) -> bool:  # stubs know elements by half
    tags = {element.tag for element in root.iter()} - {etree.Comment}
    if not tags <= SIMPLE:
        return False
    if not all(_inert(name, text) for element in root.iter() for name, text in element.attrib.items()):
        return False
    return f"{XHTML}img" in tags or bool("".join(root.itertext(f"{XHTML}*")).strip())


def _inert(name: str, text: str) -> bool:
    return (name in ATTRIBUTES or name == XML_LANG) and not ACTIVE.search("".join(text.split()))
