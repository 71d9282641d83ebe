"""From messages of the file of quotes to quotes and extensions."""

from collections.abc import Sequence

import numpy as np

from cloison.claims import paper
from cloison.claims.paper import texts
from cloison.claims.quote import Quotes, number_of
from cloison.claims.quote_answers import Extensions
from cloison.gateways.files import quotes_words as words
from cloison.gateways.files.quotes import Extend, Quoted
from cloison.identity import Practices


def quotes_of(messages: Sequence[Quoted], accounts: dict[str, int]) -> Quotes:
    """Messages as quotes, in their order."""
    return paper.quotes_of(
        messages,
        [accounts[each.account] for each in messages],
        [words.PROOFS[each.proof] for each in messages],
    )


def extensions_of(messages: Sequence[Extend], accounts: dict[str, int], practices: Practices) -> Extensions:
    """Messages as extensions, in their order. Practices that nobody registered are 0: no account acts for them."""
    row = practices.rows(texts([each.practice for each in messages], 9))
    practice = practices.practice[row] if len(practices.practice) else np.zeros(len(row), np.int32)
    return Extensions(
        account=np.array([accounts[each.account] for each in messages], np.int64),
        practice=np.where(row >= 0, practice, 0).astype(np.int32),
        proof=np.array([words.PROOFS[each.proof] for each in messages], np.int16),
        engagement=np.array([number_of(each.number) for each in messages], np.int64),
        domain=np.array([words.family(each.family) for each in messages], np.int16),
        last_day=np.array([each.last_day for each in messages], "datetime64[D]"),
        amc=texts([each.person.amc for each in messages], 10),
        adherent=texts([each.person.adherent for each in messages], 16),
        nir=texts([each.person.nir[:13] for each in messages], 13),
        birth=texts([each.person.birth for each in messages], 8),
        rank=texts([each.person.rank for each in messages], 1),
    )
