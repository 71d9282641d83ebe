"""Why a line of the counter's files, or a file, cannot be read (numbers 1-9)."""

from cloison.errors import Actor, Catalogue, Reason, Text

FILE_UNREADABLE = Reason(
    1,
    "csv.unreadable",
    Text("Ce fichier n'est pas un CSV en UTF-8.", "This file is not CSV in UTF-8."),
    Text(
        "Enregistrez-le en UTF-8, séparateur « ; », et renvoyez-le.",
        "Save it as UTF-8 with separator ';' and send it again.",
    ),
    Actor.PROFESSIONAL,
)
COLUMN_MISSING = Reason(
    2,
    "csv.column_missing",
    Text("Il manque des colonnes dans la première ligne.", "Columns are missing in the first line."),
    Text("Ajoutez ces colonnes, avec ces noms exacts.", "Add these columns, with these exact names."),
    Actor.PROFESSIONAL,
)
VALUE_WRONG = Reason(
    3,
    "csv.value_wrong",
    Text("La valeur de ce champ ne peut pas être lue.", "The value of this field cannot be read."),
    Text("Corrigez ce champ et renvoyez la ligne.", "Correct this field and send the line again."),
    Actor.PROFESSIONAL,
)

CATALOGUE = Catalogue(FILE_UNREADABLE, COLUMN_MISSING, VALUE_WRONG)
