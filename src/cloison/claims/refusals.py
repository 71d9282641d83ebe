"""Why an invoice or a line is kept aside, refused or paid less than asked (numbers 400-449, in order of precedence)."""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text

PRACTICE_UNKNOWN = Reason(
    400,
    "claims.practice_unknown",
    Text("Ce numéro de professionnel n'est pas enregistré.", "This practice number is not registered."),
    Text(
        "Enregistrez le professionnel, puis soumettez à nouveau les factures gardées.",
        "Register the practice, then resubmit the invoices that were kept.",
    ),
    Actor.OPERATOR,
)
CARE_AFTER_RECEPTION = Reason(
    401,
    "claims.care_after_reception",
    Text(
        "Les soins sont datés d'après la réception de la facture.", "The care is dated after the invoice was received."
    ),
    Text("Corrigez la date des soins et renvoyez la facture.", "Correct the date of care and send the invoice again."),
    Actor.PROFESSIONAL,
)
ALREADY_DECIDED = Reason(
    402,
    "claims.already_decided",
    Text(
        "Cette facture a déjà été reçue ; sa décision ne change pas.",
        "This invoice was already received; its decision stands.",
    ),
    Text(
        "Rien à faire. Pour la changer, annulez-la puis envoyez une facture corrigée sous un autre numéro.",
        "Nothing to do. To change it, cancel it and send a corrected invoice under another number.",
    ),
    Actor.NOBODY,
    Retry.NEVER,
)
SAME_CARE_PAID = Reason(
    410,
    "claims.same_care_paid",
    Text(
        "Le même acte, le même jour, pour la même personne, est déjà payé sur une autre facture de ce professionnel.",
        "The same act, on the same day, for the same person, is already paid on another invoice of this practice.",
    ),
    Text(
        "S'il y a eu deux actes, facturez-les ensemble (quantité 2) après avoir annulé la première facture.",
        "If there were two acts, invoice them together (quantity 2) after cancelling the first invoice.",
    ),
    Actor.PROFESSIONAL,
)
NOTHING_ASKED = Reason(
    411,
    "claims.nothing_asked",
    Text("La facture ne demande rien à la complémentaire.", "The invoice asks nothing of the complementary insurer."),
    Text("Rien à faire si c'est voulu.", "Nothing to do if that is intended."),
    Actor.NOBODY,
    Retry.NEVER,
)
PAID_BY_COMPULSORY = Reason(
    412,
    "claims.paid_by_compulsory",
    Text(
        "La part obligatoire couvre déjà tout ce que le contrat rembourse.",
        "The compulsory part already covers all that the contract reimburses.",
    ),
    Text("Rien à faire.", "Nothing to do."),
    Actor.NOBODY,
    Retry.NEVER,
)
REDUCED_TO_GUARANTEE = Reason(
    420,
    "claims.reduced_to_guarantee",
    Text("La garantie donne moins que le montant demandé.", "The guarantee gives less than the amount asked."),
    Text(
        "Le patient règle la différence ; le détail de chaque ligne est sur le retour.",
        "The patient pays the difference; each line is detailed on the return.",
    ),
    Actor.INSURED,
    Retry.NEVER,
)
NOT_DECIDED = Reason(
    430,
    "claims.not_decided",
    Text("Cette facture n'existe pas ou n'a pas de décision.", "This invoice does not exist or has no decision."),
    Text(
        "Vérifiez le numéro du professionnel, de la facture et le jour.",
        "Check the practice number, invoice number and day.",
    ),
    Actor.PROFESSIONAL,
)
ALREADY_CANCELLED = Reason(
    431,
    "claims.already_cancelled",
    Text("Cette facture est déjà annulée.", "This invoice is already cancelled."),
    Text("Rien à faire.", "Nothing to do."),
    Actor.NOBODY,
    Retry.NEVER,
)
TAKEN_BACK = Reason(
    432,
    "claims.taken_back",
    Text(
        "Cette facture, déjà payée, a été annulée ou redécidée.",
        "This invoice was paid, then cancelled or decided again.",
    ),
    Text("Rien à faire : la somme est reprise sur ce virement.", "Nothing to do: the sum is taken from this transfer."),
    Actor.NOBODY,
    Retry.NEVER,
)
NOTHING_TO_CANCEL = Reason(
    433,
    "claims.nothing_to_cancel",
    Text(
        "Cette facture est refusée : il n'y a rien à annuler.", "This invoice is refused: there is nothing to cancel."
    ),
    Text(
        "Envoyez la facture corrigée sous un autre numéro.",
        "Send the corrected invoice under another number.",
    ),
    Actor.PROFESSIONAL,
    Retry.CORRECTED,
)
FILE_ALREADY_RECEIVED = Reason(
    440,
    "claims.file_already_received",
    Text("Ce fichier a déjà été reçu, octet pour octet.", "This file was already received, byte for byte."),
    Text(
        "Rien à faire : son résultat est celui de la première réception.",
        "Nothing to do: its result is that of the first.",
    ),
    Actor.NOBODY,
    Retry.NEVER,
)

BOOKS_BUSY = Reason(
    441,
    "claims.books_busy",
    Text(
        "D'autres traitements écrivent les mêmes factures ; rien n'a été fait à moitié.",
        "Other processes write the same invoices; nothing was half done.",
    ),
    Text("Relancez le traitement : il reprend où il en était.", "Run it again: it goes on where it was."),
    Actor.OPERATOR,
    Retry.LATER,
)

CATALOGUE = Catalogue(
    PRACTICE_UNKNOWN,
    CARE_AFTER_RECEPTION,
    ALREADY_DECIDED,
    SAME_CARE_PAID,
    NOTHING_ASKED,
    PAID_BY_COMPULSORY,
    REDUCED_TO_GUARANTEE,
    NOT_DECIDED,
    ALREADY_CANCELLED,
    TAKEN_BACK,
    NOTHING_TO_CANCEL,
    FILE_ALREADY_RECEIVED,
    BOOKS_BUSY,
)
