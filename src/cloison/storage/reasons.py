"""Why storage cannot do what it was asked (numbers 700-749)."""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text

DATABASE_UNREACHABLE = Reason(
    700,
    "storage.database_unreachable",
    Text("La base de données ne répond pas.", "The database does not answer."),
    Text(
        "Vérifiez CLOISON_DATABASE_URL, ou démarrez le serveur ; rien n'a été fait à moitié.",
        "Check CLOISON_DATABASE_URL, or start the server; nothing was half done.",
    ),
    Actor.OPERATOR,
    Retry.LATER,
)
DATABASE_TOO_OLD = Reason(
    701,
    "storage.database_too_old",
    Text("Ce serveur PostgreSQL est trop ancien.", "This PostgreSQL server is too old."),
    Text("Utilisez PostgreSQL 15 ou plus récent.", "Use PostgreSQL 15 or later."),
    Actor.OPERATOR,
    Retry.CORRECTED,
)
HOME_NOT_REACHABLE = Reason(
    702,
    "storage.home_not_reachable",
    Text(
        "Le serveur embarqué, qui ne tourne jamais en root, ne peut pas atteindre ce dossier.",
        "The embedded server, which never runs as root, cannot reach this folder.",
    ),
    Text(
        "Choisissez un autre CLOISON_HOME (par exemple /var/lib/cloison), ou lancez la commande en utilisateur normal.",
        "Choose another CLOISON_HOME (for instance /var/lib/cloison), or run the command as a normal user.",
    ),
    Actor.OPERATOR,
    Retry.CORRECTED,
)
MIGRATION_CHANGED = Reason(
    703,
    "storage.migration_changed",
    Text(
        "Une migration déjà appliquée n'a plus le même texte.",
        "A migration that was already applied no longer has the same text.",
    ),
    Text(
        "Rétablissez le fichier, et écrivez le changement dans une nouvelle migration.",
        "Restore the file, and write the change as a new migration.",
    ),
    Actor.OPERATOR,
    Retry.CORRECTED,
)
MIGRATION_UNKNOWN = Reason(
    704,
    "storage.migration_unknown",
    Text(
        "La base a été migrée par une version plus récente de Cloison.",
        "The database was migrated by a later version of Cloison.",
    ),
    Text("Installez cette version ou une version plus récente.", "Install that version or a later one."),
    Actor.OPERATOR,
    Retry.CORRECTED,
)
WORKER_LOST = Reason(
    705,
    "storage.worker_lost",
    Text(
        "Un processus de travail a été arrêté par le système.", "A worker process was stopped by the operating system."
    ),
    Text(
        "Vérifiez la mémoire disponible, puis relancez la commande : elle reprend où elle en était.",
        "Check the memory that is left, then run the command again: it goes on where it was.",
    ),
    Actor.OPERATOR,
    Retry.LATER,
)

CATALOGUE = Catalogue(
    DATABASE_UNREACHABLE, DATABASE_TOO_OLD, HOME_NOT_REACHABLE, MIGRATION_CHANGED, MIGRATION_UNKNOWN, WORKER_LOST
)
