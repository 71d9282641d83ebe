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
SIMPLE = frozenset(f"{XHTML}{tag}" for tag in TAGS)
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


START, END = f'<div xmlns="{XHTML[1:-1]}">', "</div>"
EMPTIES = frozenset(f"{tag}{end}" for tag in TAGS for end in ("/", " /"))
CLOSING = {tag: f"/{tag}" for tag in TAGS}
TAG = re.compile(r"""([a-z0-9]+)((?:\s+[a-z]+\s*=\s*(?:"[^"<&:]*"|'[^'<&:]*'))*)\s*(/?)""")
ATTRIBUTE = re.compile(r"""([a-z]+)\s*=\s*(?:"[^"]*"|'[^']*')""")
ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|nbsp);)")


def simple(div: str) -> bool:
    """Whether a `div` has content, and no tag or attribute beyond those of formatting."""
    if _plain(div):
        return True
    if "<!DOCTYPE" in div or "<![CDATA[" in div:
        return False
    try:
        root: Any = etree.fromstring(div.replace("&nbsp;", "&#160;"), PARSER)  # stubs know elements by half
    except (etree.XMLSyntaxError, ValueError):
        return False
    return root.tag == f"{XHTML}div" and _formatting(root)


def _plain(div: str) -> bool:
    """Sees at a glance text of the plainest form: tags that nest, attributes without addresses. The rest is parsed."""
    if not div.startswith(START) or not div.endswith(END):
        return False
    inside = div[len(START) : -len(END)]
    before, *tags = inside.split("<")
    if inside.count(">") != len(tags) or ">" in before:
        return False
    content = _said(before)
    opened: list[str | None] = [None]  # what closes each
    for told in tags:
        tag, ended, text = told.partition(">")
        if not ended:
            return False
        closing = CLOSING.get(tag)
        if closing is not None:
            opened.append(closing)
        elif tag == opened[-1]:
            opened.pop()
        elif tag not in EMPTIES:
            found = TAG.fullmatch(tag)
            if found is None or found[1] not in TAGS or not _plain_attributes(found[2]):
                return False
            if not found[3]:
                opened.append(CLOSING[found[1]])
        content = content or _said(text)
    return content and len(opened) == 1 and ("&" not in inside or ENTITY.search(inside) is None)


def _said(text: str) -> bool:
    """Whether a text says something: spaces that do not break are spaces."""
    return bool(text.replace("&nbsp;", "").strip())


def _plain_attributes(attributes: str) -> bool:
    names = ATTRIBUTE.findall(attributes)
    return len(set(names)) == len(names) and ATTRIBUTES.issuperset(names)


def _formatting(root: Any) -> bool:  # stubs know elements by half
    tags = {element.tag for element in root.iter()} - {etree.Comment}
    if not tags <= SIMPLE:
        return False
    if not all(_inert(name, text) for element in root.iter() for name, text in element.attrib.items()):
        return False
    return f"{XHTML}img" in tags or bool("".join(root.itertext(f"{XHTML}*")).strip())


def _inert(name: str, text: str) -> bool:
    return (name in ATTRIBUTES or name == XML_LANG) and not ACTIVE.search("".join(text.split()))
