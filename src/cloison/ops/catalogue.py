"""Every reason of every part by its number: what turns the number in a column into words."""

from cloison.claims import refusals as claims
from cloison.disclosure import reasons as disclosure
from cloison.errors import Reason
from cloison.gateways.files import reasons as files
from cloison.rights import refusals as rights
from cloison.rules import REASONS as RULES

REASONS: dict[int, Reason] = {
    reason.number: reason
    for catalogue in (files.REASONS, rights.CATALOGUE, RULES, claims.CATALOGUE, disclosure.CATALOGUE)
    for reason in catalogue
}
