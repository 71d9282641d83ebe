"""Why a file, a batch, an invoice or an entity cannot be read or written. Lower numbers take precedence.

10 the file, 30 the batch, 40 the invoice and its lines, 63 writing and reading, 70 NOEMIE returns, 80 lines of JSON,
90 notices.
"""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text

RESEND_FILE = Text("Refaire le fichier avec le logiciel et le renvoyer entier.", "Make the file again and resend it.")
RESEND_BATCH = Text(
    "Corriger l'enregistrement 6 du lot et renvoyer ce lot.", "Correct record 6 of the batch and resend that batch."
)
RESEND_INVOICE = Text(
    "Corriger cette facture et la renvoyer seule : les autres suivent leur cours.",
    "Correct this invoice and resend it alone: the others take their course.",
)
ASK_SENDER = Text(
    "Demander un nouvel envoi à l'emetteur du retour.", "Ask whoever sent the return to send it again."
)  # fmt: skip


def _reason(number: int, code: str, fr: str, en: str, action: Text, actor: Actor = Actor.PROFESSIONAL) -> Reason:
    return Reason(number, code, Text(fr, en), action, actor)


FILE_EMPTY = _reason(10, "file.empty", "Le fichier est vide.", "The file is empty.", RESEND_FILE)
FILE_ENCODING = _reason(
    11,
    "file.encoding",
    "Le fichier n'est pas en caractères d'un octet (ASCII, ISO 8859-1) : il est compressé, en UTF-16, en EBCDIC ou "
    "porte une marque d'ordre.",
    "The file is not made of one-byte characters (ASCII, ISO 8859-1): it is compressed, UTF-16, EBCDIC or carries a "
    "byte order mark.",
    Text("Exporter en ASCII ou ISO 8859-1, sans compression.", "Export as ASCII or ISO 8859-1, not compressed."),
)
FILE_TRUNCATED = _reason(
    12,
    "file.truncated",
    "Le fichier est coupé : sa taille n'est pas un nombre entier d'enregistrements.",
    "The file is cut: its size is not a whole number of records.",
    RESEND_FILE,
)
FILE_SHIFTED = _reason(
    13,
    "file.shifted",
    "À partir de cet enregistrement les positions sont décalées : des octets manquent ou sont en trop.",
    "From this record on positions are shifted: bytes are missing or in excess.",
    RESEND_FILE,
)
FILE_NO_HEADER = _reason(
    14,
    "file.no_header",
    "Le fichier ne commence pas par un enregistrement 000.",
    "The file does not start with a record 000.",
    RESEND_FILE,
)
FILE_RECORD_LENGTH = _reason(
    15,
    "file.record_length",
    "L'enregistrement 000 annonce une longueur d'enregistrement autre que 128.",
    "Record 000 announces a record length other than 128.",
    RESEND_FILE,
)
FILE_DATE = _reason(
    16,
    "file.date",
    "La date de création du fichier n'existe pas ; les années sur deux chiffres s'y rapportent.",
    "The creation date of the file does not exist; two-digit years depend on it.",
    RESEND_FILE,
)
FILE_NO_TRAILER = _reason(
    17,
    "file.no_trailer",
    "Le fichier ne finit pas par un enregistrement 999 : la fin manque.",
    "The file does not end with a record 999: its end is missing.",
    RESEND_FILE,
)
FILE_RECORD_COUNT = _reason(
    18,
    "file.record_count",
    "Le nombre d'enregistrements annoncé en 999 n'est pas celui du fichier.",
    "The number of records announced in 999 is not that of the file.",
    RESEND_FILE,
)
FILE_BATCH_COUNT = _reason(
    19,
    "file.batch_count",
    "Le nombre de lots annoncé en 999 n'est pas celui du fichier.",
    "The number of batches announced in 999 is not that of the file.",
    RESEND_FILE,
)
FILE_ORDER = _reason(
    20,
    "file.order",
    "Un enregistrement est là où il ne peut pas être (000 ou 999 au milieu, facture hors d'un lot).",
    "A record is where it cannot be (000 or 999 in the middle, invoice outside a batch).",
    RESEND_FILE,
)
FILE_NO_BATCH = _reason(21, "file.no_batch", "Le fichier ne contient aucun lot.", "The file has no batch.", RESEND_FILE)

BATCH_NO_TOTAL = _reason(
    30, "batch.no_total", "Le lot n'a pas d'enregistrement 6.", "The batch has no record 6.", RESEND_BATCH
)
BATCH_ORDER = _reason(
    31,
    "batch.order",
    "Des enregistrements du lot n'appartiennent à aucune facture.",
    "Records of the batch belong to no invoice.",
    RESEND_BATCH,
)
BATCH_EMPTY = _reason(32, "batch.empty", "Le lot n'a aucune facture.", "The batch has no invoice.", RESEND_BATCH)
BATCH_NUMBER = _reason(
    33,
    "batch.number",
    "Le numéro de lot ou l'émetteur de l'enregistrement 6 n'est pas celui de l'enregistrement 1.",
    "The batch number or issuer of record 6 is not that of record 1.",
    RESEND_BATCH,
)
BATCH_INVOICE_COUNT = _reason(
    34,
    "batch.invoice_count",
    "Le nombre de factures annoncé en 6 n'est pas celui du lot.",
    "The number of invoices announced in 6 is not that of the batch.",
    RESEND_BATCH,
)
BATCH_LINE_COUNT = _reason(
    35,
    "batch.line_count",
    "Le nombre d'actes annoncé en 6 n'est pas la somme de ceux des factures.",
    "The number of acts announced in 6 is not the sum of those of the invoices.",
    RESEND_BATCH,
)
BATCH_TOTAL = _reason(
    36,
    "batch.total",
    "Le total annoncé en 6 n'est pas la somme des totaux des factures.",
    "The total announced in 6 is not the sum of the invoices' totals.",
    RESEND_BATCH,
)
BATCH_FIELD = _reason(
    37,
    "batch.field",
    "Un champ de l'en-tête ou du total du lot n'est pas lisible.",
    "A field of the batch's header or total cannot be read.",
    RESEND_BATCH,
)

UNKNOWN_RECORD = _reason(
    40, "invoice.unknown_record", "Type d'enregistrement inconnu.", "Unknown type of record.", RESEND_INVOICE
)
INVOICE_ORDER = _reason(
    41,
    "invoice.order",
    "Les enregistrements de la facture ne se suivent pas dans l'ordre 2, 3 ou 4, 5.",
    "The records of the invoice do not follow the order 2, 3 or 4, 5.",
    RESEND_INVOICE,
)
INVOICE_NO_TOTAL = _reason(
    42, "invoice.no_total", "La facture n'a pas d'enregistrement 5.", "The invoice has no record 5.", RESEND_INVOICE
)
INVOICE_NO_LINE = _reason(
    43, "invoice.no_line", "La facture n'a aucune ligne.", "The invoice has no line.", RESEND_INVOICE
)
INVOICE_TOO_LONG = _reason(
    44, "invoice.too_long", "La facture a plus de 999 lignes.", "The invoice has more than 999 lines.", RESEND_INVOICE
)
FIELD_NUL = _reason(
    45, "field.nul", "Le champ contient des octets nuls.", "The field contains NUL bytes.", RESEND_INVOICE
)
FIELD_ENCODING = _reason(
    46,
    "field.encoding",
    "Le champ contient des caractères accentués ou étrangers là où il faut des chiffres.",
    "The field contains accented or foreign characters where digits are due.",
    RESEND_INVOICE,
)
FIELD_NEGATIVE = _reason(
    47, "field.negative", "Le champ est négatif.", "The field is negative.", RESEND_INVOICE
)  # fmt: skip
FIELD_NOT_DIGITS = _reason(
    48,
    "field.not_digits",
    "Le champ doit être fait de chiffres, zéros à gauche compris.",
    "The field must be made of digits, zeros on the left included.",
    RESEND_INVOICE,
)
DATE_MISSING = _reason(49, "date.missing", "La date manque.", "The date is missing.", RESEND_INVOICE)
DATE_IMPOSSIBLE = _reason(
    50, "date.impossible", "Cette date n'existe pas.", "This date does not exist.", RESEND_INVOICE
)
DATE_FUTURE = _reason(
    51,
    "date.future",
    "La date est postérieure à celle du fichier.",
    "The date is after that of the file.",
    RESEND_INVOICE,
)
DATE_ORDER = _reason(
    52, "date.order", "La date de fin précède la date de début.", "The end date is before the start.", RESEND_INVOICE
)
INVOICE_NUMBER_ZERO = _reason(
    53, "invoice.number_zero", "Le numéro de facture est zéro.", "The invoice number is zero.", RESEND_INVOICE
)
INVOICE_REPEATED = _reason(
    54,
    "invoice.repeated",
    "Ce numéro de facture est déjà dans le fichier pour le même émetteur.",
    "This invoice number is already in the file for the same issuer.",
    Text(
        "Si c'est un doublon, ne rien faire. Sinon renuméroter la facture et la renvoyer.",
        "If it is a duplicate, do nothing. Otherwise renumber the invoice and resend it.",
    ),
)
INVOICE_ISSUER = _reason(
    55,
    "invoice.issuer",
    "L'émetteur de la facture n'est pas celui du lot.",
    "The issuer of the invoice is not that of the batch.",
    RESEND_INVOICE,
)
INVOICE_MIXED = _reason(
    56,
    "invoice.mixed",
    "Un enregistrement porte le numéro d'une autre facture.",
    "A record carries the number of another invoice.",
    RESEND_INVOICE,
)
NIR_SHAPE = _reason(
    57,
    "invoice.nir_shape",
    "Le numéro de sécurité sociale n'a pas la forme d'un NIR.",
    "The social security number does not have the shape of a NIR.",
    Text(
        "Relire le numéro sur la carte ou l'attestation, corriger et renvoyer la facture.",
        "Read the number again on the card or attestation, correct and resend the invoice.",
    ),
)
INVOICE_LINE_COUNT = _reason(
    58,
    "invoice.line_count",
    "Le nombre de lignes annoncé en 5 n'est pas celui de la facture.",
    "The number of lines announced in 5 is not that of the invoice.",
    RESEND_INVOICE,
)
INVOICE_TOTAL = _reason(
    59,
    "invoice.total",
    "Un total de l'enregistrement 5 n'est pas la somme des lignes.",
    "A total of record 5 is not the sum of the lines.",
    RESEND_INVOICE,
)
QUANTITY_ZERO = _reason(
    60, "line.quantity_zero", "La quantité est zéro.", "The quantity is zero.", RESEND_INVOICE
)  # fmt: skip
CODE_MISSING = _reason(61, "line.code_missing", "Le code acte manque.", "The act code is missing.", RESEND_INVOICE)

WRITE_OVERFLOW = _reason(
    63,
    "write.overflow",
    "Une valeur ne tient pas dans son champ ; rien n'est écrit, rien n'est tronqué.",
    "A value does not fit its field; nothing is written, nothing is truncated.",
    Text("Scinder la facture, le lot ou le fichier.", "Split the invoice, the batch or the file."),
    Actor.OPERATOR,
)
WRITE_DISORDER = _reason(
    64,
    "write.disorder",
    "Les colonnes à écrire ne se correspondent pas (lignes sans facture, facture hors d'un lot).",
    "The columns to write do not match (lines without invoice, invoice outside a batch).",
    Text("Corriger l'appel.", "Correct the call."),
    Actor.OPERATOR,
)
WRITE_UNBALANCED = _reason(
    67,
    "write.unbalanced",
    "Les lignes, les factures et les virements à écrire ne s'additionnent pas ; rien n'est écrit.",
    "The lines, invoices and transfers to write do not add up; nothing is written.",
    Text("Rapprocher les paiements et les décisions.", "Reconcile payments and decisions."),
    Actor.OPERATOR,
)
READ_REFUSED = _reason(
    65,
    "read.refused",
    "Ce fichier est refusé en entier : ses factures ne sont pas lues.",
    "This file is refused as a whole: its invoices are not read.",
    RESEND_FILE,
)
FILE_CHANGED = Reason(
    66,
    "file.changed",
    Text("Le fichier a changé pendant sa lecture.", "The file changed while it was read."),
    Text("Déposer le fichier en une fois, puis recommencer.", "Deliver the file in one go, then start again."),
    Actor.OPERATOR,
    Retry.SAME,
)

NOEMIE_HEADER = _reason(
    70,
    "noemie.header",
    "Le retour ne commence pas par un enregistrement 000 de 128 octets.",
    "The return does not start with a record 000 of 128 bytes.",
    ASK_SENDER,
    Actor.OPERATOR,
)
NOEMIE_TRAILER = _reason(
    71,
    "noemie.trailer",
    "Le retour ne finit pas par un enregistrement 999 de 128 octets.",
    "The return does not end with a record 999 of 128 bytes.",
    ASK_SENDER,
    Actor.OPERATOR,
)
NOEMIE_ENTITY = _reason(
    72,
    "noemie.entity",
    "Entité inconnue ou de longueur fausse ; son texte est gardé, la lecture reprend après le prochain @.",
    "Unknown entity or wrong length; its text is kept, reading goes on after the next @.",
    ASK_SENDER,
    Actor.OPERATOR,
)
NOEMIE_FIELD = _reason(
    73,
    "noemie.field",
    "Un champ numérique du retour n'est pas fait de chiffres.",
    "A numeric field of the return is not made of digits.",
    ASK_SENDER,
    Actor.OPERATOR,
)
NOEMIE_CONTROL_COUNT = _reason(
    74,
    "noemie.control_count",
    "Le compteur d'une entité 990 n'est pas celui du niveau qu'elle ferme.",
    "The counter of an entity 990 is not that of the level it closes.",
    ASK_SENDER,
    Actor.OPERATOR,
)
NOEMIE_CONTROL_SUM = _reason(
    75,
    "noemie.control_sum",
    "La somme d'une entité 990 n'est pas celle du niveau qu'elle ferme.",
    "The sum of an entity 990 is not that of the level it closes.",
    ASK_SENDER,
    Actor.OPERATOR,
)
NOEMIE_RECORD_COUNT = _reason(
    76,
    "noemie.record_count",
    "Le nombre d'entités annoncé en 999 n'est pas celui du retour.",
    "The number of entities announced in 999 is not that of the return.",
    ASK_SENDER,
    Actor.OPERATOR,
)
NOEMIE_TOTAL = _reason(
    77,
    "noemie.total",
    "Le total annoncé en 999 n'est pas celui du retour.",
    "The total announced in 999 is not that of the return.",
    ASK_SENDER,
    Actor.OPERATOR,
)

INVOICE_LINE_WRONG = _reason(
    80,
    "invoice.line_wrong",
    "Cette ligne du fichier ne peut pas être lue.",
    "This line of the file cannot be read.",
    Text(
        "Corriger le champ indiqué (docs/formats/invoices.md) et renvoyer cette facture seule.",
        "Correct the field that is named (docs/formats/invoices.md) and resend this invoice alone.",
    ),
)

SEPARATORS = Reason(
    90,
    "notice.separators",
    Text(
        "Des fins de ligne suivent les enregistrements ; elles sont ignorées.",
        "Line ends follow the records; they are ignored.",
    ),
    Text("Rien : le fichier est lu.", "Nothing: the file is read."),
    Actor.NOBODY,
    Retry.NEVER,
)

REASONS = Catalogue(
    *(value for name, value in sorted(globals().items()) if isinstance(value, Reason) and not name.startswith("_"))
)
