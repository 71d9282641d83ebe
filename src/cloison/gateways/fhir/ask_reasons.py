"""Why a request in FHIR, though readable, does not say what is needed to answer it (numbers 942-949)."""

from cloison.errors import Actor, Catalogue, Reason, Text


def _reason(number: int, code: str, message: tuple[str, str], action: tuple[str, str]) -> Reason:
    return Reason(number, f"fhir.{code}", Text(*message), Text(*action), Actor.PROFESSIONAL, status=422)


NOTHING_ASKED = _reason(
    942,
    "nothing_asked",
    ("La demande ne contient pas la ressource attendue.", "The request does not hold the resource that is expected."),
    ("Envoyez-la seule, ou dans un paramètre nommé resource.", "Send it alone, or in a parameter called resource."),
)
PERSON_UNNAMED = _reason(
    943,
    "person_unnamed",
    ("La demande ne désigne personne.", "The request names nobody."),
    (
        "Donnez le numéro d'adhérent (Coverage.subscriberId) ou le NIR (Patient.identifier, système de l'INS).",
        "Give the member number (Coverage.subscriberId) or the NIR (Patient.identifier, system of the INS).",
    ),
)
BIRTH_MISSING = _reason(
    944,
    "birth_missing",
    ("La date de naissance manque, ou n'a pas le jour.", "The birth date is missing, or has no day."),
    ("Donnez Patient.birthDate en entier, AAAA-MM-JJ.", "Give Patient.birthDate in full, YYYY-MM-DD."),
)
AMC_MISSING = _reason(
    945,
    "amc_missing",
    ("Le numéro de la complémentaire manque.", "The number of the complementary insurer is missing."),
    (
        "Donnez-le en identifier de insurer, ou du payor de la couverture (système urn:cloison:amc).",
        "Give it as the identifier of insurer, or of the payor of the coverage (system urn:cloison:amc).",
    ),
)
PROOF_UNKNOWN = _reason(
    946,
    "proof_unknown",
    ("Cette preuve de la présence de la personne n'existe pas.", "This proof that the person is there does not exist."),
    ("Choisissez une des valeurs de la cause.", "Choose one of the values in the cause."),
)
CARE_UNSAID = _reason(
    947,
    "care_unsaid",
    ("La demande ne dit ni la famille ni l'acte de soins.", "The request says neither the family nor the act of care."),
    (
        "Donnez à chaque item une category (urn:cloison:domaine) ou un productOrService (urn:cloison:acte).",
        "Give each item a category (urn:cloison:domaine) or a productOrService (urn:cloison:acte).",
    ),
)
DAY_UNSAID = _reason(
    948,
    "day_unsaid",
    ("La demande ne dit pas le jour des soins.", "The request does not say the day of care."),
    ("Donnez servicedDate, en entier : AAAA-MM-JJ.", "Give servicedDate in full: YYYY-MM-DD."),
)
AMOUNT_WRONG = _reason(
    949,
    "amount_wrong",
    ("Un montant n'est pas un nombre entier de centimes d'euro.", "An amount is no whole number of euro cents."),
    ("Donnez des euros (EUR) avec deux décimales au plus.", "Give euros (EUR) with two decimals at most."),
)

CATALOGUE = Catalogue(
    NOTHING_ASKED, PERSON_UNNAMED, BIRTH_MISSING, AMC_MISSING, PROOF_UNKNOWN, CARE_UNSAID, DAY_UNSAID, AMOUNT_WRONG
)
