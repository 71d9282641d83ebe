"""What codes mean, for the person whom they are about: plain words in both languages."""

from cloison.disclosure import Fields, Proof, Purpose, Result
from cloison.errors import Text
from cloison.rules.vocabulary import Domain

DOMAINS = {
    Domain.MED: Text("Médecins", "Doctors"),
    Domain.PHAR: Text("Pharmacie", "Pharmacy"),
    Domain.LABO: Text("Laboratoire", "Laboratory"),
    Domain.AUXM: Text("Infirmiers, kinésithérapeutes, orthophonistes", "Nurses, physiotherapists, speech therapists"),
    Domain.TRAN: Text("Transport", "Transport"),
    Domain.RADL: Text("Radiologie", "Radiology"),
    Domain.HOSP: Text("Hôpital", "Hospital"),
    Domain.OPTI: Text("Lunettes et lentilles", "Glasses and lenses"),
    Domain.DENT: Text("Dentiste", "Dentist"),
    Domain.AUDI: Text("Aides auditives", "Hearing aids"),
}
CHARGED = Text("Prix facturé", "Price charged")
BASE = Text("Base de remboursement", "Base of reimbursement")
AMO_SHARE = Text("Part de l'Assurance maladie", "Share of the compulsory insurance")
AMC_SHARE = Text("Part de votre complémentaire", "Share of your complementary insurance")
OWN_SHARE = Text("Reste à votre charge", "Left to you")
PAID_FOR_YOU = Text(
    "Votre complémentaire paie sa part directement au professionnel.", "Your insurance pays its share to the practice."
)
NOTHING_LEFT = Text(
    "Votre complémentaire n'a rien à payer pour ces soins.", "Your insurance has nothing to pay for this care."
)
TAKEN_BACK = Text("Le professionnel a annulé cette facture.", "The practice has cancelled this invoice.")
REFUSED = Text("Votre complémentaire ne paie pas cette facture.", "Your insurance does not pay this invoice.")
YOU = Text("vous", "you")
YOUR_CONTRACT = Text("votre contrat", "your contract")
OPERATOR = Text("l'opérateur", "the operator")
OTHER_ACT = Text("Autre acte", "Other act")

FIELDS = {
    Fields.COVERED: Text("si vous êtes couvert", "whether you are covered"),
    Fields.VALIDITY: Text("jusqu'à quand", "until when"),
    Fields.DOMAINS: Text("pour quelles familles de soins", "for which families of care"),
    Fields.ROUTING: Text("comment facturer votre complémentaire", "how to bill your insurance"),
    Fields.ORDER: Text("si c'est votre première ou deuxième complémentaire", "whether it is your first or second one"),
    Fields.ENGAGEMENT: Text("un numéro de garantie de paiement", "a number that guarantees payment"),
    Fields.AMOUNT: Text("un montant", "an amount"),
    Fields.CEILING: Text("ce qui reste d'un plafond", "what is left of a ceiling"),
    Fields.STATEMENT: Text("le relevé des accès", "the statement of accesses"),
    Fields.CARE: Text("les soins facturés", "the care that was billed"),
}
RESULTS = {
    Result.UNSETTLED: Text("tout ce qui pouvait l'être", "all that could be told"),
    Result.COVERED: Text("couvert", "covered"),
    Result.NOT_COVERED: Text("non couvert", "not covered"),
    Result.NOT_FOUND: Text("personne inconnue", "nobody found"),
    Result.UNDETERMINED: Text("pas de réponse possible", "no answer possible"),
}
PROOFS = {
    Proof.TYPED: Text("données saisies", "typed data"),
    Proof.CODE: Text("code donné par vous", "a code that you gave"),
    Proof.CARD: Text("votre carte", "your card"),
    Proof.FILE: Text("facture de soins", "an invoice for care"),
    Proof.OWN_RECORD: Text("son propre dossier", "their own record"),
}
ACT_REASONS = {
    Purpose.ELIGIBILITY: "COVERAGE",
    Purpose.GUARANTEE: "COVERAGE",
    Purpose.CLAIM: "HPAYMT",
    Purpose.STATEMENT: "PATRQT",
    Purpose.QUOTE: "COVERAGE",
    Purpose.RECALL: "HPAYMT",
    Purpose.REIMBURSEMENT: "PATRQT",
}
"""Codes of HL7's list of reasons for acts, where one fits."""


def domain(number: int) -> Text | None:
    """A family of care in words; None for a line that is about none."""
    return DOMAINS.get(Domain(number)) if number in list(Domain) else None


def fields(told: Fields) -> list[Text]:
    """What an answer held, in words."""
    return [words for each, words in FIELDS.items() if each in told]
