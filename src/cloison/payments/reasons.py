"""Why money cannot be moved, or a bank's answer cannot be read, and what to do (numbers 500-599)."""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text

# --- 500: the ledger and its orders

LEDGER_REFUSED = Reason(
    500,
    "payments.ledger_refused",
    Text(
        "Le grand livre refuse ce mouvement : il contredit ce qui est déjà écrit.",
        "The ledger refuses this movement: it contradicts what is already written.",
    ),
    Text(
        "Rien n'a été écrit. Lisez la cause ; une correction est un mouvement nouveau qui cite l'ancien.",
        "Nothing was written. Read the cause; a correction is a new movement that cites the old one.",
    ),
    Actor.OPERATOR,
    Retry.CORRECTED,
)
BOOKS_DO_NOT_BALANCE = Reason(
    501,
    "payments.books_do_not_balance",
    Text(
        "Les soldes ne correspondent plus aux mouvements.",
        "The balances no longer agree with the movements.",
    ),
    Text(
        "Arrêtez les paiements et appelez une personne : ne corrigez aucun solde à la main.",
        "Stop payments and call a person: correct no balance by hand.",
    ),
    Actor.OPERATOR,
    Retry.NEVER,
)
TRANSFER_UNKNOWN = Reason(
    502,
    "payments.transfer_unknown",
    Text("Ce mouvement n'existe pas ou a déjà été annulé.", "This movement does not exist or was already cancelled."),
    Text("Relisez l'état de la facture avant d'annuler.", "Read the state of the invoice again before cancelling."),
    Actor.OPERATOR,
    Retry.CORRECTED,
)
NO_BANK_DETAILS = Reason(
    503,
    "payments.no_bank_details",
    Text(
        "Aucune coordonnée bancaire n'est connue pour ce professionnel : la somme reste due.",
        "No bank details are known for this professional: the sum stays due.",
    ),
    Text(
        "Demandez un RIB au professionnel ; le prochain règlement reprendra ces factures.",
        "Ask the professional for bank details; the next payment run will take these invoices.",
    ),
    Actor.PROFESSIONAL,
    Retry.CORRECTED,
)
NO_PAYER_ACCOUNT = Reason(
    504,
    "payments.no_payer_account",
    Text(
        "Aucun compte bancaire n'est connu pour cet organisme : aucun ordre ne peut partir.",
        "No bank account is known for this insurer: no order can leave.",
    ),
    Text(
        "Faites enregistrer le compte de l'organisme, puis relancez le règlement.",
        "Have the insurer's account recorded, then run the payment again.",
    ),
    Actor.INSURER,
    Retry.CORRECTED,
)
PRACTICE_OWES = Reason(
    505,
    "payments.practice_owes",
    Text(
        "Les annulations dépassent les sommes dues : le solde sera déduit du prochain règlement.",
        "Cancellations exceed what is due: the balance will be deducted from the next payment.",
    ),
    Text("Aucune action ; la déduction sera détaillée.", "Nothing to do; the deduction will be itemised."),
    Actor.NOBODY,
    Retry.NEVER,
)
ORDER_CHANGED = Reason(
    506,
    "payments.order_changed",
    Text(
        "Ce fichier d'ordres, écrit une seconde fois, n'a plus les mêmes octets.",
        "This file of orders, written a second time, does not have the same bytes.",
    ),
    Text(
        "N'envoyez aucun des deux fichiers avant d'avoir trouvé pourquoi.",
        "Send neither file before finding out why.",
    ),
    Actor.OPERATOR,
    Retry.NEVER,
)
ORDER_INVALID = Reason(
    507,
    "payments.order_invalid",
    Text(
        "Ce fichier d'ordres n'est pas conforme au schéma ISO 20022 : il n'a pas été écrit.",
        "This file of orders does not fit the ISO 20022 schema: it was not written.",
    ),
    Text(
        "Corrigez l'élément cité ; aucun ordre n'est parti.",
        "Correct the element named; no order has left.",
    ),
    Actor.OPERATOR,
    Retry.CORRECTED,
)
BANK_DETAILS_INVALID = Reason(
    508,
    "payments.bank_details_invalid",
    Text("Ces coordonnées bancaires ne sont pas valides.", "These bank details are not valid."),
    Text(
        "Vérifiez l'IBAN (clé de contrôle), le BIC et le nom du titulaire.",
        "Check the IBAN (check digits), the BIC and the holder's name.",
    ),
    Actor.PROFESSIONAL,
    Retry.CORRECTED,
)
RUN_UNKNOWN = Reason(
    509,
    "payments.run_unknown",
    Text("Ce règlement n'existe pas.", "This payment run does not exist."),
    Text("Donnez le numéro d'un règlement enregistré.", "Give the number of a recorded run."),
    Actor.OPERATOR,
    Retry.CORRECTED,
)

# --- 520: files from banks

FILE_EMPTY = Reason(
    520,
    "payments.file_empty",
    Text("Le fichier de la banque est vide.", "The bank's file is empty."),
    Text("Téléchargez-le de nouveau.", "Download it again."),
    Actor.OPERATOR,
    Retry.SAME,
)
FILE_TOO_LARGE = Reason(
    521,
    "payments.file_too_large",
    Text("Le fichier de la banque dépasse la taille admise.", "The bank's file exceeds the size allowed."),
    Text(
        "Demandez à la banque des fichiers plus petits (par jour, ou par compte).",
        "Ask the bank for smaller files (by day, or by account).",
    ),
    Actor.BANK,
    Retry.CORRECTED,
)
FILE_NOT_UTF8 = Reason(
    522,
    "payments.file_not_utf8",
    Text("Le fichier n'est pas en UTF-8.", "The file is not in UTF-8."),
    Text("Demandez à la banque un fichier ISO 20022 en UTF-8.", "Ask the bank for an ISO 20022 file in UTF-8."),
    Actor.BANK,
    Retry.CORRECTED,
)
FILE_HAS_DTD = Reason(
    523,
    "payments.file_has_dtd",
    Text(
        "Le fichier déclare un DTD ou des entités : il n'a pas été lu.",
        "The file declares a DTD or entities: it was not read.",
    ),
    Text(
        "Un message bancaire n'en contient jamais. Vérifiez la provenance du fichier avant tout.",
        "A bank's message never has any. Check where the file comes from before anything else.",
    ),
    Actor.OPERATOR,
    Retry.NEVER,
)
FILE_BROKEN = Reason(
    524,
    "payments.file_broken",
    Text("Le fichier n'est pas du XML bien formé, ou il est tronqué.", "The file is not well-formed XML, or is cut."),
    Text("Téléchargez-le de nouveau ; rien n'en a été retenu.", "Download it again; nothing was kept of it."),
    Actor.OPERATOR,
    Retry.SAME,
)
MESSAGE_UNKNOWN = Reason(
    525,
    "payments.message_unknown",
    Text(
        "Ce message n'est pas un pain.002, camt.053 ou camt.054 de la norme ISO 20022.",
        "This message is not a pain.002, camt.053 or camt.054 of ISO 20022.",
    ),
    Text(
        "Choisissez le relevé (camt.053), l'avis (camt.054) ou le compte rendu (pain.002).",
        "Choose the statement (camt.053), the notification (camt.054) or the status report (pain.002).",
    ),
    Actor.OPERATOR,
    Retry.CORRECTED,
)
ELEMENT_MISSING = Reason(
    526,
    "payments.element_missing",
    Text("Un élément obligatoire manque.", "A mandatory element is missing."),
    Text("Signalez à la banque l'élément cité.", "Report the named element to the bank."),
    Actor.BANK,
    Retry.CORRECTED,
)
ELEMENT_INVALID = Reason(
    527,
    "payments.element_invalid",
    Text("La valeur d'un élément n'a pas la forme prévue.", "The value of an element does not have the expected form."),
    Text("Signalez à la banque l'élément cité.", "Report the named element to the bank."),
    Actor.BANK,
    Retry.CORRECTED,
)
CURRENCY_NOT_EURO = Reason(
    528,
    "payments.currency_not_euro",
    Text(
        "Un mouvement n'est pas en euros : il n'a pas été rapproché.",
        "A movement is not in euros: it was not reconciled.",
    ),
    Text(
        "Traitez-le avec la banque, hors du tiers payant.", "Deal with it with the bank, outside third-party payment."
    ),
    Actor.INSURER,
    Retry.NEVER,
)
DETAILS_DO_NOT_ADD_UP = Reason(
    529,
    "payments.details_do_not_add_up",
    Text(
        "Le détail d'un mouvement ne fait pas son total : le mouvement est pris d'un bloc.",
        "The details of a movement do not add up to it: the movement is taken as one.",
    ),
    Text("Demandez le détail à la banque.", "Ask the bank for the details."),
    Actor.BANK,
    Retry.CORRECTED,
)
BALANCE_DOES_NOT_FOLLOW = Reason(
    530,
    "payments.balance_does_not_follow",
    Text(
        "Solde d'ouverture et mouvements ne donnent pas le solde de clôture.",
        "Opening balance and movements do not give the closing balance.",
    ),
    Text(
        "Il manque peut-être une page du relevé : demandez-la.", "A page of the statement may be missing: ask for it."
    ),
    Actor.BANK,
    Retry.CORRECTED,
)
ACCOUNT_UNKNOWN = Reason(
    531,
    "payments.account_unknown",
    Text(
        "Ce relevé porte sur un compte qui n'est celui d'aucun organisme connu.",
        "This statement is about an account that belongs to no known insurer.",
    ),
    Text(
        "Enregistrez le compte de l'organisme, ou retirez ce fichier.",
        "Record the insurer's account, or withdraw this file.",
    ),
    Actor.OPERATOR,
    Retry.CORRECTED,
)

NAMESPACE_MISSING = Reason(
    532,
    "payments.namespace_missing",
    Text(
        "Le message ne dit pas de quelle version de la norme il est ; il a été lu quand même.",
        "The message does not say which version of the standard it follows; it was read all the same.",
    ),
    Text("Signalez-le à la banque.", "Report it to the bank."),
    Actor.BANK,
    Retry.CORRECTED,
)

# --- 550: lines of a bank that wait for a person

LINE_UNKNOWN = Reason(
    550,
    "payments.line_unknown",
    Text(
        "Ce mouvement ne correspond à aucun ordre connu.",
        "This movement matches no known order.",
    ),
    Text(
        "Recherchez son origine avec l'organisme, puis expliquez-le.",
        "Find where it comes from with the insurer, then explain it.",
    ),
    Actor.INSURER,
    Retry.NEVER,
)
AMOUNT_DIFFERS = Reason(
    551,
    "payments.amount_differs",
    Text("Le montant n'est pas celui de l'ordre.", "The amount is not that of the order."),
    Text("Demandez à la banque d'expliquer l'écart.", "Ask the bank to explain the difference."),
    Actor.BANK,
    Retry.NEVER,
)
PAID_TWICE = Reason(
    552,
    "payments.paid_twice",
    Text("La banque a débité deux fois le même ordre.", "The bank debited the same order twice."),
    Text("Demandez à la banque de restituer le second débit.", "Ask the bank to give back the second debit."),
    Actor.BANK,
    Retry.NEVER,
)
ANSWER_CONTRADICTS = Reason(
    553,
    "payments.answer_contradicts",
    Text(
        "Cette réponse contredit l'état du paiement (par exemple un débit après un rejet).",
        "This answer contradicts the state of the payment (for instance a debit after a rejection).",
    ),
    Text("Interrogez la banque avant tout nouvel ordre.", "Ask the bank before any new order."),
    Actor.BANK,
    Retry.NEVER,
)
ORDER_UNKNOWN = Reason(
    554,
    "payments.order_unknown",
    Text("Cette réponse cite un ordre inconnu.", "This answer cites an unknown order."),
    Text(
        "Vérifiez que le fichier vient bien de l'environnement de production de la banque.",
        "Check that the file comes from the bank's production environment.",
    ),
    Actor.OPERATOR,
    Retry.NEVER,
)

# --- 570: what a practice reads about a payment

PAYMENT_REJECTED = Reason(
    570,
    "payments.payment_rejected",
    Text(
        "La banque a refusé l'ordre : la somme est de nouveau due.", "The bank refused the order: the sum is due again."
    ),
    Text(
        "Vérifiez le RIB enregistré ; le prochain règlement la reprendra.",
        "Check the bank details; the next run pays it.",
    ),
    Actor.PROFESSIONAL,
    Retry.CORRECTED,
)
PAYMENT_RETURNED = Reason(
    571,
    "payments.payment_returned",
    Text(
        "La banque du bénéficiaire a renvoyé le virement : la somme est de nouveau due.",
        "The payee's bank returned the transfer: the sum is due again.",
    ),
    Text(
        "Vérifiez le RIB enregistré ; le prochain règlement la reprendra.",
        "Check the bank details; the next run pays it.",
    ),
    Actor.PROFESSIONAL,
    Retry.CORRECTED,
)

CATALOGUE = Catalogue(
    LEDGER_REFUSED,
    BOOKS_DO_NOT_BALANCE,
    TRANSFER_UNKNOWN,
    NO_BANK_DETAILS,
    NO_PAYER_ACCOUNT,
    PRACTICE_OWES,
    ORDER_CHANGED,
    ORDER_INVALID,
    BANK_DETAILS_INVALID,
    RUN_UNKNOWN,
    FILE_EMPTY,
    FILE_TOO_LARGE,
    FILE_NOT_UTF8,
    FILE_HAS_DTD,
    FILE_BROKEN,
    MESSAGE_UNKNOWN,
    ELEMENT_MISSING,
    ELEMENT_INVALID,
    CURRENCY_NOT_EURO,
    DETAILS_DO_NOT_ADD_UP,
    BALANCE_DOES_NOT_FOLLOW,
    ACCOUNT_UNKNOWN,
    NAMESPACE_MISSING,
    LINE_UNKNOWN,
    AMOUNT_DIFFERS,
    PAID_TWICE,
    ANSWER_CONTRADICTS,
    ORDER_UNKNOWN,
    PAYMENT_REJECTED,
    PAYMENT_RETURNED,
)
