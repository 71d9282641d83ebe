"""Why an identifier is not accepted, or is accepted with a doubt (numbers 100-199).

100 NIR, 120 birth dates, 130 bodies and professionals, 150 banks. Doubts are named `..._doubtful`: they go with the
value, they never refuse it.
"""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text


def _reason(number: int, code: str, message: Text, action: Text, basis: str = "") -> Reason:
    """A number that came wrong is corrected by whoever wrote it, then sent again."""
    return Reason(number, code, message, action, Actor.PROFESSIONAL, Retry.CORRECTED, basis)


_CARD = Text(
    "Recopiez le numéro de la carte Vitale ou de l'attestation de droits, lettres comprises.",
    "Copy the number from the Vitale card or the certificate of rights, letters included.",
)
_INSEE = "Decree 82-103, art. 4"

NIR_LENGTH = _reason(
    100,
    "nir.length",
    Text("Un NIR a 13 caractères et une clé de 2 chiffres.", "A NIR has 13 characters and a key of 2 digits."),
    _CARD,
    _INSEE,
)
NIR_CHARACTERS = _reason(
    101,
    "nir.characters",
    Text(
        "Un NIR n'a que des chiffres, sauf 2A ou 2B pour la Corse.",
        "A NIR has digits only, except 2A or 2B for Corsica.",
    ),
    _CARD,
    _INSEE,
)
NIR_SEX = _reason(
    102,
    "nir.sex",
    Text(
        "Un NIR commence par 1 ou 2 ; par 3, 4, 7 ou 8 s'il est d'attente.",
        "A NIR starts with 1 or 2; with 3, 4, 7 or 8 while it is provisional.",
    ),
    _CARD,
    _INSEE,
)
NIR_MONTH = _reason(
    103,
    "nir.month",
    Text(
        "Le mois d'un NIR va de 01 à 12, ou prend une valeur d'état civil incomplet (20 à 42, 50 à 99).",
        "The month of a NIR is 01 to 12, or a value for an incomplete birth record (20 to 42, 50 to 99).",
    ),
    _CARD,
    _INSEE,
)
NIR_KEY = _reason(
    104,
    "nir.key",
    Text(
        "La clé ne correspond pas au NIR : un caractère est sans doute mal recopié.",
        "The key does not match the NIR: one character was probably miscopied.",
    ),
    _CARD,
    _INSEE,
)

BIRTH_DATE_FORMAT = _reason(
    120,
    "birth_date.format",
    Text(
        "Une date de naissance s'écrit en 8 chiffres : année, mois, jour.",
        "A birth date is written in 8 digits: year, month, day.",
    ),
    Text(
        "Écrivez-la telle que la carte la porte, même si ce jour n'existe pas au calendrier.",
        "Write it as the card has it, even if the calendar has no such day.",
    ),
)
BIRTH_DATE_YEAR = _reason(
    121,
    "birth_date.year",
    Text(
        "L'année de naissance n'est pas plausible.",
        "The year of birth is not plausible.",
    ),
    Text("Vérifiez l'année : elle a quatre chiffres.", "Check the year: it has four digits."),
)

FINESS_FORMAT = _reason(
    130,
    "finess.format",
    Text("Un numéro FINESS a 9 caractères.", "A FINESS number has 9 characters."),
    Text(
        "Recopiez-le de la feuille de soins ou du répertoire FINESS.",
        "Copy it from the claim form or the FINESS register.",
    ),
)
FINESS_DOUBTFUL = _reason(
    131,
    "finess.doubtful",
    Text(
        "La clé de ce numéro FINESS ne se vérifie pas ; il est accepté.",
        "The check digit of this FINESS number does not hold; it is accepted.",
    ),
    Text("Vérifiez le numéro si un paiement n'arrive pas.", "Check the number if a payment does not arrive."),
)
RPPS_FORMAT = _reason(
    132,
    "rpps.format",
    Text("Un numéro RPPS a 11 chiffres.", "An RPPS number has 11 digits."),
    Text("Recopiez-le de la carte CPS ou de l'annuaire santé.", "Copy it from the CPS card or the health directory."),
)
RPPS_DOUBTFUL = _reason(
    133,
    "rpps.doubtful",
    Text(
        "La clé de ce numéro RPPS ne se vérifie pas ; il est accepté.",
        "The check digit of this RPPS number does not hold; it is accepted.",
    ),
    Text("Vérifiez le numéro dans l'annuaire santé.", "Check the number in the health directory."),
)
ADELI_FORMAT = _reason(
    134,
    "adeli.format",
    Text(
        "Un numéro ADELI a 9 caractères, dont le département en tête.",
        "An ADELI number has 9 characters, the department first.",
    ),
    Text("Recopiez-le de la feuille de soins.", "Copy it from the claim form."),
)
AMC_FORMAT = _reason(
    135,
    "amc.format",
    Text(
        "Un numéro d'AMC a de 1 à 10 chiffres ou lettres, et pas seulement des zéros.",
        "An AMC number has 1 to 10 digits or letters, and not only zeros.",
    ),
    Text(
        "Recopiez le numéro AMC de la carte de tiers payant.", "Copy the AMC number from the third-party payment card."
    ),
)
SIREN_FORMAT = _reason(
    136,
    "siren.format",
    Text("Un numéro SIREN a 9 chiffres.", "A SIREN number has 9 digits."),
    Text("Recopiez-le de l'avis de situation INSEE.", "Copy it from the INSEE notice."),
    "Code de commerce R123-221",
)
SIREN_KEY = _reason(
    137,
    "siren.key",
    Text("La clé de ce numéro SIREN est fausse.", "The check digit of this SIREN number is wrong."),
    Text("Recopiez-le de l'avis de situation INSEE.", "Copy it from the INSEE notice."),
    "Code de commerce R123-221",
)
SIRET_FORMAT = _reason(
    138,
    "siret.format",
    Text("Un numéro SIRET a 14 chiffres.", "A SIRET number has 14 digits."),
    Text("Recopiez-le de l'avis de situation INSEE.", "Copy it from the INSEE notice."),
    "Code de commerce R123-221",
)
SIRET_KEY = _reason(
    139,
    "siret.key",
    Text("La clé de ce numéro SIRET est fausse.", "The check digit of this SIRET number is wrong."),
    Text("Recopiez-le de l'avis de situation INSEE.", "Copy it from the INSEE notice."),
    "Code de commerce R123-221",
)

_RIB = Text("Recopiez l'IBAN du relevé d'identité bancaire.", "Copy the IBAN from the bank's account statement.")

IBAN_FORMAT = _reason(
    150,
    "iban.format",
    Text(
        "Cet IBAN n'a pas la forme de ceux de son pays.",
        "This IBAN does not have the shape of those of its country.",
    ),
    _RIB,
    "ISO 13616",
)
IBAN_COUNTRY = _reason(
    151,
    "iban.country",
    Text("Ce pays n'a pas d'IBAN.", "This country has no IBAN."),
    _RIB,
    "ISO 13616",
)
IBAN_KEY = _reason(
    152,
    "iban.key",
    Text(
        "La clé de cet IBAN est fausse : un caractère est sans doute mal recopié.",
        "The check digits of this IBAN are wrong: one character was probably miscopied.",
    ),
    _RIB,
    "ISO 13616",
)
IBAN_RIB_KEY = _reason(
    153,
    "iban.rib_key",
    Text(
        "La clé RIB à l'intérieur de cet IBAN est fausse.",
        "The French account key inside this IBAN is wrong.",
    ),
    _RIB,
    "ISO 13616; CFONB account identification",
)
BIC_FORMAT = _reason(
    155,
    "bic.format",
    Text(
        "Un BIC a 8 ou 11 caractères : banque, pays, lieu, agence.",
        "A BIC has 8 or 11 characters: bank, country, place, branch.",
    ),
    Text("Recopiez le BIC du relevé d'identité bancaire.", "Copy the BIC from the bank's account statement."),
    "ISO 9362",
)

CATALOGUE = Catalogue(
    *(NIR_LENGTH, NIR_CHARACTERS, NIR_SEX, NIR_MONTH, NIR_KEY),
    *(BIRTH_DATE_FORMAT, BIRTH_DATE_YEAR),
    *(FINESS_FORMAT, FINESS_DOUBTFUL, RPPS_FORMAT, RPPS_DOUBTFUL, ADELI_FORMAT),
    *(AMC_FORMAT, SIREN_FORMAT, SIREN_KEY, SIRET_FORMAT, SIRET_KEY),
    *(IBAN_FORMAT, IBAN_COUNTRY, IBAN_KEY, IBAN_RIB_KEY, BIC_FORMAT),
)
