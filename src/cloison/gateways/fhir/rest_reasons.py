"""Why an interaction of the FHIR API is not done as asked (numbers 920-949)."""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text


def _reason(
    number: int,
    code: str,
    message: tuple[str, str],
    action: tuple[str, str],
    status: int,
    retry: Retry = Retry.CORRECTED,
) -> Reason:
    return Reason(number, f"fhir.{code}", Text(*message), Text(*action), Actor.PROFESSIONAL, retry, status=status)


UNKNOWN_TYPE = _reason(
    920, "unknown_type",
    ("Ce type de ressource n'existe pas ici.", "This type of resource does not exist here."),
    ("Consultez /fhir/metadata : les types acceptés y sont listés.", "See /fhir/metadata: it lists the types taken."),
    404, Retry.NEVER,
)  # fmt: skip
UNKNOWN_OPERATION = _reason(
    921, "unknown_operation",
    ("Cette opération n'existe pas sur ce type.", "This operation does not exist on this type."),
    ("Consultez /fhir/metadata : les opérations y sont listées.", "See /fhir/metadata: it lists the operations."),
    404, Retry.NEVER,
)  # fmt: skip
NOT_FOUND = _reason(
    922, "not_found",
    ("Cette ressource n'existe pas, ou n'est pas la vôtre.", "This resource does not exist, or is not yours."),
    ("Vérifiez l'adresse : ce qui est à un autre n'existe pas pour vous.",
     "Check the address: what belongs to another does not exist for you."),
    404, Retry.NEVER,
)  # fmt: skip
UNSUPPORTED = _reason(
    923, "interaction_unsupported",
    ("Ce type n'accepte pas cette interaction.", "This type does not take this interaction."),
    ("Consultez /fhir/metadata : les interactions de chaque type y sont listées.",
     "See /fhir/metadata: it lists the interactions of each type."),
    405, Retry.NEVER,
)  # fmt: skip
NOT_ACCEPTABLE = _reason(
    924, "not_acceptable",
    ("Le format demandé n'existe pas ici.", "The format asked for does not exist here."),
    ("Demandez application/fhir+json.", "Ask for application/fhir+json."),
    406,
)  # fmt: skip
UNSUPPORTED_MEDIA_TYPE = _reason(
    925, "unsupported_media_type",
    ("Ce format d'envoi n'est pas lu ici.", "This format is not read here."),
    ("Envoyez application/fhir+json ; une recherche, application/x-www-form-urlencoded.",
     "Send application/fhir+json; a search, application/x-www-form-urlencoded."),
    415,
)  # fmt: skip
VERSION_CONFLICT = _reason(
    926, "version_conflict",
    ("La ressource a changé depuis la version que vous citez.", "The resource changed since the version you name."),
    ("Relisez la ressource, puis renvoyez votre changement avec sa nouvelle version.",
     "Read the resource again, then send your change with its new version."),
    412,
)  # fmt: skip
SEVERAL_MATCH = _reason(
    927, "several_match",
    ("Plusieurs ressources répondent à la condition.", "Several resources fit the condition."),
    ("Donnez une condition qui n'en désigne qu'une : un identifier.",
     "Give a condition that names one: an identifier."),
    412,
)  # fmt: skip
PRECONDITION_REQUIRED = _reason(
    928, "precondition_required",
    ("Un changement dit de quelle version il part.", "A change says which version it starts from."),
    ("Ajoutez l'en-tête If-Match avec l'ETag que vous avez lu.", "Add the header If-Match with the ETag you read."),
    428,
)  # fmt: skip
PARAMETER_UNKNOWN = _reason(
    929, "parameter_unknown",
    ("Ce paramètre de recherche n'existe pas sur ce type.", "This search parameter does not exist on this type."),
    ("Retirez-le, ou demandez sans Prefer: handling=strict.", "Leave it out, or ask without Prefer: handling=strict."),
    400,
)  # fmt: skip
PARAMETER_WRONG = _reason(
    930, "parameter_wrong",
    ("La valeur d'un paramètre de recherche n'est pas lisible.", "The value of a search parameter cannot be read."),
    ("Corrigez le paramètre nommé dans la cause.", "Correct the parameter that the cause names."),
    400,
)  # fmt: skip
IDENTITY_IN_ADDRESS = _reason(
    931, "identity_in_address",
    ("Un numéro de personne n'est pas accepté dans une adresse : les adresses se conservent partout.",
     "A number of a person is not taken in an address: addresses are kept everywhere."),
    ("Envoyez la même recherche par POST, à l'adresse du type suivie de /_search.",
     "Send the same search by POST, to the address of the type followed by /_search."),
    400,
)  # fmt: skip
CURSOR_EXPIRED = _reason(
    932, "cursor_expired",
    ("Cette page n'est plus servie.", "This page is no longer served."),
    ("Recommencez la recherche à sa première page.", "Start the search again at its first page."),
    410,
)  # fmt: skip
IDENTIFIER_REUSED = _reason(
    933, "identifier_reused",
    ("Cet identifier a déjà servi pour un autre contenu.", "This identifier was used for another content."),
    ("Donnez un nouvel identifier, ou renvoyez exactement le premier contenu.",
     "Give a new identifier, or send exactly the first content again."),
    409,
)  # fmt: skip
IMMUTABLE = _reason(
    934, "immutable",
    ("Ce qui a été dit ne se modifie pas.", "What was said is not changed."),
    ("Annulez par status=cancelled, ou par un nouveau Claim qui cite celui-ci.",
     "Cancel by status=cancelled, or by a new Claim that relates to this one."),
    409, Retry.NEVER,
)  # fmt: skip
ID_MISMATCH = _reason(
    935, "id_mismatch",
    ("L'id du contenu n'est pas celui de l'adresse.", "The id of the content is not that of the address."),
    ("Mettez le même id aux deux endroits.", "Put the same id in both places."),
    400,
)  # fmt: skip
BODY_MISSING = _reason(
    936, "body_missing",
    ("Cette interaction a besoin d'un contenu.", "This interaction needs a content."),
    ("Envoyez la ressource dans le corps de la demande.", "Send the resource in the body of the request."),
    400,
)  # fmt: skip
TYPE_MISMATCH = _reason(
    937, "type_mismatch",
    ("Le contenu n'est pas du type que l'adresse demande.",
     "The content is not of the type that the address asks for."),
    ("Envoyez une ressource du type de l'adresse.", "Send a resource of the type of the address."),
    422,
)  # fmt: skip
BUNDLE_TYPE = _reason(
    938, "bundle_type",
    ("Ce Bundle n'est ni batch ni transaction.", "This Bundle is neither batch nor transaction."),
    ("Envoyez un Bundle de type batch ou transaction.", "Send a Bundle of type batch or transaction."),
    422,
)  # fmt: skip
ENTRY_WRONG = _reason(
    939, "entry_wrong",
    ("Une entrée du Bundle ne dit pas quoi faire.", "An entry of the Bundle does not say what to do."),
    ("Donnez à chaque entrée request.method et request.url, et une ressource si la méthode en demande une.",
     "Give each entry request.method and request.url, and a resource where the method needs one."),
    422,
)  # fmt: skip
TRANSACTION_FAILED = _reason(
    940, "transaction_failed",
    ("Une entrée de la transaction ne peut pas être faite : rien n'a été fait.",
     "An entry of the transaction cannot be done: nothing was done."),
    ("Corrigez l'entrée nommée dans la cause, puis renvoyez la transaction entière.",
     "Correct the entry that the cause names, then send the whole transaction again."),
    422,
)  # fmt: skip
REFERENCE_UNRESOLVED = _reason(
    941, "reference_unresolved",
    ("Une référence ne mène à rien.", "A reference leads nowhere."),
    ("Mettez la ressource citée dans contained, dans le même Bundle, ou donnez son identifier.",
     "Put the resource that is named in contained, in the same Bundle, or give its identifier."),
    422,
)  # fmt: skip

CATALOGUE = Catalogue(
    UNKNOWN_TYPE, UNKNOWN_OPERATION, NOT_FOUND, UNSUPPORTED, NOT_ACCEPTABLE, UNSUPPORTED_MEDIA_TYPE, VERSION_CONFLICT,
    SEVERAL_MATCH, PRECONDITION_REQUIRED, PARAMETER_UNKNOWN, PARAMETER_WRONG, IDENTITY_IN_ADDRESS, CURSOR_EXPIRED,
    IDENTIFIER_REUSED, IMMUTABLE, ID_MISMATCH, BODY_MISSING, TYPE_MISMATCH, BUNDLE_TYPE, ENTRY_WRONG,
    TRANSACTION_FAILED, REFERENCE_UNRESOLVED,
)  # fmt: skip
