"""Why a right is not open, or cannot be told (numbers 200-249, in order of precedence)."""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text

INSURER_UNKNOWN = Reason(
    200,
    "rights.insurer_unknown",
    Text(
        "Ce numéro d'AMC n'est pas celui d'un assureur que nous servons.",
        "This AMC number is not one of an insurer that we serve.",
    ),
    Text(
        "Relisez le numéro AMC sur la carte ; s'il est exact, adressez-vous à l'opérateur indiqué sur la carte.",
        "Read the AMC number on the card again; if it is right, ask the operator named on the card.",
    ),
    Actor.PROFESSIONAL,
)
INSURER_NOT_LOADED = Reason(
    201,
    "rights.insurer_not_loaded",
    Text(
        "Cet assureur ne nous a encore transmis aucun droit : nous ne pouvons pas répondre.",
        "This insurer has not sent us any right yet: we cannot tell.",
    ),
    Text(
        "Réessayez plus tard ; cette réponse n'est pas un refus.",
        "Try again later; this answer is not a refusal.",
    ),
    Actor.INSURER,
    Retry.LATER,
)
AMBIGUOUS = Reason(
    202,
    "rights.ambiguous",
    Text(
        "Plusieurs personnes répondent à ces données : nous ne pouvons pas dire laquelle.",
        "Several persons match these data: we cannot tell which one.",
    ),
    Text(
        "Ajoutez la date de naissance et le rang de naissance du patient.",
        "Add the patient's birth date and birth rank.",
    ),
    Actor.PROFESSIONAL,
)
NOT_FOUND = Reason(
    203,
    "rights.not_found",
    Text(
        "Aucun droit n'est connu pour ces données chez cet assureur.",
        "No right is known for these data at this insurer.",
    ),
    Text(
        "Relisez la carte (numéro d'adhérent, date et rang de naissance) ; si elle est exacte, le patient contacte son "
        "assureur.",
        "Read the card again (member number, birth date and rank); if it is right, the patient asks the insurer.",
    ),
    Actor.PROFESSIONAL,
)
NOT_STARTED = Reason(
    204,
    "rights.not_started",
    Text("Le contrat commence après ce jour de soins.", "The contract starts after this day of care."),
    Text(
        "Vérifiez la date des soins ; avant le début du contrat, le patient règle la part complémentaire.",
        "Check the date of care; before the contract starts the patient pays the complementary part.",
    ),
    Actor.INSURED,
    Retry.NEVER,
)
CLOSED = Reason(
    205,
    "rights.closed",
    Text("Le contrat avait pris fin ce jour-là.", "The contract had ended on that day."),
    Text(
        "Demandez au patient sa nouvelle carte, et interrogez son nouvel assureur.",
        "Ask the patient for the new card, and ask the new insurer.",
    ),
    Actor.INSURED,
)
DOMAIN_NOT_COVERED = Reason(
    206,
    "rights.domain_not_covered",
    Text(
        "Ce contrat ne couvre pas ce domaine de soins en tiers payant.",
        "This contract does not cover this family of care in third-party payment.",
    ),
    Text(
        "Le patient règle la part complémentaire, ou présente une autre complémentaire.",
        "The patient pays the complementary part, or shows another complementary insurance.",
    ),
    Actor.INSURED,
    Retry.NEVER,
)
WAITING_PERIOD = Reason(
    207,
    "rights.waiting_period",
    Text(
        "Le contrat ne couvre pas encore ce domaine : le délai d'attente court toujours ce jour-là.",
        "The contract does not cover this family of care yet: its waiting period still runs on that day.",
    ),
    Text("Le patient règle la part complémentaire.", "The patient pays the complementary part."),
    Actor.INSURED,
    Retry.NEVER,
)
NO_RIGHT_SHOWN = Reason(
    208,
    "rights.no_right_shown",
    Text(
        "Aucun droit ouvert ne correspond à ces données pour ce jour et ces soins.",
        "No open right matches these data for this day and this care.",
    ),
    Text(
        "Relisez la carte ; si elle est exacte, lisez la carte Vitale ou la carte signée pour connaître le motif.",
        "Read the card again; if it is right, read the carte Vitale or the signed card to learn the reason.",
    ),
    Actor.PROFESSIONAL,
)
SECOND_INSURER = Reason(
    209,
    "rights.second_insurer",
    Text(
        "Cette complémentaire paie après une autre, dont la part n'est pas indiquée.",
        "This complementary insurance pays after another one, whose share is not stated.",
    ),
    Text(
        "Facturez d'abord la première complémentaire, puis envoyez-nous son retour.",
        "Invoice the first complementary insurer, then send us its return.",
    ),
    Actor.PROFESSIONAL,
)
ENGAGEMENT_UNKNOWN = Reason(
    220,
    "rights.engagement_unknown",
    Text("Ce numéro d'engagement n'a pas été donné par nous.", "This guarantee number was not given by us."),
    Text(
        "Vérifiez le numéro, ou envoyez la facture sans lui : elle est alors décidée sur les droits connus.",
        "Check the number, or send the invoice without it: it is then decided on the rights known.",
    ),
    Actor.PROFESSIONAL,
)
ENGAGEMENT_OF_ANOTHER = Reason(
    221,
    "rights.engagement_of_another",
    Text(
        "Ce numéro d'engagement concerne une autre personne, un autre professionnel ou d'autres soins.",
        "This guarantee number is for another person, another professional or other care.",
    ),
    Text(
        "Reprenez le numéro reçu pour ce patient et ces soins.",
        "Use the number received for this patient and this care.",
    ),
    Actor.PROFESSIONAL,
)
ENGAGEMENT_OUT_OF_TIME = Reason(
    222,
    "rights.engagement_out_of_time",
    Text(
        "Les soins ne sont pas dans la durée de cet engagement.",
        "The care is not within the validity of this guarantee.",
    ),
    Text(
        "Interrogez à nouveau les droits pour le jour des soins.",
        "Ask again for the day of the care.",
    ),
    Actor.PROFESSIONAL,
)

CATALOGUE = Catalogue(
    INSURER_UNKNOWN,
    INSURER_NOT_LOADED,
    AMBIGUOUS,
    NOT_FOUND,
    NOT_STARTED,
    CLOSED,
    DOMAIN_NOT_COVERED,
    WAITING_PERIOD,
    NO_RIGHT_SHOWN,
    SECOND_INSURER,
    ENGAGEMENT_UNKNOWN,
    ENGAGEMENT_OF_ANOTHER,
    ENGAGEMENT_OUT_OF_TIME,
)
LAST = 249
UNDETERMINED = (INSURER_UNKNOWN, INSURER_NOT_LOADED, AMBIGUOUS, SECOND_INSURER)
"""With these the answer is neither yes nor no: something is missing."""
