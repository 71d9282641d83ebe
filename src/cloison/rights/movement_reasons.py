"""Why a file of movements, one of its lines, or a command about them is refused (numbers 250-299).

Below 265 the whole file is concerned, from 265 one line, from 285 one line against what is known, from 290 a command.
A line has one reason, the lowest number that applies.
"""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text


def _by_insurer(number: int, code: str, message: Text, action: Text) -> Reason:
    return Reason(number, f"movements.{code}", message, action, Actor.INSURER)


def _by_operator(number: int, code: str, message: Text, action: Text, retry: Retry = Retry.NEVER) -> Reason:
    return Reason(number, f"movements.{code}", message, action, Actor.OPERATOR, retry)


# ------------------------------------------------------------------ the file
EMPTY = _by_insurer(
    250,
    "empty",
    Text("Le fichier est vide.", "The file is empty."),
    Text("Envoyez le fichier avec sa ligne de titres.", "Send the file with its header line."),
)
UNREADABLE = _by_insurer(
    251,
    "unreadable",
    Text("Ce n'est ni un CSV ni un Parquet de mouvements.", "This is neither a CSV nor a Parquet file of movements."),
    Text("Envoyez le format décrit dans docs/formats/movements.md.", "Send the format of docs/formats/movements.md."),
)
ENCODING = _by_insurer(
    252,
    "encoding",
    Text("Le fichier n'est pas en UTF-8.", "The file is not in UTF-8."),
    Text("Exportez-le en UTF-8 et renvoyez-le.", "Export it as UTF-8 and send it again."),
)
COLUMN_MISSING = _by_insurer(
    253,
    "column_missing",
    Text("Une colonne manque.", "A column is missing."),
    Text("Ajoutez la colonne nommée ici ; l'ordre est libre.", "Add the column named here; their order is free."),
)
COLUMN_UNKNOWN = _by_insurer(
    254,
    "column_unknown",
    Text("Une colonne n'est pas prévue, ou est là deux fois.", "A column is not expected, or is there twice."),
    Text(
        "Retirez-la : rien de plus que le format n'est conservé.", "Remove it: nothing beyond the format is ever kept."
    ),
)
TRUNCATED = _by_insurer(
    255,
    "truncated",
    Text("Le fichier est coupé : sa dernière ligne ne finit pas.", "The file is cut: its last line does not end."),
    Text("Renvoyez le fichier entier ; rien n'a été chargé.", "Send the whole file again; nothing was loaded."),
)
INSURER_UNKNOWN = _by_operator(
    256,
    "insurer_unknown",
    Text("Ce numéro d'AMC n'est pas celui d'un assureur connu.", "This AMC number is not one of a known insurer."),
    Text("Chargez d'abord l'assureur, ou corrigez le numéro.", "Load the insurer first, or correct the number."),
    Retry.CORRECTED,
)
INSURER_DIFFERS = _by_insurer(
    257,
    "insurer_differs",
    Text(
        "Le nom du fichier annonce un assureur, son contenu un autre.",
        "The name of the file announces one insurer, its content another.",
    ),
    Text("Vérifiez le fichier envoyé, puis renvoyez-le.", "Check which file was sent, then send it again."),
)
TOO_MANY_ENDS = _by_operator(
    258,
    "too_many_ends",
    Text(
        "Ce fichier mettrait fin à plus de droits que la part admise : il attend une confirmation.",
        "This file would end more rights than the share allowed: it waits for a confirmation.",
    ),
    Text(
        "Vérifiez avec l'assureur, puis cloison rights confirm ; sinon, refusez le fichier.",
        "Check with the insurer, then cloison rights confirm; otherwise refuse the file.",
    ),
    Retry.SAME,
)
DECLINED = _by_insurer(
    259,
    "declined",
    Text("L'opérateur a refusé ce fichier après vérification.", "The operator declined this file after a check."),
    Text("Vérifiez les fins de droits qu'il contient.", "Check the ends of rights that it contains."),
)

# ------------------------------------------------------------------ one line
COLUMNS = _by_insurer(
    265,
    "line_columns",
    Text("La ligne n'a pas le nombre de colonnes de l'en-tête.", "The line has not the columns of the header."),
    Text("Un point-virgule dans une valeur se protège par des guillemets.", "A semicolon inside a value needs quotes."),
)
QUOTES = _by_insurer(
    266,
    "line_quotes",
    Text("Les guillemets de la ligne ne se referment pas.", "The quotes of the line do not close."),
    Text("Fermez-les ; une valeur tient sur une ligne.", "Close them; a value stays on one line."),
)
LINE_ENCODING = _by_insurer(
    267,
    "line_encoding",
    Text("La ligne contient des octets qui ne sont pas de l'UTF-8.", "The line has bytes that are not UTF-8."),
    Text("Écrivez la ligne en UTF-8.", "Write the line in UTF-8."),
)
CONTROL_CHARACTER = _by_insurer(
    268,
    "line_control_character",
    Text("La ligne contient un caractère de contrôle.", "The line has a control character."),
    Text("Retirez-le (octet nul, tabulation, échappement).", "Remove it (NUL, tab, escape)."),
)
MISSING = _by_insurer(
    269,
    "line_missing",
    Text("Une valeur obligatoire manque.", "A mandatory value is missing."),
    Text("Renseignez ce champ.", "Fill this field."),
)
TOO_LONG = _by_insurer(
    270,
    "line_too_long",
    Text("Une valeur est plus longue que sa place.", "A value is longer than its place."),
    Text("Respectez la longueur donnée par le format.", "Keep to the length that the format gives."),
)
CODE = _by_insurer(
    271,
    "line_code",
    Text("Ce code n'est pas dans la liste du format.", "This code is not in the list of the format."),
    Text("Utilisez un code de docs/formats/movements.md.", "Use a code of docs/formats/movements.md."),
)
OTHER_INSURER = _by_insurer(
    272,
    "line_other_insurer",
    Text("La ligne porte le numéro d'un autre assureur.", "The line bears the number of another insurer."),
    Text("Un fichier concerne un seul assureur.", "A file concerns one insurer only."),
)
NUMBER = _by_insurer(
    273,
    "line_number",
    Text(
        "Ce numéro contient autre chose que des lettres, chiffres et tirets.",
        "This number has something else than letters, digits and dashes.",
    ),
    Text("Corrigez le numéro.", "Correct the number."),
)
NIR = _by_insurer(
    274,
    "line_nir",
    Text("Ce NIR n'est pas possible, ou sa clé est fausse.", "This NIR is not possible, or its key is wrong."),
    Text(
        "Donnez le NIR de l'ouvrant droit : 13 caractères et la clé.",
        "Give the NIR of who opens the right: 13 characters and the key.",
    ),
)
BIRTH_DATE = _by_insurer(
    275,
    "line_birth_date",
    Text("La date de naissance n'est pas écrite AAAAMMJJ.", "The birth date is not written YYYYMMDD."),
    Text(
        "Huit chiffres ; les dates lunaires sont admises telles quelles.",
        "Eight digits; lunar dates are accepted as they are.",
    ),
)
DATE = _by_insurer(
    276,
    "line_date",
    Text("Ce jour n'existe pas, ou n'est pas écrit AAAA-MM-JJ.", "No such day, or it is not written YYYY-MM-DD."),
    Text("Corrigez la date.", "Correct the date."),
)
PERIOD = _by_insurer(
    277,
    "line_period",
    Text("Le droit finirait avant de commencer.", "The right would end before it begins."),
    Text(
        "Corrigez les dates ; une fin la veille du début annule le droit (F seulement).",
        "Correct the dates; an end on the day before the start cancels the right (F only).",
    ),
)
PRODUCT_UNKNOWN = _by_insurer(
    278,
    "line_product_unknown",
    Text("Cet assureur n'a pas de produit de ce code.", "This insurer has no product with this code."),
    Text(
        "Corrigez le code, ou faites d'abord charger le produit.", "Correct the code, or have the product loaded first."
    ),
)
ORIGIN = _by_insurer(
    279,
    "line_origin",
    Text("La colonne ligne ne donne pas un numéro de ligne.", "The column ligne does not give a line number."),
    Text(
        "Donnez le numéro de la ligne en quarantaine que celle-ci corrige.",
        "Give the number of the quarantined line that this one corrects.",
    ),
)

# ------------------------------------------------------------------ one line against what is known
TWO_PERSONS = _by_insurer(
    285,
    "line_two_persons",
    Text(
        "Le NIR désigne une personne, le numéro d'adhérent une autre.",
        "The NIR names one person, the adherent number another.",
    ),
    Text("Vérifiez les deux numéros.", "Check both numbers."),
)
COVERAGE_EXISTS = _by_insurer(
    286,
    "line_coverage_exists",
    Text(
        "Un droit de ce contrat couvre déjà une partie de cette période.",
        "A right of this contract already covers part of this period.",
    ),
    Text("Pour le changer, envoyez un mouvement M.", "To change it, send a movement M."),
)
COVERAGE_UNKNOWN = _by_insurer(
    287,
    "line_coverage_unknown",
    Text("Aucun droit de ce contrat n'est connu.", "No right of this contract is known."),
    Text("Envoyez d'abord sa création (C).", "Send its creation (C) first."),
)

# ------------------------------------------------------------------ a command
FILE_UNKNOWN = _by_operator(
    290,
    "file_unknown",
    Text("Ce fichier de mouvements n'est pas connu.", "This file of movements is not known."),
    Text("cloison rights status donne les numéros.", "cloison rights status gives the numbers."),
)
STATE_REFUSES = _by_operator(
    291,
    "state_refuses",
    Text("L'état du fichier ne permet pas cette commande.", "The state of the file does not allow this command."),
    Text("cloison rights status donne les états.", "cloison rights status gives the states."),
)
NOTHING_TO_ROLL_BACK = _by_operator(
    292,
    "nothing_to_roll_back",
    Text("Aucun fichier chargé ne reste à annuler.", "No loaded file is left to roll back."),
    Text("Rien n'a été changé.", "Nothing was changed."),
)
GUARANTEE_REWRITTEN = _by_insurer(
    293,
    "guarantee_rewritten",
    Text(
        "Une garantie déjà publiée aurait d'autres valeurs à la même date.",
        "A guarantee already published would have other values from the same day.",
    ),
    Text("Donnez au changement sa propre date de début.", "Give the change its own first day."),
)
MEMBER_REWRITTEN = _by_insurer(
    296,
    "member_rewritten",
    Text(
        "L'appartenance à un réseau, déjà publiée, aurait une autre fin.",
        "A membership of a network already published would have another end.",
    ),
    Text("Donnez au changement sa propre date de début.", "Give the change its own first day."),
)
INSURERS_UNREADABLE = _by_operator(
    294,
    "insurers_unreadable",
    Text("Le fichier des assureurs n'a pas la forme attendue.", "The file of insurers has not the expected shape."),
    Text("Corrigez le champ nommé ici.", "Correct the field named here."),
    Retry.CORRECTED,
)

INTERRUPTED = _by_operator(
    295,
    "interrupted",
    Text(
        "La base a interrompu le chargement ; rien n'a été fait à moitié.",
        "The database interrupted the load; nothing was half done.",
    ),
    Text("Chargez à nouveau le même fichier.", "Load the same file again."),
    Retry.SAME,
)

CATALOGUE = Catalogue(
    EMPTY,
    UNREADABLE,
    ENCODING,
    COLUMN_MISSING,
    COLUMN_UNKNOWN,
    TRUNCATED,
    INSURER_UNKNOWN,
    INSURER_DIFFERS,
    TOO_MANY_ENDS,
    DECLINED,
    COLUMNS,
    QUOTES,
    LINE_ENCODING,
    CONTROL_CHARACTER,
    MISSING,
    TOO_LONG,
    CODE,
    OTHER_INSURER,
    NUMBER,
    NIR,
    BIRTH_DATE,
    DATE,
    PERIOD,
    PRODUCT_UNKNOWN,
    ORIGIN,
    TWO_PERSONS,
    COVERAGE_EXISTS,
    COVERAGE_UNKNOWN,
    FILE_UNKNOWN,
    STATE_REFUSES,
    NOTHING_TO_ROLL_BACK,
    GUARANTEE_REWRITTEN,
    INSURERS_UNREADABLE,
    INTERRUPTED,
    MEMBER_REWRITTEN,
)
