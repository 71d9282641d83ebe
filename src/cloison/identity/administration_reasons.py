"""Why accounts, delegations and clients cannot be changed as asked (numbers 648-659)."""

from cloison.errors import Actor, Catalogue, Reason, Text

TWO_ADMINISTRATORS = Reason(
    648,
    "identity.two_administrators",
    Text(
        "Une organisation garde au moins deux administrateurs, chaque jour.",
        "An organisation keeps at least two administrators, every day.",
    ),
    Text(
        "Nommez d'abord un autre administrateur, dont la délégation dure.",
        "First name another administrator, whose delegation lasts.",
    ),
    Actor.OPERATOR,
    status=409,
)
DELEGATION_UNKNOWN = Reason(
    649,
    "identity.delegation_unknown",
    Text("Cette délégation n'existe pas ou est déjà finie.", "This delegation does not exist or has already ended."),
    Text(
        "Regardez les délégations en vigueur : `cloison people list`.",
        "Look at the delegations in force: `cloison people list`.",
    ),
    Actor.OPERATOR,
    status=404,
)
NOT_ADMINISTRATOR = Reason(
    650,
    "identity.not_administrator",
    Text(
        "Seul un administrateur en exercice de cette organisation peut faire cela.",
        "Only an administrator in office of this organisation can do this.",
    ),
    Text("Adressez-vous à un administrateur de l'organisation.", "Turn to an administrator of the organisation."),
    Actor.OPERATOR,
    status=403,
)
INVITATION_REFUSED = Reason(
    651,
    "identity.invitation_refused",
    Text("Cette invitation n'est pas ou n'est plus valable.", "This invitation is not valid, or no longer."),
    Text(
        "Demandez-en une nouvelle à un administrateur : elle sert une fois, dans la journée.",
        "Ask an administrator for a new one: it works once, within the day.",
    ),
    Actor.OPERATOR,
)
SECOND_PERSON = Reason(
    652,
    "identity.second_person",
    Text(
        "Une autre personne que celle qui demande doit approuver, et ce ne peut être l'intéressé.",
        "Somebody else than who asks must approve, and not the person concerned.",
    ),
    Text("Faites approuver par un autre administrateur.", "Have another administrator approve."),
    Actor.OPERATOR,
    status=409,
)
NAME_TAKEN = Reason(
    653,
    "identity.name_taken",
    Text(
        "Ce nom, ce certificat ou cette clé est déjà enregistré.",
        "This name, certificate or key is registered already.",
    ),
    Text(
        "Choisissez un autre nom, employez celui qui existe, ou révoquez l'ancien.",
        "Choose another name, use the one that exists, or revoke the old one.",
    ),
    Actor.OPERATOR,
    status=409,
)
CLIENT_UNKNOWN = Reason(
    654,
    "identity.client_unknown",
    Text("Aucun client ne porte ce nom.", "No client has this name."),
    Text("Regardez les clients : `cloison clients list`.", "Look at the clients: `cloison clients list`."),
    Actor.OPERATOR,
    status=404,
)
CONTRACT_WRONG = Reason(
    655,
    "identity.contract_wrong",
    Text(
        "Ce contrat est impossible : dates, canal, nombre de personnes, établissement ou assureur.",
        "This contract is impossible: dates, channel, number of persons, practice or insurer.",
    ),
    Text("Corrigez la valeur indiquée.", "Correct the value given."),
    Actor.OPERATOR,
    status=422,
)
KEY_UNREADABLE = Reason(
    656,
    "identity.key_unreadable",
    Text(
        "Ce certificat, cette demande ou cette clé n'est pas lisible, ou pas assez solide.",
        "This certificate, request or key cannot be read, or is not strong enough.",
    ),
    Text(
        "Donnez un fichier PEM ou JWK : P-256, P-384 ou RSA de 2048 bits et plus, signé en SHA-256 et plus.",
        "Give a PEM or JWK file: P-256, P-384 or RSA of 2048 bits and more, signed with SHA-256 and more.",
    ),
    Actor.OPERATOR,
    status=422,
)
DEMO_AUTHORITY = Reason(
    657,
    "identity.demo_authority",
    Text(
        "L'autorité de démonstration ne signe rien en production.",
        "The demonstration authority signs nothing in production.",
    ),
    Text(
        "Enregistrez un certificat de l'IGC-Santé : --certificate.",
        "Register a certificate of IGC-Santé: --certificate.",
    ),
    Actor.OPERATOR,
    status=422,
)
ACCOUNT_UNKNOWN = Reason(
    658,
    "identity.account_unknown",
    Text("Ce compte ou cette organisation n'existe pas.", "This account or organisation does not exist."),
    Text("Vérifiez son nom : `cloison people list`.", "Check its name: `cloison people list`."),
    Actor.OPERATOR,
    status=404,
)
DUTY_WRONG = Reason(
    659,
    "identity.duty_wrong",
    Text(
        "Cette fonction ne convient pas à cette organisation, à ce compte, à ce cabinet ou à ces dates.",
        "This duty does not fit this organisation, this account, this practice or these dates.",
    ),
    Text(
        "Choisissez une fonction de cette sorte d'organisation, et un cabinet qu'elle fait fonctionner.",
        "Choose a duty of this kind of organisation, and a practice that it runs.",
    ),
    Actor.OPERATOR,
    status=422,
)

CATALOGUE = Catalogue(
    TWO_ADMINISTRATORS,
    DELEGATION_UNKNOWN,
    NOT_ADMINISTRATOR,
    INVITATION_REFUSED,
    SECOND_PERSON,
    NAME_TAKEN,
    CLIENT_UNKNOWN,
    CONTRACT_WRONG,
    KEY_UNREADABLE,
    DEMO_AUTHORITY,
    ACCOUNT_UNKNOWN,
    DUTY_WRONG,
)
