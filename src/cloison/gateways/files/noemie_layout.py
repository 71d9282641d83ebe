"""Where everything is in a NOEMIE-PS return: one table per entity, 27 of them.

An entity is its type on three positions, its level on two, its fields, and `@`. Records 000 and 999 have 128 positions
and no `@`. Source r22 and r28, vintage before 2016: the entity trees of the references in use today (580, 578R, 908R)
are not public, so the levels marked `profile` and the text of the level identifiers are this project's own, and the
reader accepts any order. Amounts are cents; a sign P or N stands in a byte of its own.
"""

from cloison.errors import Text
from cloison.gateways.files.layout import Field, Layout, field

END = b"@"
RECORD_LENGTH = 128
PROFILE = "CL01"
"""Exchange reference of returns written here: not an official one."""

AMC, PAYEE, INVOICE, LINE, CONTROL = "01", "02", "03", "04", "99"
"""Levels. 01, 02 and 99 are documented; 03 and 04 belong to the profile."""


def _parties(receiver_default: str) -> tuple[Field, ...]:
    return (
        field(4, 2, "A", "sender_type", "type d'émetteur", "type of sender", "S r22", "OT"),
        field(6, 14, "N", "sender", "numéro émetteur", "number of sender", "S r22"),
        field(20, 6, "A", "sender_program", "programme émetteur", "program of sender", "S r22"),
        field(26, 2, "A", "receiver_type", "type de destinataire", "type of receiver", "S r22", receiver_default),
        field(28, 14, "N", "receiver", "numéro destinataire", "number of receiver", "S r22"),
        field(42, 6, "A", "receiver_program", "programme destinataire", "program of receiver", "S r22"),
        field(48, 2, "A", "exchange", "application, type d'échange", "application, type of exchange", "S r22", "NO"),
        field(50, 6, "A", "file_id", "identifiant du fichier", "identifier of the file", "S r22"),
    )


HEADER = Layout(
    27, "000", Text("En-tête de retour", "Return header"), RECORD_LENGTH,
    (
        field(1, 3, "K", "type", "type", "type", "S r22", "000"),
        *_parties("TP"),
        field(56, 6, "D", "created", "date de création", "creation date", "S r22"),
        field(62, 4, "A", "norm", "norme, référence d'échange", "norm, exchange reference", "S r22", PROFILE),
        field(66, 2, "A", "version", "version", "version", "S r22", "01"),
        field(68, 1, "A", "compression", "compression", "compression", "S r22"),
        field(69, 1, "A", "encryption", "chiffrement O/N", "encryption O/N", "S r22", "N"),
        field(70, 1, "A", "currency", "monnaie, U = euro", "currency, U = euro", "S r22", "U"),
        field(71, 1, "A", "flow", "flux : R réel, T test, D démonstration", "flow: R real, T test, D demo", "S r22"),
        field(72, 11, "A", "filler_72", "réserve", "filler", "S r22"),
        field(83, 3, "N", "record_length", "longueur d'enregistrement", "record length", "S r22", "128"),
        field(86, 6, "A", "password", "mot de passe (jamais lu)", "password (never read)", "S r22"),
        field(92, 37, "A", "message", "message", "message", "S r22"),
    ),
)  # fmt: skip

TRAILER = Layout(
    1, "999", Text("Fin de retour", "Return trailer"), RECORD_LENGTH,
    (
        field(1, 3, "K", "type", "type", "type", "S r22", "999"),
        *_parties("TP"),
        field(56, 8, "N", "record_count", "nombre d'enregistrements", "number of records", "S r22"),
        field(64, 1, "A", "flow", "type de flux", "type of flow", "S r22"),
        field(65, 18, "A", "filler_65", "réserve", "filler", "S r22"),
        field(83, 3, "N", "batch_count", "nombre de lots (ici de virements)", "number of batches (here transfers)",
              "S r22, profile"),
        field(86, 11, "M", "total", "total du fichier", "total of the file", "S r22"),
        field(97, 1, "A", "sign", "signe P/N", "sign P/N", "S r22", "P"),
        field(98, 11, "M", "other_total", "total en autre monnaie", "total in another currency", "S r22"),
        field(109, 20, "A", "filler_109", "réserve", "filler", "S r22"),
    ),
)  # fmt: skip


def _entity(number: int, code: str, level: str, length: int, fr: str, en: str, *fields: Field) -> Layout:
    """Type, level, fields, `@`."""
    documented = "S r22 r28" if level in (AMC, PAYEE, CONTROL) else "profile"
    start = (
        field(1, 3, "K", "type", "type d'entité", "type of entity", "S r22 r28", code),
        field(4, 2, "N", "level", "niveau de rupture", "level", documented, level),
    )
    end = field(length, 1, "K", "end", "fin d'entité", "end of entity", "S r22 r28", "@")
    return Layout(number, code, Text(fr, en), length, (*start, *fields, end))


def _f(position: int, width: int, kind: str, name: str, fr: str, en: str, default: str | None = None) -> Field:
    return field(position, width, kind, name, fr, en, "S r22", default)


def _line_number() -> Field:
    return field(6, 2, "N", "line", "ligne (00 au-delà de 99)", "line (00 beyond 99)", "S r22, profile")


E010 = _entity(
    2, "010", AMC, 14, "AMC", "AMC",
    _f(6, 7, "N", "amc", "numéro AMC", "AMC number"),
    _f(13, 1, "N", "amc_key", "clé", "key"),
)  # fmt: skip
E020 = _entity(
    3, "020", AMC, 21, "Mandataire", "Agent",
    _f(6, 15, "A", "payee", "numéro du destinataire du paiement", "number of the payment's addressee"),
)  # fmt: skip
E040 = _entity(
    4, "040", PAYEE, 21, "Destinataire du paiement", "Payee",
    _f(6, 15, "A", "payee", "numéro du destinataire du paiement", "number of the payment's addressee"),
)  # fmt: skip
E070 = _entity(
    5, "070", PAYEE, 12, "Date", "Date", _f(6, 6, "D", "date", "date comptable", "accounting date")
)  # fmt: skip
E071 = _entity(
    6, "071", PAYEE, 86, "Virement", "Transfer",
    _f(6, 6, "D", "date", "date comptable ou de virement", "accounting or transfer date"),
    _f(12, 32, "A", "label_1", "libellé 1 du virement", "transfer label 1"),
    _f(44, 32, "A", "label_2", "libellé 2 du virement", "transfer label 2"),
    _f(76, 10, "A", "paying_body", "organisme payeur", "paying body"),
)  # fmt: skip
E080 = _entity(
    7, "080", INVOICE, 15, "Lot", "Batch",
    _f(6, 6, "D", "batch_date", "date du lot", "batch date"),
    _f(12, 3, "N", "batch", "numéro de lot", "batch number"),
)  # fmt: skip
E081 = _entity(
    8, "081", PAYEE, 22, "Type de retour", "Type of return",
    _f(6, 2, "N", "return_type",
       "01 électronique, 02 papier, 03 occasionnel ou forfait, 04 rappels, 05 retenues",
       "01 electronic, 02 paper, 03 occasional or flat, 04 recalls, 05 deductions", "01"),
    _f(8, 14, "A", "place", "lieu d'exécution", "place of act"),
)  # fmt: skip
E100 = _entity(
    9, "100", INVOICE, 15, "Facture", "Invoice", _f(6, 9, "N", "invoice_number", "numéro de facture", "invoice number")
)  # fmt: skip
E102 = _entity(
    10, "102", INVOICE, 40, "Facture détaillée", "Invoice in detail",
    _f(6, 9, "N", "invoice_number", "numéro de facture", "invoice number"),
    _f(15, 6, "A", "complement", "complément", "complement"),
    _f(21, 3, "N", "batch", "numéro de lot", "batch number"),
    _f(24, 6, "D", "batch_date", "date du lot", "batch date"),
    _f(30, 1, "A", "kind", "type : A flux AMC, B B2, C papier AMC, D DRE, E rappel, F FSE, P papier",
       "type: A AMC flow, B B2, C AMC paper, D DRE, E recall, F FSE, P paper", "B"),
    _f(31, 6, "D", "invoice_date", "date de la facture", "invoice date"),
    _f(37, 1, "A", "treatment", "traitement de la part AMC : A F éclatée par OCT, C coordonnée, E éclatée au poste, "
       "N image décompte, V virement séparé",
       "treatment of the AMC part: A F split by OCT, C coordinated, E split on workstation, N statement image, "
       "V separate transfer"),
    _f(38, 2, "A", "nature", "nature d'assurance", "nature of insurance", "AS"),
)  # fmt: skip
E103 = _entity(
    11, "103", INVOICE, 152, "Personnes (jamais écrite ici)", "Persons (never written here)",
    _f(6, 13, "A", "nir", "NIR", "NIR"),
    _f(19, 2, "A", "nir_key", "clé", "key"),
    _f(21, 25, "A", "birth_name", "nom de naissance", "birth name"),
    _f(46, 25, "A", "used_name", "nom d'usage", "used name"),
    _f(71, 15, "A", "first_name", "prénom", "first name"),
    _f(86, 13, "A", "own_nir", "NIR propre", "own NIR"),
    _f(99, 2, "A", "own_nir_key", "clé", "key"),
    _f(101, 6, "D", "birth_date", "date de naissance (texte)", "birth date (text)"),
    _f(107, 1, "N", "birth_rank", "rang de naissance", "birth rank"),
    _f(108, 25, "A", "name", "nom", "name"),
    _f(133, 15, "A", "name_first", "prénom", "first name"),
    _f(148, 4, "A", "unit", "unité de gestion", "management unit"),
)  # fmt: skip
E110 = _entity(
    12, "110", INVOICE, 88, "Assuré (jamais écrite ici)", "Insured (never written here)",
    _f(6, 13, "A", "nir", "NIR", "NIR"),
    _f(19, 2, "A", "nir_key", "clé", "key"),
    _f(21, 1, "A", "name_kind", "nature du nom M/P/U", "kind of name M/P/U"),
    _f(22, 25, "A", "name", "nom", "name"),
    _f(47, 26, "A", "filler_47", "réserve", "filler"),
    _f(73, 15, "A", "first_name", "prénom", "first name"),
)  # fmt: skip
E120 = _entity(
    13, "120", INVOICE, 57, "Bénéficiaire (jamais écrite ici)", "Patient (never written here)",
    _f(6, 6, "D", "birth_date", "date de naissance (texte)", "birth date (text)"),
    _f(12, 1, "N", "birth_rank", "rang de naissance", "birth rank"),
    _f(13, 25, "A", "name", "nom", "name"),
    _f(38, 15, "A", "first_name", "prénom", "first name"),
    _f(53, 4, "A", "unit", "unité de gestion", "management unit"),
)  # fmt: skip
E150 = _entity(
    14, "150", INVOICE, 8, "Nature d'assurance", "Insurance",
    _f(6, 2, "A", "nature", "AS maladie, AM maternité, AT accident du travail",
       "AS illness, AM maternity, AT work accident", "AS"),
)  # fmt: skip
E160 = _entity(
    15, "160", INVOICE, 23, "Archivage", "Archive", _f(6, 17, "A", "archive", "numéro d'archivage", "archive number")
)  # fmt: skip
_STATE = ("état : espace aucun, P payé, R rejeté, D différé", "state: space none, P paid, R rejected, D deferred")
E198 = _entity(
    16, "198", INVOICE, 24, "Part AMO", "AMO part",
    _f(6, 8, "M", "asked", "montant demandé", "amount asked"),
    _f(14, 1, "A", "state", *_STATE),
    _f(15, 8, "M", "paid", "montant payé", "amount paid"),
    _f(23, 1, "A", "sign", "signe P/N", "sign P/N", "P"),
)  # fmt: skip
E199 = _entity(
    17, "199", INVOICE, 49, "Part AMC", "AMC part",
    _f(6, 8, "M", "asked", "montant demandé", "amount asked"),
    _f(14, 1, "A", "state", *_STATE),
    _f(15, 8, "M", "paid", "montant payé", "amount paid"),
    _f(23, 1, "A", "sign", "signe P/N", "sign P/N", "P"),
    _f(24, 10, "A", "amc_number", "numéro AMC", "AMC number"),
    _f(34, 15, "A", "member", "numéro d'adhérent (laissé vide ici)", "member id (left empty here)"),
)  # fmt: skip


def _act_lines(number: int, code: str, fr: str, en: str, shift: int, *own: Field, after: tuple[Field, ...]) -> Layout:
    """210 and 220: the same fields, six positions apart until the hospital's own."""
    return _entity(
        number, code, LINE, 118, fr, en,
        _line_number(),
        _f(8, 2, "A", "management", "code de gestion", "management code"),
        _f(10, 1, "A", "exoneration", "justification d'exonération", "reason of exoneration"),
        _f(11, 2, "A", "mt", "mode de traitement", "mode of treatment"),
        _f(13, 3, "A", "dmt", "discipline médico-tarifaire", "medical tariff discipline"),
        *own,
        _f(22 - shift, 6, "D", "start_date", "début des soins", "start of care"),
        _f(28 - shift, 6, "D", "end_date", "fin des soins", "end of care"),
        _f(34 - shift, 8, "M", "unit_price", "prix unitaire", "unit price"),
        _f(42 - shift, 8, "M", "base", "base", "base"),
        _f(50 - shift, 3, "N", "rate", "taux", "rate"),
        _f(53 - shift, 8, "M", "reimbursed", "montant remboursé AMO", "AMO amount reimbursed"),
        _f(61 - shift, 1, "A", "sign", "signe P/N, de la ligne", "sign P/N, of the line", "P"),
        _f(62 - shift, 3, "A", "code", "nature de prestation", "act code"),
        _f(65 - shift, 2, "A", "complement",
           "complément d'acte : N nuit, F férié, E examen, P présent, S sortie, T transfert",
           "act complement: N night, F holiday, E exam, P present, S exit, T transfer"),
        _f(67 - shift, 3, "N", "quantity", "quantité", "quantity"),
        _f(70 - shift, 5, "N", "coefficient", "coefficient, 3 + 2 décimales", "coefficient, 3 + 2 decimals"),
        _f(75 - shift, 3, "N", "count", "dénombrement", "count"),
        _f(78 - shift, 8, "M", "expense", "dépense", "expense"),
        _f(86 - shift, 2, "A", "qualifier",
           "qualificatif : AT, DD, DE, DP, DF, ED, GR gratuit, NR non remboursable, S, TM",
           "qualifier: AT, DD, DE, DP, DF, ED, GR free, NR not reimbursable, S, TM"),
        *after,
        _f(88, 3, "N", "local_rate", "Alsace-Moselle, taux", "Alsace-Moselle, rate"),
        _f(91, 8, "M", "local_amount", "Alsace-Moselle, montant", "Alsace-Moselle, amount"),
        _f(99, 3, "N", "amc_rate", "AMC, taux", "AMC, rate"),
        _f(102, 8, "M", "amc_amount", "AMC, montant", "AMC, amount"),
        _f(110, 8, "M", "amc_base", "AMC, base", "AMC, base"),
    )  # fmt: skip


E210 = _act_lines(
    18, "210", "Acte", "Professional act", 0,
    _f(16, 6, "D", "prescription_date", "date de prescription", "prescription date"),
    after=(),
)  # fmt: skip
E220 = _act_lines(
    19, "220", "Ligne hospitalière", "Hospital line", 6,
    after=(
        _f(82, 5, "N", "hospital_coefficient", "coefficient hospitalier", "hospital coefficient"),
        _f(87, 1, "A", "flat_fee", "code forfait", "flat-fee code"),
    ),
)  # fmt: skip
E250 = _entity(
    20, "250", PAYEE, 47, "Retenue", "Deduction",
    _line_number(),
    _f(8, 10, "A", "reference", "référence de la créance", "debt reference"),
    _f(18, 6, "D", "date", "date de la créance", "debt date"),
    _f(24, 3, "A", "debt", "nature de la créance (IND indu, IEC erreur comptable, APR avance, REL solde...)",
       "nature of the debt (IND overpaid, IEC accounting error, APR advance, REL balance...)"),
    _f(27, 3, "A", "operation", "opération (CIN première, PAI paiement, RPR retenue sur paiement, ANT annulée...)",
       "operation (CIN first record, PAI payment, RPR deducted from payment, ANT cancelled...)"),
    _f(30, 8, "M", "amount", "montant", "amount"),
    _f(38, 1, "A", "sign", "signe P/N", "sign P/N", "N"),
    _f(39, 8, "M", "balance", "solde", "balance"),
)  # fmt: skip
E261 = _entity(
    21, "261", PAYEE, 19, "Forfait", "Flat payment",
    _f(6, 5, "A", "code", "code", "code"),
    _f(11, 8, "M", "amount", "montant", "amount"),
)  # fmt: skip
E262 = _entity(
    22, "262", PAYEE, 134, "Détail de forfait", "Detail of a flat payment",
    _f(6, 5, "A", "code", "code", "code"),
    _f(11, 80, "A", "label", "libellé", "label"),
    _f(91, 13, "A", "nir", "NIR", "NIR"),
    _f(104, 2, "A", "nir_key", "clé", "key"),
    _f(106, 6, "D", "birth_date", "date de naissance (texte)", "birth date (text)"),
    _f(112, 1, "N", "birth_rank", "rang de naissance", "birth rank"),
    _f(113, 1, "A", "period", "période : A an, S semestre, T trimestre, M mois, H semaine, P unique",
       "period: A year, S half-year, T quarter, M month, H week, P single"),
    _f(114, 6, "D", "start_date", "du", "from"),
    _f(120, 6, "D", "end_date", "au", "to"),
    _f(126, 8, "M", "amount", "montant", "amount"),
)  # fmt: skip
E290 = _entity(
    23, "290", LINE, 98, "Rejet ou signalement", "Reject or notice",
    _line_number(),
    _f(8, 10, "A", "code", "code", "code"),
    _f(18, 80, "A", "label", "libellé", "label"),
)  # fmt: skip
E294 = _entity(
    24, "294", INVOICE, 153, "Rejet", "Reject",
    _f(6, 4, "A", "code", "code du rejet", "reject code"),
    _f(10, 86, "A", "label", "libellé", "label"),
    _f(96, 1, "A", "reject_level", "niveau : F facture, L ligne, A détaillé",
       "level: F invoice, L line, A detailed code"),
    _f(97, 1, "A", "part", "part : C complémentaire, O obligatoire ou les deux",
       "part: C complementary, O compulsory or both", "C"),
    _f(98, 5, "A", "nature", "nature de l'acte", "act nature"),
    _f(103, 6, "D", "date", "date de l'acte", "act date"),
    _f(109, 9, "A", "performer", "exécutant", "performer"),
    _f(118, 3, "N", "line", "ligne", "line"),
    _f(121, 2, "N", "rank", "rang du rejet", "rank of reject"),
    _f(123, 30, "A", "extra", "texte complémentaire", "extra text"),
)  # fmt: skip
E295 = _entity(
    25, "295", INVOICE, 135, "Commentaire", "Comment",
    _f(6, 1, "A", "code", "code", "code"),
    _f(7, 128, "A", "text", "texte", "text"),
)  # fmt: skip
E990 = _entity(
    26, "990", CONTROL, 43, "Contrôle de niveau", "Control of a level",
    field(6, 17, "A", "level_id", "identifiant du niveau fermé", "identifier of the level it closes",
          "S r22, text profile"),
    _f(23, 8, "N", "counter", "nombre du niveau inférieur", "number of the level below"),
    _f(31, 11, "M", "sum", "somme du niveau inférieur", "sum of the level below"),
    _f(42, 1, "A", "sign", "signe P/N", "sign P/N", "P"),
)  # fmt: skip

ENTITIES = (
    E010, E020, E040, E070, E071, E080, E081, E100, E102, E103, E110, E120, E150, E160, E198, E199, E210, E220, E250,
    E261, E262, E290, E294, E295, E990,
)  # fmt: skip
LAYOUTS = (HEADER, *ENTITIES, TRAILER)
BY_CODE = {layout.code.encode(): layout for layout in ENTITIES}

PERSONAL = {"nir", "nir_key", "own_nir", "own_nir_key", "name", "birth_name", "used_name", "first_name", "name_first",
            "birth_date", "birth_rank", "member"}  # fmt: skip
"""Fields that identify a person: read when a foreign return has them, never written here."""
