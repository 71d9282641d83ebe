"""Why an official table cannot be taken in or read back, and why acts in a file cannot be read (numbers 820-829)."""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text

TABLE_DAMAGED = Reason(
    820,
    "ops.tariff_damaged",
    Text(
        "Une table officielle gardée ici est abîmée : rien n'est calculé avec elle.",
        "An official table that is kept here is damaged: nothing is priced with it.",
    ),
    Text(
        "Restaurez le fichier nommé depuis une sauvegarde, ou retirez-le et importez ses publications à nouveau.",
        "Restore the named file from a backup, or remove it and import its releases again.",
    ),
    Actor.OPERATOR,
    Retry.NEVER,
)
RELEASE_DAY_MISSING = Reason(
    821,
    "ops.release_day_missing",
    Text(
        "Ce fichier ne dit pas depuis quel jour il vaut.",
        "This file does not say from which day it applies.",
    ),
    Text("Donnez ce jour par --release AAAA-MM-JJ.", "Give that day with --release YYYY-MM-DD."),
    Actor.OPERATOR,
)
RELEASE_DAY_DIFFERS = Reason(
    822,
    "ops.release_day_differs",
    Text(
        "Le jour donné n'est pas celui que le fichier porte.",
        "The day that is given is not the one that the file carries.",
    ),
    Text("Retirez --release, ou donnez le fichier de ce jour.", "Leave --release out, or give the file of that day."),
    Actor.OPERATOR,
)
FILE_UNREADABLE = Reason(
    823,
    "ops.file_unreadable",
    Text(
        "Ce fichier n'est pas du texte en colonnes (CSV, UTF-8).",
        "This file is not text in columns (CSV, UTF-8).",
    ),
    Text(
        "Enregistrez-le en CSV et UTF-8, avec son en-tête, séparé par des points-virgules ou des virgules.",
        "Save it as CSV in UTF-8 with its header, separated by semicolons or commas.",
    ),
    Actor.OPERATOR,
)
ARGUMENT_MISSING = Reason(
    824,
    "ops.argument_missing",
    Text("Il manque un fichier à cette commande.", "This command lacks a file."),
    Text(
        "Donnez le fichier d'actes et --out ; --columns décrit les colonnes.",
        "Give the file of acts and --out; --columns describes the columns.",
    ),
    Actor.OPERATOR,
)

RELEASE_SHRUNK = Reason(
    825,
    "ops.release_shrunk",
    Text(
        "Trop de prix de la publication précédente manquent dans celle-ci : le fichier est peut-être coupé.",
        "Too many prices of the former release are missing in this one: the file may be cut short.",
    ),
    Text(
        "Téléchargez-le à nouveau ; s'il est entier, ajoutez --accept-gone.",
        "Download it again; if it is whole, add --accept-gone.",
    ),
    Actor.OPERATOR,
)

FILE_UNWRITTEN = Reason(
    826,
    "ops.file_unwritten",
    Text("Ce fichier ne peut pas être écrit ; rien n'a changé.", "This file cannot be written; nothing changed."),
    Text("Donnez un autre chemin, ou vérifiez les droits.", "Give another path, or check the permissions."),
    Actor.OPERATOR,
)

CATALOGUE = Catalogue(
    TABLE_DAMAGED,
    RELEASE_DAY_MISSING,
    RELEASE_DAY_DIFFERS,
    FILE_UNREADABLE,
    ARGUMENT_MISSING,
    RELEASE_SHRUNK,
    FILE_UNWRITTEN,
)
