"""Why an act is not priced, why an insurer's share is reduced, and what to know about a price.

    300-339  refusal    the act is not priced: its amounts are zero and mean nothing
    340-349  reduction  the act is priced and a limit lowered the insurer's share
    350-359  attention  the act is priced and differs from what was declared
    360-371  remark     the act is priced; where a value comes from, or a doubt about it

`Priced.reason` holds the lowest number among refusals, reductions and attentions. `Priced.remarks` holds every number
from 340 to 371 that applies, as the bits `1 << (number - 340)`.
"""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text
from cloison.rules import fault_reasons

FIRST_REDUCTION = 340
FIRST_REMARK = 360
LAST_REMARK = 371


def _reason(number: int, code: str, words: tuple[str, str], todo: tuple[str, str], actor: Actor, basis: str) -> Reason:
    retry = Retry.CORRECTED if number < FIRST_REDUCTION else Retry.NEVER
    return Reason(number, f"rules.{code}", Text(*words), Text(*todo), actor, retry, basis)


_PS, _INSURER, _OPERATOR, _INSURED, _NOBODY = (
    Actor.PROFESSIONAL,
    Actor.INSURER,
    Actor.OPERATOR,
    Actor.INSURED,
    Actor.NOBODY,
)

REASONS = Catalogue(
    _reason(
        300,
        "act_unknown",
        ("Le code de l'acte n'est pas connu.", "The code of the act is not known."),
        ("Corrigez le code de l'acte.", "Correct the code of the act."),
        _PS,
        "NGAP, CSS R161-42",
    ),
    _reason(
        301,
        "care_date_missing",
        ("La date de soins manque.", "The date of care is missing."),
        ("Indiquez la date de soins.", "Give the date of care."),
        _PS,
        "CSS R161-42",
    ),
    _reason(
        302,
        "care_date_outside_rules",
        (
            "Aucune valeur n'est connue à cette date de soins pour une règle nécessaire.",
            "No value is known on this date of care for a rule that is needed.",
        ),
        (
            "Vérifiez la date ; si elle est juste, chargez les barèmes de cette époque.",
            "Check the date; if it is right, load the tariffs of that time.",
        ),
        _OPERATOR,
        "chaque règle se prend à la date des soins",
    ),
    _reason(
        303,
        "quantity_not_positive",
        ("La quantité doit être au moins 1.", "The quantity must be at least 1."),
        ("Corrigez-la ; une annulation est une autre opération.", "Correct it; a cancellation is another operation."),
        _PS,
        "CSS R161-42",
    ),
    _reason(
        304,
        "amount_implausible",
        (
            "Un montant, une quantité ou un coefficient est négatif ou hors de toute vraisemblance.",
            "An amount, a quantity or a coefficient is negative or beyond any plausible bound.",
        ),
        ("Corrigez la ligne.", "Correct the line."),
        _PS,
        "borne du projet : 99 999 999,99 euros par ligne",
    ),
    _reason(
        305,
        "status_missing",
        (
            "Il manque une information sur l'assuré : exonération, protection ou régime.",
            "Something about the insured is missing: exoneration, protection or regime.",
        ),
        ("Complétez la facture.", "Complete the invoice."),
        _PS,
        "CSS L160-14, R160-8",
    ),
    _reason(
        306,
        "pathway_missing",
        ("La situation dans le parcours de soins manque.", "The place in the care pathway is missing."),
        ("Indiquez la lettre du parcours de soins.", "Give the letter of the care pathway."),
        _PS,
        "CSS L162-5-3",
    ),
    _reason(
        307,
        "sector_missing",
        ("Le secteur conventionnel du médecin manque.", "The doctor's convention sector is missing."),
        ("Complétez la fiche du professionnel.", "Complete the professional's record."),
        _OPERATOR,
        "CSS L162-5",
    ),
    _reason(
        308,
        "base_not_known",
        (
            "La base de remboursement n'est ni dans nos barèmes ni déclarée.",
            "The base of reimbursement is neither in our tariffs nor declared.",
        ),
        ("Indiquez la base de remboursement de la ligne.", "Give the base of reimbursement of the line."),
        _PS,
        "CSS L160-13 I",
    ),
    _reason(
        309,
        "rate_not_known",
        (
            "Le taux de ce régime n'est pas dans nos barèmes et la part obligatoire n'est pas déclarée.",
            "The rate of this regime is not in our tariffs and the compulsory share is not declared.",
        ),
        ("Indiquez le montant de la part obligatoire.", "Give the amount of the compulsory share."),
        _PS,
        "CSS R160-5, L325-1",
    ),
    _reason(
        310,
        "trip_missing",
        ("Les détails du trajet manquent.", "The details of the trip are missing."),
        ("Indiquez kilomètres, patients et suppléments.", "Give kilometres, patients and supplements."),
        _PS,
        "Convention nationale des taxis",
    ),
    _reason(
        311,
        "trip_impossible",
        (
            "Les détails du trajet se contredisent ou sont hors limites.",
            "The details of the trip contradict each other or are out of bounds.",
        ),
        ("Corrigez les lignes de détail du trajet.", "Correct the detail lines of the trip."),
        _PS,
        "Convention nationale des taxis",
    ),
    _reason(
        312,
        "department_not_priced",
        (
            "Aucun tarif kilométrique n'est établi pour ce département de la licence.",
            "No rate per kilometre is established for this departement of the licence.",
        ),
        (
            "Vérifiez le département de l'ADS, ou chargez le tarif de ce département.",
            "Check the departement of the licence, or load the rate of this departement.",
        ),
        _OPERATOR,
        "Convention nationale des taxis",
    ),
    _reason(
        313,
        "agreement_refused",
        (
            "L'accord préalable a été refusé par l'assurance maladie.",
            "Prior agreement was refused by the compulsory scheme.",
        ),
        ("Facturez le patient, ou joignez un nouvel accord.", "Bill the patient, or attach a new agreement."),
        _PS,
        "CSS R322-10-4",
    ),
    _reason(
        314,
        "detail_with_amount",
        (
            "Une ligne de détail porte un montant : il doit être dans la ligne du trajet.",
            "A detail line carries an amount: it belongs to the line of the trip.",
        ),
        ("Portez le montant sur la ligne du trajet.", "Put the amount on the line of the trip."),
        _PS,
        "profil B2 du projet",
    ),
    _reason(
        315,
        "guarantee_wrong",
        ("La garantie jointe à l'acte n'est pas lisible.", "The guarantee joined to the act cannot be read."),
        ("Corrigez le produit.", "Correct the product."),
        _INSURER,
        "tableau de garanties du produit",
    ),
    _reason(
        316,
        "equipment_missing",
        ("Les détails de l'équipement manquent.", "The details of the equipment are missing."),
        ("Indiquez la paire ou l'oreille et la dernière délivrance.", "Give the pair or ear and the last delivery."),
        _PS,
        "CSS R871-2",
    ),
    _reason(
        317,
        "correction_missing",
        ("La correction des verres manque.", "The correction of the lenses is missing."),
        ("Indiquez la classe de correction des deux verres.", "Give the class of correction of both lenses."),
        _PS,
        "CSS R871-2 3",
    ),
    _reason(
        318,
        "tariff_not_loaded",
        ("Aucun tarif en vigueur n'est chargé pour cet acte.", "No tariff in force is loaded for this act."),
        ("Chargez le tarif officiel.", "Load the official tariff."),
        _OPERATOR,
        "le seul tarif connu date du 1er février 2013",
    ),
    _reason(
        319,
        "combination_impossible",
        (
            "Deux parties de la facture se contredisent : un trajet ou un équipement sur un acte qui n'en a pas, un "
            "nouveau-né qui n'est pas mineur, ou un autre assureur qui a payé plus que le montant facturé.",
            "Two parts of the invoice contradict each other: a trip or an equipment on an act that has none, a newborn "
            "who is not a minor, or another insurer that paid more than was charged.",
        ),
        ("Corrigez la partie qui est fausse.", "Correct the part that is wrong."),
        _PS,
        "contrôle du projet",
    ),
    _reason(
        340,
        "capped_per_act",
        (
            "La part complémentaire est limitée par le plafond de la garantie par acte.",
            "The complementary share is limited by the guarantee's cap per act.",
        ),
        ("Le reste est dû par l'assuré.", "The rest is due by the insured."),
        _INSURED,
        "tableau de garanties du produit",
    ),
    _reason(
        341,
        "ceiling_reached",
        (
            "La part complémentaire est limitée par ce qui reste du plafond.",
            "The complementary share is limited by what is left of the ceiling.",
        ),
        ("Le reste est dû par l'assuré.", "The rest is due by the insured."),
        _INSURED,
        "tableau de garanties du produit",
    ),
    _reason(
        342,
        "bounded_by_cost",
        (
            "La part complémentaire est limitée à ce qui reste à payer.",
            "The complementary share is limited to what is left to pay.",
        ),
        ("Rien à faire.", "Nothing to do."),
        _NOBODY,
        "une assurance de frais ne paie jamais plus que les frais",
    ),
    _reason(
        343,
        "pathway_not_covered",
        (
            "Un contrat responsable ne rembourse pas la majoration due hors du parcours de soins.",
            "A contrat responsable does not pay back the increase due outside the care pathway.",
        ),
        ("La majoration reste due par l'assuré.", "The increase is due by the insured."),
        _INSURED,
        "CSS L871-1, L162-5-3",
    ),
    _reason(
        344,
        "overrun_limited",
        (
            "Un contrat responsable limite le dépassement d'un médecin hors OPTAM.",
            "A contrat responsable limits the overrun of a doctor outside OPTAM.",
        ),
        ("Le reste du dépassement est dû par l'assuré.", "The rest of the overrun is due by the insured."),
        _INSURED,
        "CSS R871-2 2",
    ),
    _reason(
        345,
        "renewal_too_early",
        (
            "L'équipement précédent est trop récent pour être renouvelé.",
            "The previous equipment is too recent to be renewed.",
        ),
        ("Attendez la fin de la période, ou payez l'équipement.", "Wait for the end of the period, or pay for it."),
        _INSURED,
        "CSS R871-2 4",
    ),
    _reason(
        346,
        "equipment_limited",
        (
            "Un contrat responsable limite ce qui est payé pour cet équipement.",
            "A contrat responsable limits what is paid for this equipment.",
        ),
        ("Le reste est dû par l'assuré.", "The rest is due by the insured."),
        _INSURED,
        "CSS R871-2 3",
    ),
    _reason(
        350,
        "amo_share_differs",
        (
            "La part obligatoire déclarée diffère de celle que donnent les textes.",
            "The declared compulsory share differs from the one the texts give.",
        ),
        ("Vérifiez le taux et la base de la ligne.", "Check the rate and the base of the line."),
        _PS,
        "CSS R160-5",
    ),
    _reason(
        351,
        "price_above_limit",
        ("Le prix dépasse la limite fixée pour cette classe.", "The price is above the limit set for this class."),
        ("Corrigez le prix de vente.", "Correct the price."),
        _PS,
        "CSS L165-1",
    ),
    _reason(
        352,
        "coefficient_differs",
        (
            "Le coefficient déclaré diffère de celui de la nomenclature.",
            "The declared coefficient differs from the one of the nomenclature.",
        ),
        ("Vérifiez le code et le coefficient de l'acte.", "Check the code and the coefficient of the act."),
        _PS,
        "CSS L162-14",
    ),
    _reason(
        353,
        "other_paid_more",
        (
            "L'autre complémentaire a payé plus que ce que laissait la part obligatoire.",
            "The other complementary insurer paid more than the compulsory share left.",
        ),
        ("Rapprochez les deux paiements : un trop-perçu est possible.", "Compare both payments: one may be too much."),
        _PS,
        "une assurance de frais ne paie jamais plus que les frais",
    ),
    _reason(
        360,
        "base_declared",
        ("La base est celle que déclare le professionnel.", "The base is the one the professional declares."),
        ("Chargez le barème officiel pour la contrôler.", "Load the official tariff to check it."),
        _OPERATOR,
        "CSS L160-13 I",
    ),
    _reason(
        361,
        "base_differs",
        (
            "La base déclarée diffère du tarif officiel, qui est appliqué.",
            "The declared base differs from the official tariff, which applies.",
        ),
        ("Vérifiez la base de la ligne.", "Check the base of the line."),
        _PS,
        "CSS L160-13 I",
    ),
    _reason(
        362,
        "amo_share_declared",
        (
            "La part obligatoire est celle qui est déclarée : le taux de ce régime n'est pas dans nos barèmes.",
            "The compulsory share is the declared one: the rate of this regime is not in our tariffs.",
        ),
        ("Chargez le taux du régime pour la contrôler.", "Load the rate of the regime to check it."),
        _OPERATOR,
        "CSS L325-1",
    ),
    _reason(
        363,
        "charged_below_base",
        (
            "Le montant facturé est inférieur au tarif : il devient la base.",
            "The amount charged is below the tariff: it becomes the base.",
        ),
        ("Rien à faire.", "Nothing to do."),
        _NOBODY,
        "CSS L160-13 I",
    ),
    _reason(
        364,
        "empty_return_doubt",
        (
            "Le retour à vide est compté selon une lecture du texte qui reste à confirmer.",
            "The empty return is counted by a reading of the text that remains to be confirmed.",
        ),
        ("Voyez la lecture choisie dans le barème du taxi.", "See the reading chosen in the taxi tariff."),
        _OPERATOR,
        "Convention nationale des taxis, annexe non lue",
    ),
    _reason(
        365,
        "value_to_verify",
        (
            "Une valeur employée porte la mention « à vérifier ».",
            "A value that was used is marked to verify.",
        ),
        ("Consultez la liste des doutes des barèmes.", "See the list of doubts of the tariffs."),
        _OPERATOR,
        "barèmes du projet",
    ),
    _reason(
        366,
        "agreement_to_check",
        (
            "Au-delà de cette distance un accord préalable est nécessaire, et il n'est pas indiqué.",
            "Beyond this distance prior agreement is needed, and it is not stated.",
        ),
        ("Joignez l'accord préalable.", "Attach the prior agreement."),
        _PS,
        "CSS R322-10-4",
    ),
)


def reason(name: str) -> Reason:
    """The reason `rules.<name>`, here or among the faults."""
    code = f"rules.{name}"
    return fault_reasons.FAULTS[code] if code in fault_reasons.FAULTS else REASONS[code]


def bit(name: str) -> int:
    """The bit of `Priced.remarks` that says the reason `rules.<name>` applies."""
    number = reason(name).number
    assert FIRST_REDUCTION <= number <= LAST_REMARK, "only reasons that leave the act priced have a bit"
    return 1 << (number - FIRST_REDUCTION)
