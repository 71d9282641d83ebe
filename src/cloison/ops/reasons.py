"""Why a command cannot start (numbers 800-849)."""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text

SETTING_UNKNOWN = Reason(
    800,
    "ops.setting_unknown",
    Text("Ce réglage n'existe pas.", "There is no such setting."),
    Text(
        "Corrigez son nom, ou retirez-le : `cloison config` les liste.",
        "Correct its name, or remove it: `cloison config` lists them.",
    ),
    Actor.OPERATOR,
)
SETTING_WRONG = Reason(
    801,
    "ops.setting_wrong",
    Text("La valeur de ce réglage est impossible.", "The value of this setting is impossible."),
    Text("Choisissez une des valeurs indiquées.", "Choose one of the values given."),
    Actor.OPERATOR,
)
DEMO_ON_PUBLIC_ADDRESS = Reason(
    802,
    "ops.demo_on_public_address",
    Text(
        "Les données et clés de démonstration refusent de démarrer en production ou sur une adresse publique.",
        "Demonstration data and keys refuse to start in production or on a public address.",
    ),
    Text(
        "Retirez CLOISON_ENV=production et écoutez sur 127.0.0.1.",
        "Remove CLOISON_ENV=production and listen on 127.0.0.1.",
    ),
    Actor.OPERATOR,
)
FILE_MISSING = Reason(
    803,
    "ops.file_missing",
    Text("Ce fichier n'existe pas ou ne peut pas être lu.", "This file does not exist or cannot be read."),
    Text("Vérifiez le chemin et les droits.", "Check the path and the permissions."),
    Actor.OPERATOR,
)
CHECK_FAILED = Reason(
    804,
    "ops.check_failed",
    Text("Une somme de contrôle de la démonstration n'est pas juste.", "A control sum of the demonstration is off."),
    Text("Gardez le dossier (--keep) et signalez l'écart.", "Keep the folder (--keep) and report the difference."),
    Actor.OPERATOR,
)

BUG = Reason(
    805,
    "ops.bug",
    Text("Ce programme a une erreur : la commande s'est arrêtée.", "This program has a bug: the command stopped."),
    Text(
        "Signalez les lignes ci-dessus : elles disent où, et rien de vos données.",
        "Report the lines above: they say where, and nothing of your data.",
    ),
    Actor.OPERATOR,
    Retry.LATER,
)

SANDBOX_HOME_IN_USE = Reason(
    840,
    "ops.sandbox_home_in_use",
    Text(
        "Ce dossier contient déjà autre chose qu'un bac à sable.",
        "This home holds something else than a sandbox already.",
    ),
    Text(
        "Choisissez un autre dossier : `cloison sandbox --home DOSSIER`.",
        "Choose another folder: `cloison sandbox --home FOLDER`.",
    ),
    Actor.OPERATOR,
)
SANDBOX_MISSING = Reason(
    841,
    "ops.sandbox_missing",
    Text("Ce dossier n'est pas celui d'un bac à sable.", "This home is not that of a sandbox."),
    Text("Créez-le d'abord : `cloison sandbox`.", "Make it first: `cloison sandbox`."),
    Actor.OPERATOR,
)

CATALOGUE = Catalogue(
    SETTING_UNKNOWN,
    SETTING_WRONG,
    DEMO_ON_PUBLIC_ADDRESS,
    FILE_MISSING,
    CHECK_FAILED,
    BUG,
    SANDBOX_HOME_IN_USE,
    SANDBOX_MISSING,
)
