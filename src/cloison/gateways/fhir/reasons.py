"""Why a FHIR document cannot be read, or not acted upon (numbers 900-919). Lower numbers take precedence."""

from cloison.errors import Actor, Catalogue, Reason, Text

CORRECT = Text(
    "Corrigez cet élément d'après la définition FHIR R4 de la ressource et renvoyez-la.",
    "Correct this element after the FHIR R4 definition of the resource and send it again.",
)


def _reason(number: int, code: str, fr: str, en: str, action: Text = CORRECT, status: int = 422) -> Reason:
    return Reason(number, code, Text(fr, en), action, Actor.PROFESSIONAL, basis="HL7 FHIR R4 4.0.1", status=status)


TOO_LARGE = _reason(
    900,
    "fhir.too_large",
    "Le document est trop grand.",
    "The document is too large.",
    Text("Répartissez-le en plusieurs envois.", "Split it into several requests."),
    413,
)
NOT_JSON = _reason(
    901,
    "fhir.not_json",
    "Le document n'est pas du JSON bien formé en UTF-8.",
    "The document is not well-formed JSON in UTF-8.",
    Text("Corrigez l'écriture du JSON et renvoyez.", "Correct how the JSON is written and send again."),
    400,
)
TOO_DEEP = _reason(
    902,
    "fhir.too_deep",
    "Le document est trop imbriqué.",
    "The document is nested too deep.",
    Text("Aplatissez-le : 64 niveaux suffisent à tout échange.", "Flatten it: 64 levels are enough for any exchange."),
    400,
)
DUPLICATE_KEY = _reason(
    903,
    "fhir.duplicate_key",
    "Un élément est écrit deux fois dans le même objet.",
    "An element is written twice in the same object.",
    Text("Gardez-en un seul et renvoyez.", "Keep one of them and send again."),
    400,
)
RESOURCE_TYPE = _reason(
    904,
    "fhir.resource_type",
    "Ce type de ressource n'est pas attendu ici.",
    "This type of resource is not expected here.",
    Text(
        "Envoyez l'un des types nommés dans la cause ; /metadata dit ce qui est accepté où.",
        "Send one of the types named in the cause; /metadata says what is accepted where.",
    ),
)
UNKNOWN_ELEMENT = _reason(
    905,
    "fhir.unknown_element",
    "Cet élément n'existe pas dans la ressource.",
    "This element does not exist in the resource.",
    Text("Retirez-le, ou corrigez son nom.", "Remove it, or correct its name."),
)
ELEMENT_MISSING = _reason(
    906,
    "fhir.element_missing",
    "Un élément obligatoire manque.",
    "A required element is missing.",
    Text("Ajoutez-le et renvoyez.", "Add it and send again."),
)
CARDINALITY = _reason(
    907,
    "fhir.cardinality",
    "Cet élément est une liste là où il faut une valeur, une valeur là où il faut une liste, ou se répète trop.",
    "This element is a list where one value is due, a value where a list is due, or repeats too often.",
)
WRONG_TYPE = _reason(
    908,
    "fhir.wrong_type",
    "Cet élément n'est pas du type attendu.",
    "This element is not of the expected type.",
)
BAD_FORMAT = _reason(
    909,
    "fhir.bad_format",
    "La valeur n'a pas la forme que son type demande.",
    "The value does not have the form that its type asks for.",
)
BAD_CODE = _reason(
    910,
    "fhir.bad_code",
    "Ce code n'est pas dans la liste obligatoire.",
    "This code is not in the required list.",
    Text("Prenez un code de la liste donnée dans la cause.", "Take a code of the list given in the cause."),
)
EMPTY = _reason(
    911,
    "fhir.empty",
    "Cet élément est présent mais vide.",
    "This element is present but empty.",
    Text("Donnez-lui une valeur, ou ne l'écrivez pas.", "Give it a value, or do not write it."),
)
CHOICE = _reason(
    912,
    "fhir.choice",
    "Un seul de ces éléments au choix doit être présent.",
    "Exactly one of these alternative elements may be present.",
    Text("Gardez celui qui convient.", "Keep the one that fits."),
)
REFERENCE_TARGET = _reason(
    913,
    "fhir.reference_target",
    "Cette référence ne désigne pas un type de ressource permis ici.",
    "This reference does not name a type of resource allowed here.",
    Text("Désignez l'un des types donnés dans la cause.", "Name one of the types given in the cause."),
)
REFERENCE_BROKEN = _reason(
    914,
    "fhir.reference_broken",
    "Cette référence locale ne désigne aucune ressource contenue, ou une ressource contenue n'est désignée par rien.",
    "This local reference names no contained resource, or a contained resource is named by nothing.",
)
CURRENCY = _reason(
    915,
    "fhir.currency",
    "Cette monnaie n'est pas un code ISO 4217 en usage.",
    "This currency is not an ISO 4217 code in use.",
    Text("Écrivez le code à trois lettres, EUR pour l'euro.", "Write the three-letter code, EUR for the euro."),
)
INVARIANT = _reason(
    916,
    "fhir.invariant",
    "Une règle de la définition HL7 n'est pas respectée.",
    "A rule of HL7's definition is not respected.",
)
NUMBER = _reason(
    917,
    "fhir.number",
    "Ce nombre est trop grand ou trop précis.",
    "This number is too large or too precise.",
    Text("Écrivez au plus 18 chiffres.", "Write at most 18 digits."),
)
NARRATIVE = _reason(
    918,
    "fhir.narrative",
    "Le texte lisible n'est pas du XHTML permis : balises simples, ni script, ni formulaire, ni contenu extérieur.",
    "The narrative is not allowed XHTML: simple tags, no script, no form, no outside content.",
    Text("Simplifiez ce texte, ou ne l'envoyez pas.", "Simplify this text, or do not send it."),
)
MODIFIER = _reason(
    919,
    "fhir.modifier_unknown",
    "Une modifierExtension changerait le sens de la demande ; ce serveur n'en comprend aucune.",
    "A modifierExtension would change the meaning of the request; this server understands none.",
    Text("Retirez-la, ou dites la même chose autrement.", "Leave it out, or say the same otherwise."),
)

CATALOGUE = Catalogue(
    TOO_LARGE,
    NOT_JSON,
    TOO_DEEP,
    DUPLICATE_KEY,
    RESOURCE_TYPE,
    UNKNOWN_ELEMENT,
    ELEMENT_MISSING,
    CARDINALITY,
    WRONG_TYPE,
    BAD_FORMAT,
    BAD_CODE,
    EMPTY,
    CHOICE,
    REFERENCE_TARGET,
    REFERENCE_BROKEN,
    CURRENCY,
    INVARIANT,
    NUMBER,
    NARRATIVE,
    MODIFIER,
)
