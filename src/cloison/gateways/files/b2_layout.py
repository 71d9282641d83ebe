"""Where everything is in a B2 record: one table per type of record, 128 positions each.

Evidence: `S2` two independent sources agree, `S r22` or `S r23` one source, `D` derived, `NF` meaning not found
(bytes kept on reading, the default of a public generator written), `profile` this project's own choice where the
public layout is silent. Labels of type `NF` carry no name because none is known.
"""

from cloison.errors import Text
from cloison.gateways.files.layout import Field, Layout, field, field_namer

LENGTH = 128
BATCHES_MAX = 999
INVOICES_MAX = 999
"""Per batch: record 6 counts them on three positions."""
LINES_MAX = 999
"""Per invoice: record 5 counts them on three positions."""

_PARTIES = (
    field(4, 2, "A", "sender_type", "type d'émetteur", "type of sender", "S r22", "TE"),
    field(6, 14, "N", "sender", "numéro émetteur", "number of sender", "S r22"),
    field(20, 6, "A", "sender_program", "programme émetteur", "program of sender", "S r22"),
    field(26, 2, "A", "receiver_type", "type de destinataire", "type of receiver", "S r22"),
    field(28, 14, "N", "receiver", "numéro destinataire", "number of receiver", "S r22"),
    field(42, 6, "A", "receiver_program", "programme destinataire", "program of receiver", "S r22"),
    field(48, 2, "A", "exchange", "application, type d'échange", "application, type of exchange", "S r22", "TR"),
    field(50, 6, "A", "file_id", "identifiant du fichier", "identifier of the file", "S r22"),
)

HEADER = Layout(
    1, "000", Text("En-tête de fichier", "File header"), LENGTH,
    (
        field(1, 3, "K", "type", "type d'enregistrement", "type of record", "S r22", "000"),
        *_PARTIES,
        field(56, 6, "D", "created", "date de création", "creation date", "S r22"),
        field(62, 4, "A", "norm", "norme", "norm", "S r22", "CP"),
        field(66, 2, "K", "version", "version", "version", "S r22", "B2"),
        field(68, 15, "A", "filler_68", "réserve", "filler", "S r22"),
        field(83, 3, "K", "record_length", "longueur d'enregistrement", "record length", "S r22", "128"),
        field(86, 6, "A", "password", "mot de passe (jamais lu)", "password (never read)", "S r22"),
        field(92, 37, "A", "message", "message", "message", "S r22"),
    ),
)  # fmt: skip

BATCH = Layout(
    2, "1", Text("En-tête de lot", "Batch header"), LENGTH,
    (
        field(1, 1, "K", "type", "type d'enregistrement", "type of record", "S r22", "1"),
        field(2, 9, "N", "practice_number", "numéro émetteur", "number of issuer", "S r22"),
        field(11, 6, "A", "filler_11", "réserve", "filler", "S r22"),
        field(17, 3, "N", "caisse", "caisse", "caisse", "S r22"),
        field(20, 3, "N", "number", "numéro de lot", "batch number", "S r22"),
        field(23, 3, "N", "category", "catégorie", "category", "S r22"),
        field(26, 2, "N", "legal_status", "statut juridique", "legal status", "S r22"),
        field(28, 2, "N", "tariff_mode", "mode de tarif", "mode of tariff", "S r22", "05"),
        field(30, 40, "A", "name", "raison sociale", "name of the practice", "S r22"),
        field(70, 2, "K", "version", "version", "version", "S r22", "B2"),
        field(72, 6, "D", "date", "date du lot", "date of the batch", "S r22"),
        field(78, 1, "A", "filler_78", "réserve", "filler", "S r22"),
        field(79, 2, "A", "norm", "norme", "norm", "S r22", "CP"),
        field(81, 1, "A", "filler_81", "réserve", "filler", "S r22"),
        field(82, 6, "K", "constant_82", "constante", "constant", "S r22", "062007"),
        field(88, 1, "K", "currency", "monnaie, U = euro", "currency, U = euro", "S r22", "U"),
        field(89, 40, "A", "filler_89", "réserve", "filler", "S r22"),
    ),
)  # fmt: skip


def _invoice_key(kind: str, evidence: str = "S2 r22 r23") -> tuple[Field, ...]:
    """Positions 1 to 38, the same from record 2 to record 5: whose invoice this is."""
    return (
        field(1, 1, "K", "type", "type d'enregistrement", "type of record", evidence, kind),
        field(2, 9, "N", "practice_number", "numéro émetteur", "number of issuer", evidence),
        field(11, 1, "A", "filler_11", "réserve", "filler", evidence),
        field(12, 13, "A", "nir", "NIR de l'assuré", "NIR of the insured", evidence),
        field(25, 2, "N", "nir_key", "clé du NIR", "key of the NIR", evidence),
        field(27, 3, "N", "rank", "rang du bénéficiaire", "rank of the beneficiary", evidence),
        field(30, 9, "N", "invoice_number", "numéro de facture", "invoice number", evidence),
    )


INVOICE = Layout(
    3, "2", Text("En-tête de facture", "Invoice header"), LENGTH,
    (
        *_invoice_key("2"),
        field(39, 1, "N", "operation", "nature d'opération", "nature of operation", "S2 r22 r23", "1"),
        field(40, 9, "N", "patient_file", "numéro d'entrée ou de dossier", "entry or patient file", "S2 r22 r23"),
        field(49, 2, "N", "grand_regime", "grand régime", "main scheme", "S2 r22 r23"),
        field(51, 3, "N", "caisse", "caisse", "caisse", "S2 r22 r23"),
        field(54, 4, "N", "centre", "centre", "centre", "S2 r22 r23"),
        field(58, 1, "N", "unknown_58", "non nommé", "unnamed", "NF", "3"),
        field(59, 6, "D", "invoice_date", "date de la facture", "date of the invoice", "S2 r22 r23"),
        field(65, 6, "N", "unknown_65", "non nommé", "unnamed", "NF"),
        field(71, 3, "N", "destination", "organisme de destination", "destination organism", "S2 r22 r23"),
        field(74, 3, "N", "unknown_74", "non nommé", "unnamed", "NF"),
        field(77, 2, "N", "nature_assurance", "nature d'assurance", "nature of insurance", "S2 r22 r23", "10"),
        field(79, 1, "N", "exoneration", "justification d'exonération", "reason of exoneration", "S2 r22 r23"),
        field(80, 6, "D", "start_date", "date (début de facture)", "date (start of invoice)", "S2 r22 r23"),
        field(86, 9, "N", "accident", "accident du travail", "work accident", "S2 r22 r23"),
        field(95, 1, "A", "filler_95", "réserve", "filler", "S2 r22 r23"),
        field(96, 6, "D", "birth_date", "date de naissance (texte)", "birth date (text)", "S2 r22 r23"),
        field(102, 1, "N", "birth_rank", "rang de naissance", "birth rank", "S2 r22 r23", "1"),
        field(103, 6, "D", "entry_date", "date d'entrée", "entry date", "S2 r22 r23"),
        field(109, 6, "D", "exit_date", "date de sortie", "exit date", "S2 r22 r23"),
        field(115, 2, "N", "unknown_115", "non nommé", "unnamed", "NF", "01"),
        field(117, 2, "N", "contract_type", "type de contrat OC", "type of AMC contract", "S2 r22 r23"),
        field(119, 10, "A", "amc_number", "numéro OC, ou M en 128", "AMC number, or M in 128", "S2 r22 r23"),
    ),
)  # fmt: skip

INVOICE_DETAIL = Layout(
    4, "2S", Text("Complément de facture", "Invoice complement"), LENGTH,
    (
        *_invoice_key("2", "D"),
        field(39, 1, "K", "letter", "lettre du complément", "letter of the complement", "profile", "S"),
        field(40, 10, "A", "unknown_40", "non nommé", "unnamed", "NF"),
        field(50, 13, "A", "own_nir", "NIR propre du bénéficiaire", "the beneficiary's own NIR", "S r23"),
        field(63, 2, "A", "own_nir_key", "clé du NIR propre", "key of the own NIR", "S r23"),
        field(65, 20, "A", "engagement", "numéro d'engagement", "guarantee number", "profile"),
        field(85, 36, "A", "unknown_85", "non nommé", "unnamed", "NF"),
        field(121, 1, "A", "pathway", "parcours de soins", "care pathway", "S r23"),
        field(122, 7, "A", "unknown_122", "non nommé", "unnamed", "NF"),
    ),
)  # fmt: skip

LINE = Layout(
    5, "3", Text("Ligne de prestation", "Service line"), LENGTH,
    (
        *_invoice_key("3"),
        field(39, 2, "N", "mt", "mode de traitement", "mode of treatment", "S2 r22 r23", "07"),
        field(41, 3, "N", "dmt", "discipline médico-tarifaire", "medical tariff discipline", "S2 r22 r23"),
        field(44, 6, "D", "start_date", "date de début", "start date", "S2 r22 r23"),
        field(50, 6, "D", "end_date", "date de fin", "end date", "S2 r22 r23"),
        field(56, 5, "A", "code", "code acte", "act code", "S2 r22 r23"),
        field(61, 3, "N", "quantity", "quantité", "quantity", "S2 r22 r23"),
        field(64, 1, "A", "exoneration", "justification d'exonération", "reason of exoneration", "S2 r22 r23"),
        field(65, 5, "N", "coefficient", "coefficient, 3 + 2 décimales", "coefficient, 3 + 2 decimals", "S2 r22 r23"),
        field(70, 1, "A", "intermediate", "type de prestation intermédiaire", "type of intermediate service", "D"),
        field(71, 5, "N", "mco_coefficient", "coefficient MCO, 1 + 4 décimales", "MCO coefficient, 1 + 4 decimals",
              "S2 r22 r23", "10000"),
        field(76, 7, "M", "unit_price", "prix unitaire", "unit price", "S2 r22 r23"),
        field(83, 8, "M", "base", "base de remboursement", "reimbursement base", "S2 r22 r23"),
        field(91, 3, "N", "rate", "taux, %", "rate, %", "S2 r22 r23"),
        field(94, 8, "M", "amo", "montant AMO", "AMO amount", "S2 r22 r23"),
        field(102, 8, "M", "total", "montant total", "total amount", "S2 r22 r23"),
        field(110, 4, "N", "unknown_110", "non nommé", "unnamed", "NF"),
        field(114, 3, "N", "unknown_114", "non nommé", "unnamed", "NF"),
        field(117, 1, "A", "unknown_117", "non nommé", "unnamed", "NF"),
        field(118, 2, "A", "unknown_118", "non nommé", "unnamed", "NF"),
        field(120, 1, "A", "unknown_120", "non nommé", "unnamed", "NF"),
        field(121, 1, "A", "unknown_121", "non nommé", "unnamed", "NF"),
        field(122, 7, "M", "amc", "montant AMC", "AMC amount", "S2 r22 r23"),
    ),
)  # fmt: skip

PRODUCT = Layout(
    6, "3F", Text("Produit ou appareil (LPP)", "Product or appliance (LPP)"), LENGTH,
    (
        *_invoice_key("3", "D"),
        field(39, 1, "K", "letter", "lettre du complément", "letter of the complement", "profile", "F"),
        field(40, 3, "A", "unknown_40", "non nommé", "unnamed", "NF"),
        field(43, 13, "A", "code", "code LPP", "LPP code", "S r23"),
        field(56, 14, "A", "unknown_56", "non nommé", "unnamed", "NF"),
        field(70, 2, "N", "quantity", "quantité", "quantity", "S r23"),
        field(72, 7, "M", "tariff", "tarif LPP", "LPP tariff", "S r23"),
        field(79, 7, "M", "total", "montant total", "total amount", "S r23"),
        field(86, 7, "M", "purchase_price", "prix d'achat", "purchase price", "S r23"),
        field(93, 7, "M", "unit_gap", "écart unitaire", "unit gap", "S r23"),
        field(100, 7, "M", "total_gap", "écart total", "total gap", "S r23"),
        field(107, 22, "A", "unknown_107", "non nommé", "unnamed", "NF"),
    ),
)  # fmt: skip

FEE = Layout(
    7, "4", Text("Ligne d'honoraires", "Line of fees"), LENGTH,
    (
        *_invoice_key("4", "S r23"),
        field(39, 2, "N", "mt", "mode de traitement", "mode of treatment", "S r23", "07"),
        field(41, 3, "N", "dmt", "discipline médico-tarifaire", "medical tariff discipline", "S r23"),
        field(44, 10, "A", "unknown_44", "non nommé", "unnamed", "NF"),
        field(54, 1, "A", "exoneration", "justification d'exonération", "reason of exoneration", "S r23"),
        field(55, 13, "A", "unknown_55", "non nommé", "unnamed", "NF"),
        field(68, 2, "N", "specialty", "spécialité de l'exécutant", "specialty of the performer", "S r23"),
        field(70, 6, "D", "start_date", "date des soins", "date of care", "S r23"),
        field(76, 5, "A", "code", "code acte, 4 + 1", "act code, 4 + 1", "S r23"),
        field(81, 2, "N", "quantity", "quantité", "quantity", "S r23"),
        field(83, 6, "N", "coefficient", "coefficient, 4 + 2 décimales", "coefficient, 4 + 2 decimals", "S r23"),
        field(89, 2, "N", "count", "dénombrement", "count", "S r23"),
        field(91, 7, "M", "unit_price", "prix unitaire", "unit price", "S r23"),
        field(98, 7, "M", "base", "base de remboursement", "reimbursement base", "S r23"),
        field(105, 3, "N", "rate", "taux, %", "rate, %", "S r23"),
        field(108, 7, "M", "amo", "montant AMO", "AMO amount", "S r23"),
        field(115, 8, "M", "total", "montant total", "total amount", "S r23"),
        field(123, 6, "M", "amc", "montant AMC", "AMC amount", "S r23"),
    ),
)  # fmt: skip

MEDICAL_ACT = Layout(
    8, "4M", Text("Acte technique (CCAM)", "Technical act (CCAM)"), LENGTH,
    (
        *_invoice_key("4", "D"),
        field(39, 1, "K", "letter", "lettre du complément", "letter of the complement", "profile", "M"),
        field(40, 3, "A", "unknown_40", "non nommé", "unnamed", "NF"),
        field(43, 13, "A", "code", "code CCAM", "CCAM code", "S r23"),
        field(56, 1, "A", "extension", "extension documentaire", "documentary extension", "S r23"),
        field(57, 1, "A", "activity", "activité", "activity", "S r23"),
        field(58, 1, "A", "phase", "phase", "phase", "S r23"),
        field(59, 4, "A", "modifiers", "modificateurs", "modifiers", "S r23"),
        field(63, 1, "A", "association", "association", "association", "S r23"),
        field(64, 1, "A", "conditional", "remboursement conditionnel", "conditional reimbursement", "S r23"),
        field(65, 6, "A", "unknown_65", "non nommé", "unnamed", "NF"),
        field(71, 32, "A", "teeth", "dents 1 à 16, deux positions chacune", "teeth 1 to 16, two positions each",
              "S r23"),
        field(103, 26, "A", "unknown_103", "non nommé", "unnamed", "NF"),
    ),
)  # fmt: skip

INVOICE_TOTAL = Layout(
    9, "5", Text("Total de facture", "Invoice total"), LENGTH,
    (
        *_invoice_key("5"),
        field(39, 3, "N", "announced_lines", "nombre de lignes", "number of lines", "S2 r22 r23"),
        field(42, 8, "M", "base_ph", "base des prestations (3)", "base of services (3)", "S2 r22 r23"),
        field(50, 8, "M", "amo_ph", "AMO des prestations (3)", "AMO of services (3)", "S2 r22 r23"),
        field(58, 8, "M", "fees", "honoraires facturés (4)", "fees invoiced (4)", "S2 r22 r23"),
        field(66, 8, "M", "amo_fees", "AMO des honoraires (4)", "AMO of fees (4)", "S2 r22 r23"),
        field(74, 8, "M", "participation", "participation de l'assuré avant OC", "share of the insured before AMC",
              "S2 r22 r23"),
        field(82, 8, "M", "amc_ph", "OC des prestations (3)", "AMC of services (3)", "S2 r22 r23"),
        field(90, 8, "M", "amc_fees", "OC des honoraires (4)", "AMC of fees (4)", "S2 r22 r23"),
        field(98, 17, "A", "filler_98", "réserve", "filler", "S2 r22 r23"),
        field(115, 8, "M", "total_ph", "total des prestations (3)", "total of services (3)", "S2 r22 r23"),
        field(123, 6, "A", "filler_123", "réserve", "filler", "S2 r22 r23"),
    ),
)  # fmt: skip

BATCH_TOTAL = Layout(
    10, "6", Text("Total de lot", "Batch total"), LENGTH,
    (
        field(1, 1, "K", "type", "type d'enregistrement", "type of record", "S r22", "6"),
        field(2, 9, "N", "practice_number", "numéro émetteur", "number of issuer", "S r22"),
        field(11, 3, "N", "invoice_count", "nombre de factures", "number of invoices", "S r22"),
        field(14, 4, "N", "line_count", "nombre d'actes", "number of acts", "S r22"),
        field(18, 4, "N", "count_18", "nombre (factures, écrit par r22)", "number (invoices, as r22 writes)", "S r22"),
        field(22, 3, "N", "count_22", "nombre (factures, écrit par r22)", "number (invoices, as r22 writes)", "S r22"),
        field(25, 9, "M", "total", "total du lot", "total of the batch", "S r22"),
        field(34, 9, "M", "total_34", "total du lot, répété", "total of the batch, again", "S r22"),
        field(43, 9, "M", "unknown_43", "zéros", "zeros", "S r22"),
        field(52, 3, "N", "number", "numéro de lot", "batch number", "S r22"),
        field(55, 74, "A", "filler_55", "réserve", "filler", "S r22"),
    ),
)  # fmt: skip

TRAILER = Layout(
    11, "999", Text("Fin de fichier", "File trailer"), LENGTH,
    (
        field(1, 3, "K", "type", "type d'enregistrement", "type of record", "S r22", "999"),
        *_PARTIES,
        field(56, 8, "N", "record_count", "nombre d'enregistrements, celui-ci compris",
              "number of records, this one included", "S r22"),
        field(64, 19, "A", "filler_64", "réserve", "filler", "S r22"),
        field(83, 3, "N", "batch_count", "nombre de lots", "number of batches", "S r22"),
        field(86, 43, "A", "filler_86", "réserve", "filler", "S r22"),
    ),
)  # fmt: skip

LAYOUTS = (
    HEADER, BATCH, INVOICE, INVOICE_DETAIL, LINE, PRODUCT, FEE, MEDICAL_ACT, INVOICE_TOTAL, BATCH_TOTAL, TRAILER,
)  # fmt: skip
"""In the order of a file."""

field_name = field_namer(LAYOUTS)
