"""Why nothing is disclosed (numbers 600-649)."""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text

CHANNEL_FROZEN = Reason(
    600,
    "disclosure.channel_frozen",
    Text("Ce canal est fermé pour le moment.", "This channel is closed for the moment."),
    Text(
        "Utilisez la lecture de carte ou l'envoi de fichiers, qui restent ouverts ; les paiements continuent.",
        "Use card reading or file exchange, which stay open; payments continue.",
    ),
    Actor.OPERATOR,
    Retry.LATER,
)
NOT_COMMITTED = Reason(
    601,
    "disclosure.not_committed",
    Text(
        "La demande n'est pas encore enregistrée : rien n'est lu.",
        "The request is not on record yet: nothing is read.",
    ),
    Text("Enregistrez la demande, puis relisez.", "Commit the request, then read again."),
    Actor.OPERATOR,
    Retry.SAME,
)
TOO_OLD = Reason(
    602,
    "disclosure.too_old",
    Text("Cette demande est trop ancienne pour être lue.", "This request is too old to be read."),
    Text("Posez la question à nouveau.", "Ask the question again."),
    Actor.PROFESSIONAL,
    Retry.SAME,
)
NO_SUCH_RESERVATION = Reason(
    603,
    "disclosure.no_such_reservation",
    Text("Cette demande n'existe pas sur ce canal.", "No such request exists on this channel."),
    Text("Posez la question par le canal qui lira la réponse.", "Ask through the channel that will read the answer."),
    Actor.OPERATOR,
    Retry.CORRECTED,
)
UNAVAILABLE = Reason(
    604,
    "disclosure.unavailable",
    Text(
        "Le registre des accès ne peut pas être écrit : rien n'est lu.",
        "The log of disclosures cannot be written: nothing is read.",
    ),
    Text(
        "Réessayez dans quelques minutes ; les factures déjà reçues sont conservées et les paiements continuent.",
        "Try again in a few minutes; invoices already received are kept and payments continue.",
    ),
    Actor.OPERATOR,
    Retry.LATER,
)
UNKNOWN_ACCOUNT = Reason(
    605,
    "disclosure.unknown_account",
    Text("Aucun compte ne porte ce nom.", "No account has this name."),
    Text("Vérifiez le nom du compte.", "Check the name of the account."),
    Actor.OPERATOR,
    Retry.CORRECTED,
)
UNKNOWN_CHANNEL = Reason(
    606,
    "disclosure.unknown_channel",
    Text("Aucun canal ne porte ce nom.", "No channel has this name."),
    Text(
        "Choisissez portal, api, card, machine, batch, insurer, office, citizen ou export.",
        "Choose portal, api, card, machine, batch, insurer, office, citizen or export.",
    ),
    Actor.OPERATOR,
    Retry.CORRECTED,
)
TOO_MANY_TRIES = Reason(
    607,
    "disclosure.too_many_tries",
    Text("Trop d'essais aujourd'hui pour ce compte.", "Too many tries today for this account."),
    Text(
        "Réessayez demain, carte en main ; si le numéro est juste, adressez-vous à votre complémentaire.",
        "Try again tomorrow with the card in hand; if the number is right, ask your insurer.",
    ),
    Actor.INSURED,
    Retry.LATER,
    status=429,
)

CATALOGUE = Catalogue(
    CHANNEL_FROZEN,
    NOT_COMMITTED,
    TOO_OLD,
    NO_SUCH_RESERVATION,
    UNAVAILABLE,
    UNKNOWN_ACCOUNT,
    UNKNOWN_CHANNEL,
    TOO_MANY_TRIES,
)
BY_SQLSTATE = {
    "CL001": CHANNEL_FROZEN, "CL002": NO_SUCH_RESERVATION, "CL003": NOT_COMMITTED, "CL004": TOO_OLD,
    "CL007": TOO_MANY_TRIES,
}  # fmt: skip
