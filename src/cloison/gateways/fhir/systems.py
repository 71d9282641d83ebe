"""The names of systems and extensions that this gate speaks, in one place.

French identifiers that are published are used as they are. What is not public has a name of the project's own
(`urn:cloison:`), which a deployment maps when the official one arrives; docs/fhir.md lists them.
"""

NIR = ("urn:oid:1.2.250.1.213.1.4.8", "urn:oid:1.2.250.1.213.1.4.10", "urn:oid:1.2.250.1.213.1.4.11")
"""INS-NIR (production, test, demonstration): the NIR of the person, 13 digits or 15 with the key. Source: ANS."""
AMC = "urn:cloison:amc"
"""The number of a complementary insurer, as on the card. No public system was found."""
ADHERENT = "urn:cloison:adherent"
"""The member number on the card."""
PATIENT = "urn:cloison:patient"
"""What this server calls a person, to one practice: opens nothing elsewhere."""
PRACTICE = ("urn:oid:1.2.250.1.71.4.2.2", "https://finess.esante.gouv.fr", "urn:cloison:practice")
"""FINESS and the number that invoices carry."""
FINESS = "https://finess.esante.gouv.fr"
"""FINESS, as FR Core names it."""
IDENTIFIER_TYPES = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
"""Types of identifiers of FR Core: FINEG is the geographic FINESS."""
CATEGORY = "urn:cloison:categorie"
"""Kinds of practices, as they are registered: medecin_generaliste, pharmacie ..."""
SPECIALTY = "urn:cloison:specialite"
"""Specialties of doctors by the two digits of the Assurance maladie."""
DOMAIN = "urn:cloison:domaine"
"""Families of care: MED PHAR LABO AUXM TRAN RADL HOSP OPTI DENT AUDI."""
ACT = "urn:cloison:acte"
"""Codes of acts and supplies, as invoices carry them."""
REASON = "urn:cloison:reason"
"""Reasons of refusals and problems: /errors explains each."""
ENGAGEMENT = "urn:cloison:engagement"
"""Guarantee numbers."""
PROOF = "urn:cloison:proof"
"""Extension, on a request: how the practice knows the person: typed, code or card."""
MESSAGE = "urn:cloison:problem:"
"""Extensions that say of a refusal what to do, who must act, and whether to send again."""
EURO = "EUR"
INVOICE = "urn:cloison:facture"
"""The number of an invoice, 1 to 9 digits or capitals, as returns and payments carry it."""
QUOTE = "urn:cloison:devis"
"""Quote numbers."""
ANSWER = "urn:cloison:answer"
"""Identifiers of our answers: one per decision."""
RECEPTION = "urn:cloison:reception"
"""Where an invoice was received."""
OFFICIAL = "urn:cloison:officiel"
"""The name of an act or a medicine in its official table: a CIP of 13 digits, or CCAM with activity and phase."""
RELATION = "urn:cloison:relation"
"""What a Claim does to the one that it relates to: cancel, extend."""
ADJUDICATION = "urn:cloison:adjudication"
"""Amounts for which HL7 has no word: amo, asked, other, own."""
CARE = {
    "regime": "urn:cloison:regime", "alsace_moselle": "urn:cloison:alsace_moselle", "minor": "urn:cloison:minor",
    "exoneration": "urn:cloison:exoneration", "protection": "urn:cloison:protection",
    "pathway": "urn:cloison:pathway",
}  # fmt: skip
"""Extensions of a Claim: what the compulsory scheme knows of the person that day."""
CALCULATE = "urn:cloison:calculate"
"""Extension of a predetermination: true asks for a guarantee number, with what it holds."""
BASE, AMO, ASKED, OTHER = "urn:cloison:base", "urn:cloison:amo", "urn:cloison:asked", "urn:cloison:other"
"""Extensions of an item, amounts of the whole line: base and part that the compulsory scheme stated, part asked of the
complementary insurer, and what a first complementary insurer paid."""
TRIP, DEVICE = "urn:cloison:trip", "urn:cloison:device"
"""Extensions of an item, with parts: a transport; a frame, a lens or a hearing aid."""
