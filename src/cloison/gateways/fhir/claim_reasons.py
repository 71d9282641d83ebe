"""Why a Claim, though readable, cannot be decided or changed (numbers 952-979)."""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text


def _reason(
    number: int, code: str, message: tuple[str, str], action: tuple[str, str], status: int = 422,
    retry: Retry = Retry.CORRECTED,
) -> Reason:  # fmt: skip
    return Reason(number, f"fhir.{code}", Text(*message), Text(*action), Actor.PROFESSIONAL, retry, status=status)


CARE_UNSTATED = _reason(
    952, "care_unstated",
    ("La situation de la personne n'est pas dite ; rien n'en est supposé.",
     "The situation of the person is not stated; nothing of it is assumed."),
    ("Donnez l'extension nommée dans la cause (docs/fhir.md).",
     "Give the extension that the cause names (docs/fhir.md)."),
)  # fmt: skip
CARE_WRONG = _reason(
    953, "care_wrong",
    ("Une valeur de la situation de la personne n'existe pas.",
     "A value of the situation of the person does not exist."),
    ("Choisissez une des valeurs de la cause.", "Choose one of the values in the cause."),
)  # fmt: skip
ACT_UNSAID = _reason(
    954, "act_unsaid",
    ("Une ligne ne dit pas son acte.", "A line does not say its act."),
    ("Donnez productOrService avec un code du système urn:cloison:acte.",
     "Give productOrService with a code of the system urn:cloison:acte."),
)  # fmt: skip
LINE_DAY_UNSAID = _reason(
    955, "line_day_unsaid",
    ("Une ligne ne dit pas son jour de soins.", "A line does not say its day of care."),
    ("Donnez servicedDate, en entier : AAAA-MM-JJ.", "Give servicedDate in full: YYYY-MM-DD."),
)  # fmt: skip
LINE_AMOUNT_UNSAID = _reason(
    956, "line_amount_unsaid",
    ("Un montant de la ligne manque.", "An amount of the line is missing."),
    ("Donnez l'élément ou l'extension de la cause, pour la ligne entière.",
     "Give the element or extension in the cause, for the whole line."),
)  # fmt: skip
LINE_WRONG = _reason(
    957, "line_wrong",
    ("Une valeur de la ligne n'est pas possible.", "A value of the line is not possible."),
    ("Corrigez l'élément indiqué ; la cause dit ce qui est attendu.",
     "Correct the element shown; the cause says what is expected."),
)  # fmt: skip
AMOUNTS_DIFFER = _reason(
    958, "amounts_differ",
    ("Les montants ne s'additionnent pas.", "The amounts do not add up."),
    ("Corrigez le montant indiqué, ou ne le donnez pas.", "Correct the amount shown, or leave it out."),
)  # fmt: skip
SEVERAL_GUARANTEES = _reason(
    959, "several_guarantees",
    ("Une facture ne peut citer qu'un numéro de garantie.", "An invoice can name one guarantee number."),
    ("Faites une facture par garantie.", "Make one invoice for each guarantee."),
)  # fmt: skip
IDENTIFIER_MISSING = _reason(
    960, "identifier_missing",
    ("Ce qui engage doit porter un identifiant de votre choix.",
     "What commits must carry an identifier of your choice."),
    ("Donnez Claim.identifier (system et value), le même si vous renvoyez.",
     "Give Claim.identifier (system and value), the same when you send again."),
)  # fmt: skip
NOT_ACTIVE = _reason(
    962, "claim_not_active",
    ("Seul un Claim actif est traité.", "Only an active Claim is processed."),
    ("Donnez status=active ; pour annuler, modifiez le Claim envoyé.",
     "Give status=active; to cancel, change the Claim that was sent."),
)  # fmt: skip
NIR_MISSING = _reason(
    963, "nir_missing",
    ("Une facture désigne l'assuré par son NIR.", "An invoice names the insured by NIR."),
    ("Donnez Patient.identifier (système de l'INS) : celui de l'assuré qui ouvre le droit.",
     "Give Patient.identifier (system of the INS): that of the insured who opens the right."),
)  # fmt: skip
USES_MIXED = _reason(
    964, "uses_mixed",
    ("Une transaction ne mêle pas factures, devis et annulations.",
     "A transaction does not mix invoices, quotes and cancellations."),
    ("Faites une transaction par usage, ou un batch.", "Make one transaction for each use, or a batch."),
)  # fmt: skip
UNKNOWN_CLAIM = _reason(
    965, "unknown_claim",
    ("Le Claim cité n'est pas un Claim de ce cabinet, ou n'a pas de réponse.",
     "The Claim that is named is none of this practice, or has no answer."),
    ("Citez Claim/id, tel que ce serveur l'a donné.", "Name Claim/id as this server gave it."),
)  # fmt: skip
RELATION_UNKNOWN = _reason(
    966, "relation_unknown",
    ("Ce lien avec un autre Claim n'est pas compris.", "This relation to another Claim is not understood."),
    ("Donnez cancel ou extend (système urn:cloison:relation).", "Give cancel or extend (system urn:cloison:relation)."),
)  # fmt: skip
NUMBER_WRONG = _reason(
    967, "number_wrong",
    ("Ce numéro n'a pas la forme attendue.", "This number has not the expected form."),
    ("Facture : 1 à 9 chiffres ou majuscules. Garantie : E suivi de quatorze signes.",
     "Invoice: 1 to 9 digits or capitals. Guarantee: E and fourteen signs."),
)  # fmt: skip
TASK_UNKNOWN = _reason(
    968, "task_unknown",
    ("Cette tâche n'est pas comprise.", "This task is not understood."),
    ("Donnez code cancel et focus Claim/id.", "Give code cancel and focus Claim/id."),
)  # fmt: skip
LAST_DAY_UNSAID = _reason(
    969, "last_day_unsaid",
    ("La prolongation ne dit pas jusqu'à quel jour.", "The extension does not say until which day."),
    ("Donnez billablePeriod.end.", "Give billablePeriod.end."),
)  # fmt: skip
OTHER_CONTENT = _reason(
    970, "invoice_number_reused",
    ("Ce numéro de facture a déjà servi, ce jour-là, pour d'autres lignes ; la première décision reste.",
     "This invoice number was used, for that day, for other lines; the first decision stands."),
    ("Annulez la première, puis envoyez une facture corrigée sous un autre numéro.",
     "Cancel the first, then send a corrected invoice under another number."),
    409,
)  # fmt: skip

CATALOGUE = Catalogue(
    CARE_UNSTATED, CARE_WRONG, ACT_UNSAID, LINE_DAY_UNSAID, LINE_AMOUNT_UNSAID, LINE_WRONG, AMOUNTS_DIFFER,
    SEVERAL_GUARANTEES, IDENTIFIER_MISSING, NOT_ACTIVE, NIR_MISSING, USES_MIXED, UNKNOWN_CLAIM,
    RELATION_UNKNOWN, NUMBER_WRONG, TASK_UNKNOWN, LAST_DAY_UNSAID, OTHER_CONTENT,
)  # fmt: skip
