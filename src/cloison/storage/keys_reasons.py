"""Why a key, a sealed byte or the spool refuses to serve (numbers 750-799)."""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text

KEYS_NOT_FOR_PRODUCTION = Reason(
    750,
    "keys.not_for_production",
    Text(
        "Les clés en fichier servent au développement seulement : elles refusent de démarrer ici.",
        "Keys in a file are for development only: they refuse to start here.",
    ),
    Text(
        "Configurez le module de sécurité (PKCS#11), ou n'écoutez que sur l'adresse locale hors production.",
        "Configure the security module (PKCS#11), or listen on the loopback address only, outside production.",
    ),
    Actor.OPERATOR,
)
KEYS_LOCKED = Reason(
    751,
    "keys.locked",
    Text(
        "Le fichier de clés ne s'ouvre pas avec cette phrase secrète.",
        "The key file does not open with this passphrase.",
    ),
    Text(
        "Donnez la phrase secrète avec laquelle ce dossier a été créé.",
        "Give the passphrase with which this home was created.",
    ),
    Actor.OPERATOR,
)
KEYS_READABLE_BY_OTHERS = Reason(
    752,
    "keys.readable_by_others",
    Text("D'autres que leur propriétaire peuvent lire ces clés.", "Others than their owner can read these keys."),
    Text("Faites chmod 600 sur le fichier de clés.", "Run chmod 600 on the key file."),
    Actor.OPERATOR,
)
KEY_UNKNOWN = Reason(
    753,
    "keys.unknown",
    Text("Cette clé n'existe pas, ou a été détruite.", "This key does not exist, or was destroyed."),
    Text(
        "Créez les clés de cet assureur (rights load le fait) ; une clé détruite ne revient pas.",
        "Create the keys of this insurer (rights load does it); a destroyed key does not come back.",
    ),
    Actor.OPERATOR,
)
KEY_WRONG_USE = Reason(
    754,
    "keys.wrong_use",
    Text("Cette clé ne sert pas à cela.", "This key is not for that use."),
    Text("Utilisez une clé de la famille prévue.", "Use a key of the family made for it."),
    Actor.OPERATOR,
    Retry.NEVER,
)
ENVELOPE_FOREIGN = Reason(
    755,
    "keys.envelope_foreign",
    Text(
        "Cette enveloppe a été scellée par un autre fournisseur de clés.",
        "This envelope was sealed by another provider of keys.",
    ),
    Text(
        "Des données de développement n'entrent pas en production : rechargez-les depuis leur source.",
        "Development data does not enter production: load it again from its source.",
    ),
    Actor.OPERATOR,
    Retry.NEVER,
)
SEAL_BROKEN = Reason(
    756,
    "keys.seal_broken",
    Text(
        "Une donnée scellée ne s'ouvre pas : elle a été altérée ou déplacée.",
        "A sealed value does not open: it was altered or moved.",
    ),
    Text(
        "Arrêtez, conservez la ligne et comparez avec une sauvegarde.",
        "Stop, keep the row and compare with a backup.",
    ),
    Actor.OPERATOR,
    Retry.NEVER,
)
MODULE_UNREACHABLE = Reason(
    757,
    "keys.module_unreachable",
    Text("Le module de sécurité ne répond pas.", "The security module does not answer."),
    Text(
        "Vérifiez la bibliothèque PKCS#11, le nom du jeton et son code.",
        "Check the PKCS#11 library, the name of the token and its PIN.",
    ),
    Actor.OPERATOR,
    Retry.LATER,
)
SPOOL_MISSING = Reason(
    758,
    "spool.missing",
    Text("Ce fichier reçu n'est pas dans le spool.", "This received file is not in the spool."),
    Text("Donnez un identifiant que la réception a rendu.", "Give an identifier that the reception returned."),
    Actor.OPERATOR,
    Retry.NEVER,
)
SPOOL_DAMAGED = Reason(
    759,
    "spool.damaged",
    Text("Un fichier du spool est tronqué ou altéré.", "A file of the spool is truncated or altered."),
    Text("Demandez à l'expéditeur de renvoyer le fichier.", "Ask the sender for the file again."),
    Actor.OPERATOR,
    Retry.NEVER,
)

CATALOGUE = Catalogue(
    KEYS_NOT_FOR_PRODUCTION,
    KEYS_LOCKED,
    KEYS_READABLE_BY_OTHERS,
    KEY_UNKNOWN,
    KEY_WRONG_USE,
    ENVELOPE_FOREIGN,
    SEAL_BROKEN,
    MODULE_UNREACHABLE,
    SPOOL_MISSING,
    SPOOL_DAMAGED,
)
