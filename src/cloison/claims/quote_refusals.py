"""Why a quote is not priced, not promised, not extended or not taken back (numbers 450-499)."""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text

OTHER_PRACTICE = Reason(
    451,
    "quotes.other_practice",
    Text(
        "Ce compte n'agit pas pour le professionnel nommé sur le devis.",
        "This account does not act for the practice named on the quote.",
    ),
    Text(
        "Envoyez le devis depuis un compte de ce professionnel.",
        "Send the quote from an account of that practice.",
    ),
    Actor.PROFESSIONAL,
)
PROOF_TOO_WEAK = Reason(
    452,
    "quotes.proof_too_weak",
    Text(
        "Un montant n'est calculé que si le patient a été identifié par sa carte ou par un code.",
        "An amount is only calculated when the patient was identified by card or by code.",
    ),
    Text(
        "Lisez la carte Vitale, le QR signé ou le code du patient ; ou demandez une prise en charge, qui est tracée et "
        "notifiée.",
        "Read the carte Vitale, the signed QR or the patient's code; or request a prise en charge, which is recorded "
        "and notified.",
    ),
    Actor.PROFESSIONAL,
)
REFERENCE_WRONG = Reason(
    453,
    "quotes.reference_wrong",
    Text(
        "Un devis à garantir porte une référence du professionnel : 1 à 40 lettres, chiffres, points ou tirets.",
        "A quote to be guaranteed carries the practice's reference: 1 to 40 letters, digits, dots or dashes.",
    ),
    Text(
        "Donnez une référence, sans nom ni numéro de patient.",
        "Give a reference, without a patient's name or number.",
    ),
    Actor.PROFESSIONAL,
)
REFERENCE_TWICE = Reason(
    454,
    "quotes.reference_twice",
    Text(
        "Cette référence est déjà celle d'un autre devis de ce professionnel.",
        "This reference already names another quote of this practice.",
    ),
    Text("Donnez à ce devis une référence nouvelle.", "Give this quote a new reference."),
    Actor.PROFESSIONAL,
)
CARE_PAST = Reason(
    455,
    "quotes.care_past",
    Text("Les soins sont datés d'avant ce jour.", "The care is dated before today."),
    Text(
        "Pour des soins déjà donnés, envoyez la facture ; pour des soins à venir, corrigez la date.",
        "For care already given, send the invoice; for care to come, correct the date.",
    ),
    Actor.PROFESSIONAL,
)
CARE_TOO_FAR = Reason(
    456,
    "quotes.care_too_far",
    Text("Les soins sont datés de plus d'un an après ce jour.", "The care is dated more than a year from today."),
    Text("Demandez à nouveau quand la date sera plus proche.", "Ask again when the date is nearer."),
    Actor.PROFESSIONAL,
    Retry.LATER,
)
TWO_YEARS = Reason(
    457,
    "quotes.two_years",
    Text(
        "Les soins de ce devis sont répartis sur deux années civiles, qui ont chacune leur plafond.",
        "The care of this quote lies in two calendar years, each with a ceiling of its own.",
    ),
    Text("Faites un devis par année civile.", "Make one quote per calendar year."),
    Actor.PROFESSIONAL,
)
NO_PRISE_EN_CHARGE = Reason(
    458,
    "quotes.no_prise_en_charge",
    Text(
        "La prise en charge se demande pour le dentaire, l'optique, l'audiologie et l'hôpital seulement.",
        "A prise en charge is requested for dental care, optics, hearing and hospital only.",
    ),
    Text("Demandez un calcul avec garantie (CLC).", "Ask for a calculation with guarantee (CLC)."),
    Actor.PROFESSIONAL,
)
NOTHING_TO_PROMISE = Reason(
    459,
    "quotes.nothing_to_promise",
    Text(
        "La part complémentaire de ces soins est nulle : il n'y a rien à garantir.",
        "The complementary share of this care is nil: there is nothing to guarantee.",
    ),
    Text(
        "Informez le patient de ce qui reste à sa charge ; le motif de chaque ligne dit pourquoi.",
        "Tell the patient what is left to pay; the reason of each line says why.",
    ),
    Actor.PROFESSIONAL,
    Retry.NEVER,
)
REFUSED_BY_INSURER = Reason(
    460,
    "quotes.refused_by_insurer",
    Text("L'assureur a refusé la prise en charge.", "The insurer refused the prise en charge."),
    Text(
        "Le patient contacte son assureur ; un autre devis est une nouvelle demande.",
        "The patient asks the insurer; another quote is a new request.",
    ),
    Actor.INSURED,
    Retry.CORRECTED,
)
MEDICAL_ADVICE = Reason(
    461,
    "quotes.medical_advice",
    Text(
        "L'assureur attend l'avis de son praticien conseil avant de se prononcer.",
        "The insurer waits for the advice of its own practitioner before it answers.",
    ),
    Text(
        "Le professionnel transmet les pièces demandées à l'assureur, puis fait une nouvelle demande.",
        "The practice sends the insurer the documents it asks for, then requests again.",
    ),
    Actor.PROFESSIONAL,
)
PRICE_TOO_HIGH = Reason(
    462,
    "quotes.price_too_high",
    Text(
        "L'assureur juge le prix supérieur à ce que prévoit sa convention.",
        "The insurer finds the price above what its agreement provides.",
    ),
    Text("Corrigez le prix, puis faites une nouvelle demande.", "Correct the price, then request again."),
    Actor.PROFESSIONAL,
)
NOT_IN_QUOTE = Reason(
    463,
    "quotes.not_in_quote",
    Text(
        "Cet acte n'est pas de ceux que ce numéro garantit, et le droit n'est pas ouvert sans lui.",
        "This act is not among those that this number guarantees, and the right is not open without it.",
    ),
    Text(
        "Facturez les actes du devis ; pour les autres, interrogez les droits du patient.",
        "Invoice the acts of the quote; for the others, ask about the patient's rights.",
    ),
    Actor.PROFESSIONAL,
)
AS_QUOTED = Reason(
    464,
    "quotes.as_quoted",
    Text(
        "Le montant payé est celui qui a été promis sur le devis.", "The amount paid is the one promised on the quote."
    ),
    Text("Rien à faire : l'engagement est tenu.", "Nothing to do: the promise is kept."),
    Actor.NOBODY,
    Retry.NEVER,
)
NO_SUCH_QUOTE = Reason(
    470,
    "quotes.no_such_quote",
    Text(
        "Aucun devis de ce professionnel ne porte ce numéro.",
        "No quote of this practice has this number.",
    ),
    Text(
        "Relisez le numéro de devis ou d'engagement ; il n'est connu que de qui l'a reçu.",
        "Read the number of the quote or guarantee again; only whoever received it knows it.",
    ),
    Actor.PROFESSIONAL,
)
ALREADY_BILLED = Reason(
    471,
    "quotes.already_billed",
    Text("Une facture a déjà utilisé ce devis.", "An invoice already used this quote."),
    Text(
        "Annulez d'abord la facture si les soins n'ont pas eu lieu.",
        "Cancel the invoice first if the care did not take place.",
    ),
    Actor.PROFESSIONAL,
)
NOTHING_STANDS = Reason(
    472,
    "quotes.nothing_stands",
    Text(
        "Ce devis a été refusé ou sa durée est passée : il n'y a plus rien à changer.",
        "This quote was refused, or its time is over: there is nothing left to change.",
    ),
    Text("Faites un nouveau devis.", "Make a new quote."),
    Actor.PROFESSIONAL,
)
NOT_EXTENDED = Reason(
    473,
    "quotes.not_extended",
    Text(
        "La prise en charge ne peut pas être prolongée jusque-là : droit fermé, durée maximale ou fin d'année.",
        "The promise cannot be extended that far: the right is closed, or its longest time or the year is over.",
    ),
    Text(
        "Annulez ce devis, puis faites-en un nouveau pour la nouvelle date.",
        "Cancel this quote, then make a new one for the new date.",
    ),
    Actor.PROFESSIONAL,
)
NOT_WAITING = Reason(
    480,
    "quotes.not_waiting",
    Text(
        "Cette demande n'attend pas de réponse de l'assureur.",
        "This request does not wait for an answer of the insurer.",
    ),
    Text(
        "Rien à faire : elle est déjà répondue, retirée ou échue.",
        "Nothing to do: it is already answered, withdrawn or out of time.",
    ),
    Actor.INSURER,
    Retry.NEVER,
)
ABOVE_COST = Reason(
    481,
    "quotes.above_cost",
    Text(
        "Le montant accordé dépasse ce qui reste après la part obligatoire.",
        "The amount granted is above what is left after the compulsory share.",
    ),
    Text("Accordez au plus ce reste.", "Grant at most what is left."),
    Actor.INSURER,
)
ABOVE_CEILING = Reason(
    482,
    "quotes.above_ceiling",
    Text(
        "Le montant accordé dépasse ce qui reste du plafond annuel.",
        "The amount granted is above what is left of the annual ceiling.",
    ),
    Text(
        "Accordez au plus ce qui reste du plafond, ou refusez la demande.",
        "Grant at most what is left of the ceiling, or refuse the request.",
    ),
    Actor.INSURER,
)
VALIDITY_WRONG = Reason(
    483,
    "quotes.validity_wrong",
    Text(
        "La durée accordée finit avant les soins prévus, ou après la durée maximale du produit.",
        "The validity granted ends before the care foreseen, or after the longest time of the product.",
    ),
    Text("Donnez une date entre les deux.", "Give a day between the two."),
    Actor.INSURER,
)
ANSWER_UNCLEAR = Reason(
    484,
    "quotes.answer_unclear",
    Text(
        "Une réponse accorde un montant, ou refuse avec un motif de la liste : l'un des deux.",
        "An answer grants an amount, or refuses with a reason of the list: one of the two.",
    ),
    Text(
        "Répondez par un montant positif, ou par refused_by_insurer, medical_advice ou price_too_high.",
        "Answer with a positive amount, or with refused_by_insurer, medical_advice or price_too_high.",
    ),
    Actor.INSURER,
)
MESSAGE_WRONG = Reason(
    490,
    "quotes.message_wrong",
    Text("Cette ligne du fichier ne peut pas être lue.", "This line of the file cannot be read."),
    Text(
        "Corrigez le champ indiqué ; docs/formats/quotes.md décrit le format.",
        "Correct the field that is named; docs/formats/quotes.md describes the format.",
    ),
    Actor.PROFESSIONAL,
)
FILE_UNREADABLE = Reason(
    491,
    "quotes.file_unreadable",
    Text("Ce fichier n'est pas du texte en UTF-8.", "This file is not text in UTF-8."),
    Text("Enregistrez-le en UTF-8 et renvoyez-le.", "Save it as UTF-8 and send it again."),
    Actor.PROFESSIONAL,
)

CATALOGUE = Catalogue(
    OTHER_PRACTICE,
    PROOF_TOO_WEAK,
    REFERENCE_WRONG,
    REFERENCE_TWICE,
    CARE_PAST,
    CARE_TOO_FAR,
    TWO_YEARS,
    NO_PRISE_EN_CHARGE,
    NOTHING_TO_PROMISE,
    REFUSED_BY_INSURER,
    MEDICAL_ADVICE,
    PRICE_TOO_HIGH,
    NOT_IN_QUOTE,
    AS_QUOTED,
    NO_SUCH_QUOTE,
    ALREADY_BILLED,
    NOTHING_STANDS,
    NOT_EXTENDED,
    NOT_WAITING,
    ABOVE_COST,
    ABOVE_CEILING,
    VALIDITY_WRONG,
    ANSWER_UNCLEAR,
    MESSAGE_WRONG,
    FILE_UNREADABLE,
)
BY_INSURER = (REFUSED_BY_INSURER, MEDICAL_ADVICE, PRICE_TOO_HIGH)
"""Why an insurer may refuse."""
