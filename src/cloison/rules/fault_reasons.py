"""What is wrong with what the room is given besides acts: columns, tariff files, products, official tables.

380-384  a caller's columns, or a tariff file
385-390  breach: a product against an article; 394 too
391-393  an official table
"""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text


def _reason(number: int, code: str, words: tuple[str, str], todo: tuple[str, str], actor: Actor, basis: str) -> Reason:
    return Reason(number, f"rules.{code}", Text(*words), Text(*todo), actor, Retry.CORRECTED, basis)


_INSURER, _OPERATOR = Actor.INSURER, Actor.OPERATOR

FAULTS = Catalogue(
    _reason(
        380,
        "columns_missing",
        ("Des colonnes nécessaires manquent.", "Columns that are needed are missing."),
        ("Donnez chaque colonne nommée.", "Give each column that is named."),
        _OPERATOR,
        "Acts",
    ),
    _reason(
        381,
        "columns_wrong",
        ("Une colonne n'a pas la forme attendue.", "A column does not have the expected shape."),
        ("Corrigez la colonne nommée.", "Correct the column that is named."),
        _OPERATOR,
        "Acts",
    ),
    _reason(
        382,
        "tariff_wrong",
        ("Un fichier de barème n'est pas utilisable.", "A tariff file cannot be used."),
        ("Corrigez le fichier à l'endroit indiqué.", "Correct the file at the place that is named."),
        _OPERATOR,
        "rules/tariff",
    ),
    _reason(
        383,
        "tariff_unknown",
        ("Ce paramètre n'existe dans aucun barème.", "This parameter is in no tariff."),
        ("Corrigez le nom ou ajoutez le barème.", "Correct the name or add the tariff."),
        _OPERATOR,
        "rules/tariff",
    ),
    _reason(
        379,
        "no_value_on_day",
        ("Aucune valeur n'est connue à cette date.", "No value is known on this day."),
        ("Vérifiez la date ou complétez le barème.", "Check the date or complete the tariff."),
        _OPERATOR,
        "rules/tariff",
    ),
    _reason(
        384,
        "cell_wrong",
        ("Une cellule n'est pas lisible ; son acte est laissé de côté.", "A cell cannot be read; its act is left out."),
        ("Corrigez la cellule nommée.", "Correct the cell that is named."),
        _OPERATOR,
        "listing of acts",
    ),
    _reason(
        378,
        "tariff_stale",
        (
            "Personne n'a vérifié ce barème depuis trop longtemps.",
            "Nobody has checked this tariff for too long.",
        ),
        (
            "Relisez sa source et mettez à jour la date de vérification.",
            "Read its source again and update the day it was checked.",
        ),
        _OPERATOR,
        "rules/tariff",
    ),
    _reason(
        385,
        "product_wrong",
        ("Une ligne du produit n'est pas lisible.", "A row of the product cannot be read."),
        ("Corrigez la ligne nommée.", "Correct the row that is named."),
        _INSURER,
        "product of the insurer",
    ),
    _reason(
        386,
        "floor_missing",
        (
            "Un contrat responsable couvre tout le ticket modérateur.",
            "A contrat responsable covers the whole ticket moderateur.",
        ),
        ("Portez la garantie à 100 % TM au moins.", "Raise the guarantee to 100 % TM at least."),
        _INSURER,
        "CSS R871-2 1",
    ),
    _reason(
        387,
        "floor_limited",
        ("Un plafond peut réduire le ticket modérateur.", "A cap can cut the ticket moderateur."),
        ("Retirez le plafond de cette ligne.", "Remove the cap of this row."),
        _INSURER,
        "CSS R871-2 1",
    ),
    _reason(
        388,
        "overrun_too_high",
        ("Le dépassement hors OPTAM est trop couvert.", "Overruns outside OPTAM are covered too much."),
        ("Baissez la garantie hors OPTAM.", "Lower the guarantee outside OPTAM."),
        _INSURER,
        "CSS R871-2 2",
    ),
    _reason(
        389,
        "basket_not_full",
        ("Un panier 100 % santé n'est pas couvert en entier.", "A 100 % sante basket is not covered in full."),
        ("Portez la garantie à 100 % FR, sans plafond.", "Raise the guarantee to 100 % FR, without a cap."),
        _INSURER,
        "CSS R871-2 3",
    ),
    _reason(
        390,
        "glasses_out_of_range",
        ("Le forfait des lunettes sort des limites.", "The amount for glasses is out of range."),
        ("Ramenez le forfait entre plancher et plafond.", "Bring the amount between floor and ceiling."),
        _INSURER,
        "CSS R871-2 3",
    ),
    _reason(
        394,
        "hearing_aid_too_high",
        (
            "Une aide auditive de classe II est couverte au-delà du plafond.",
            "A hearing aid of class II is covered beyond the ceiling.",
        ),
        ("Limitez la garantie par oreille.", "Limit the guarantee for each ear."),
        _INSURER,
        "CSS R871-2 3",
    ),
    _reason(
        391,
        "release_wrong",
        ("Ce fichier n'est pas la table officielle attendue.", "This file is not the official table that is expected."),
        (
            "Téléchargez la table à nouveau ; l'ancienne reste en vigueur.",
            "Download the table again; the former one stays in force.",
        ),
        _OPERATOR,
        "official tables",
    ),
    _reason(
        392,
        "release_not_later",
        (
            "Cette publication n'est pas postérieure à la dernière : le passé ne change pas.",
            "This release is not later than the last one: the past does not change.",
        ),
        ("Donnez la date d'effet de la publication.", "Give the day from which the release applies."),
        _OPERATOR,
        "official tables",
    ),
    _reason(
        393,
        "release_row_wrong",
        ("Une ligne de la table officielle n'est pas lisible.", "A row of the official table cannot be read."),
        ("Vérifiez la ligne : la clé reste sans prix.", "Check the row: its key stays without a price."),
        _OPERATOR,
        "official tables",
    ),
)
