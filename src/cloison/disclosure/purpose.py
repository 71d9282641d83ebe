"""Why somebody may learn something, through which channel, on which proof, and which fields: closed lists.

The numbers are written in the log of disclosures: they never change their meaning, and new ones are added at the end.
"""

from enum import IntEnum, IntFlag

from cloison.errors import Text


class Purpose(IntEnum):
    """What the answer serves, and the lawful basis of GDPR article 6 (and 9) that carries it."""

    ELIGIBILITY = 1
    GUARANTEE = 2
    CLAIM = 3
    STATEMENT = 4
    QUOTE = 5
    RECALL = 6
    REIMBURSEMENT = 7

    @property
    def basis(self) -> Text:
        return BASES[self]


BASES = {
    Purpose.ELIGIBILITY: Text(
        "exécution du contrat de tiers payant : savoir si les soins de ce jour sont couverts",
        "performance of the third-party payment contract: whether this day's care is covered",
    ),
    Purpose.GUARANTEE: Text(
        "exécution du contrat de tiers payant : garantir le paiement de ces soins",
        "performance of the third-party payment contract: guarantee the payment of this care",
    ),
    Purpose.CLAIM: Text(
        "exécution du contrat de tiers payant : décider et payer une facture de soins déjà donnés",
        "performance of the third-party payment contract: decide and pay an invoice for care already given",
    ),
    Purpose.STATEMENT: Text(
        "droit d'accès de la personne (RGPD, article 15) : qui a appris quoi à son sujet",
        "right of access of the person (GDPR, article 15): who learned what about them",
    ),
    Purpose.QUOTE: Text(
        "exécution du contrat de tiers payant : chiffrer et promettre la part complémentaire de soins à venir",
        "performance of the third-party payment contract: price and promise the complementary share of care to come",
    ),
    Purpose.RECALL: Text(
        "exécution du contrat de tiers payant : relire sa propre demande et la réponse qu'elle a reçue",
        "performance of the third-party payment contract: read one's own request and its answer again",
    ),
    Purpose.REIMBURSEMENT: Text(
        "droit d'accès de la personne (RGPD, article 15) : ce qui a été décidé et payé pour ses soins",
        "right of access of the person (GDPR, article 15): what was decided and paid for their care",
    ),
}


class Proof(IntEnum):
    """How the caller showed that the person is in front of them, or that care was given."""

    TYPED = 1
    CODE = 2
    CARD = 3
    FILE = 4
    OWN_RECORD = 5


class Fields(IntFlag):
    """What an answer may hold. Never a field of identity."""

    COVERED = 1
    VALIDITY = 2
    DOMAINS = 4
    ROUTING = 8
    ORDER = 16
    ENGAGEMENT = 32
    AMOUNT = 64
    CEILING = 128
    STATEMENT = 256
    CARE = 512


class Result(IntEnum):
    """The class of an answer, as the log keeps it. UNSETTLED counts as disclosed in full."""

    UNSETTLED = 0
    COVERED = 1
    NOT_COVERED = 2
    NOT_FOUND = 3
    UNDETERMINED = 4


WIDEST = {
    Purpose.ELIGIBILITY: Fields.COVERED | Fields.VALIDITY | Fields.DOMAINS | Fields.ROUTING | Fields.ORDER,
    Purpose.GUARANTEE: Fields.COVERED
    | Fields.VALIDITY
    | Fields.DOMAINS
    | Fields.ROUTING
    | Fields.ORDER
    | Fields.ENGAGEMENT
    | Fields.CEILING,
    Purpose.CLAIM: Fields.COVERED | Fields.VALIDITY | Fields.AMOUNT,
    Purpose.STATEMENT: Fields.STATEMENT,
    Purpose.QUOTE: Fields.COVERED
    | Fields.VALIDITY
    | Fields.DOMAINS
    | Fields.ORDER
    | Fields.ENGAGEMENT
    | Fields.AMOUNT
    | Fields.CEILING,
    Purpose.RECALL: Fields(255),
    Purpose.REIMBURSEMENT: Fields.AMOUNT | Fields.CARE,
}
"""The widest answer of each purpose: what a reservation announces before anything is read."""
