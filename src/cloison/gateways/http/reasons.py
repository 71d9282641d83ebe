"""Why the HTTP gate does not take a request as it is (numbers 850-899)."""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text

BUG = Reason(
    850,
    "http.bug",
    Text("Ce serveur a une erreur de programme.", "This server has a bug."),
    Text(
        "Renvoyez la même demande plus tard ; si cela continue, donnez-nous le numéro de la demande.",
        "Send the same request later; if it goes on, give us the number of the request.",
    ),
    Actor.OPERATOR,
    Retry.LATER,
    status=500,
)
NOT_FOUND = Reason(
    851,
    "http.not_found",
    Text("Rien ne se trouve à cette adresse, pour vous.", "Nothing is found at this address, for you."),
    Text("Vérifiez l'adresse : /openapi.json les liste.", "Check the address: /openapi.json lists them."),
    Actor.PROFESSIONAL,
    Retry.NEVER,
    status=404,
)
METHOD_NOT_ALLOWED = Reason(
    852,
    "http.method_not_allowed",
    Text("Cette adresse n'accepte pas cette méthode.", "This address does not take this method."),
    Text("Utilisez une des méthodes de l'en-tête Allow.", "Use one of the methods in the Allow header."),
    Actor.PROFESSIONAL,
    Retry.NEVER,
    status=405,
)
NOT_ACCEPTABLE = Reason(
    853,
    "http.not_acceptable",
    Text("Aucun des formats demandés n'existe ici.", "None of the formats asked for exists here."),
    Text("Demandez application/json, ou tout format (*/*).", "Ask for application/json, or any format (*/*)."),
    Actor.PROFESSIONAL,
    status=406,
)
BODY_TOO_LARGE = Reason(
    854,
    "http.body_too_large",
    Text("Le corps de la demande est trop grand.", "The body of the request is too large."),
    Text("Envoyez moins à la fois : la cause dit combien.", "Send less at a time: the cause says how much."),
    Actor.PROFESSIONAL,
    status=413,
)
UNSUPPORTED_MEDIA_TYPE = Reason(
    855,
    "http.unsupported_media_type",
    Text("Ce format d'envoi n'est pas lu ici.", "This format is not read here."),
    Text("Envoyez le format indiqué dans la cause.", "Send the format given in the cause."),
    Actor.PROFESSIONAL,
    status=415,
)
MALFORMED = Reason(
    856,
    "http.malformed",
    Text("La demande ne peut pas être lue.", "The request cannot be read."),
    Text("Corrigez la forme de la demande.", "Correct the form of the request."),
    Actor.PROFESSIONAL,
    status=400,
)
VALUE_WRONG = Reason(
    857,
    "http.value_wrong",
    Text("Une valeur de la demande est impossible.", "A value of the request is impossible."),
    Text("Corrigez le champ indiqué.", "Correct the field that is named."),
    Actor.PROFESSIONAL,
    status=422,
)
TOO_SLOW = Reason(
    858,
    "http.too_slow",
    Text("La demande est arrivée trop lentement.", "The request arrived too slowly."),
    Text("Renvoyez-la d'un seul tenant.", "Send it again in one go."),
    Actor.PROFESSIONAL,
    Retry.SAME,
    status=408,
)
OVERLOADED = Reason(
    859,
    "http.overloaded",
    Text("Trop de demandes attendent : celle-ci n'a pas été prise.", "Too many requests wait: this one was not taken."),
    Text("Renvoyez-la après le délai de Retry-After.", "Send it again after the delay in Retry-After."),
    Actor.PROFESSIONAL,
    Retry.SAME,
    status=503,
)
HEADERS_TOO_LARGE = Reason(
    860,
    "http.headers_too_large",
    Text("Les en-têtes de la demande sont trop grands.", "The headers of the request are too large."),
    Text("Retirez les en-têtes inutiles.", "Remove headers that are not needed."),
    Actor.PROFESSIONAL,
    status=431,
)
TERMINATOR_REFUSED = Reason(
    861,
    "http.terminator_refused",
    Text(
        "Un en-tête de certificat client est arrivé d'où il n'est pas accepté.",
        "A header with a client certificate came from where none is accepted.",
    ),
    Text(
        "Présentez le certificat dans TLS ; l'opérateur déclare le relais par CLOISON_TERMINATOR.",
        "Present the certificate in TLS; the operator declares the relay with CLOISON_TERMINATOR.",
    ),
    Actor.OPERATOR,
    status=400,
)
TIMED_OUT = Reason(
    862,
    "http.timed_out",
    Text("La réponse n'a pas pu être faite à temps.", "The answer could not be made in time."),
    Text("Renvoyez la même demande.", "Send the same request again."),
    Actor.OPERATOR,
    Retry.SAME,
    status=503,
)
NOT_READY = Reason(
    863,
    "http.not_ready",
    Text("Ce serveur n'est pas prêt.", "This server is not ready."),
    Text("Attendez, ou utilisez un autre serveur.", "Wait, or use another server."),
    Actor.OPERATOR,
    Retry.LATER,
    status=503,
)
NO_PRACTICE = Reason(
    864,
    "http.no_practice",
    Text("La demande ne dit pas pour quel établissement.", "The request does not say for which practice."),
    Text(
        "Donnez dans `practice` le numéro d'un établissement de votre organisation.",
        "Give in `practice` the number of a practice of your organisation.",
    ),
    Actor.PROFESSIONAL,
    status=422,
)
PLAIN_ON_PUBLIC_ADDRESS = Reason(
    865,
    "http.plain_on_public_address",
    Text(
        "Ce service n'écoute pas sans TLS hors de cette machine.",
        "This service does not listen without TLS beyond this machine.",
    ),
    Text(
        "Donnez CLOISON_TLS_CERTIFICATE et CLOISON_TLS_KEY, ou écoutez sur 127.0.0.1 derrière un relais.",
        "Give CLOISON_TLS_CERTIFICATE and CLOISON_TLS_KEY, or listen on 127.0.0.1 behind a relay.",
    ),
    Actor.OPERATOR,
)
ADDRESS_IN_USE = Reason(
    866,
    "http.address_in_use",
    Text("Cette adresse ou ce port ne peut pas être ouvert.", "This address or port cannot be opened."),
    Text("Choisissez un autre CLOISON_PORT ou --port.", "Choose another CLOISON_PORT or --port."),
    Actor.OPERATOR,
)
FILE_KIND_UNKNOWN = Reason(
    867,
    "http.file_kind_unknown",
    Text("Ce genre de fichier n'est pas reçu ici.", "This kind of file is not received here."),
    Text("Envoyez vers /v1/files/b2 ou /v1/files/movements.", "Send to /v1/files/b2 or /v1/files/movements."),
    Actor.PROFESSIONAL,
    status=404,
)
FILE_NAME_WRONG = Reason(
    868,
    "http.file_name_wrong",
    Text("Le nom du fichier manque ou n'est pas possible.", "The name of the file is missing or impossible."),
    Text(
        'Donnez-le dans Content-Disposition: attachment; filename="..." : lettres, chiffres, point, tiret ; aucun NIR.',
        'Give it in Content-Disposition: attachment; filename="...": letters, digits, dot, dash; no NIR.',
    ),
    Actor.PROFESSIONAL,
    status=422,
)
OFFSET_WRONG = Reason(
    869,
    "http.offset_wrong",
    Text("Ce morceau ne suit pas ce qui est déjà reçu.", "This piece does not follow what was received."),
    Text(
        "Reprenez à la position de l'en-tête Upload-Offset de cette réponse.",
        "Go on from the position in the Upload-Offset header of this answer.",
    ),
    Actor.PROFESSIONAL,
    status=409,
)
DIGEST_WRONG = Reason(
    870,
    "http.digest_wrong",
    Text(
        "Les octets reçus n'ont pas l'empreinte annoncée.", "The bytes received do not have the digest that was given."
    ),
    Text("Renvoyez le fichier : rien n'en est gardé.", "Send the file again: nothing of it is kept."),
    Actor.PROFESSIONAL,
    Retry.SAME,
    status=422,
)
UPLOAD_OVER = Reason(
    871,
    "http.upload_over",
    Text("Ce fichier est déjà complet.", "This file is complete already."),
    Text("Lisez son état à son adresse.", "Read its state at its address."),
    Actor.PROFESSIONAL,
    Retry.NEVER,
    status=409,
)
FILE_OF_ANOTHER = Reason(
    872,
    "http.file_of_another",
    Text("Le nom de ce fichier est celui d'un autre assureur.", "The name of this file is of another insurer."),
    Text("Envoyez les mouvements de votre propre numéro AMC.", "Send the movements of your own AMC number."),
    Actor.INSURER,
    status=403,
)
WEBHOOK_ADDRESS = Reason(
    873,
    "http.webhook_address",
    Text("Cette adresse ne peut pas être avisée.", "This address cannot be told."),
    Text(
        "Donnez une adresse https publique, sans identifiants ; en démonstration, http sur cette machine convient.",
        "Give a public https address without credentials; in a demonstration, http on this machine will do.",
    ),
    Actor.PROFESSIONAL,
    status=422,
)
WEBHOOKS_TOO_MANY = Reason(
    874,
    "http.webhooks_too_many",
    Text("Vous avez déjà dix adresses à aviser.", "You have ten addresses to be told already."),
    Text("Retirez-en une.", "Remove one."),
    Actor.PROFESSIONAL,
    status=409,
)

CATALOGUE = Catalogue(
    BUG,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    BODY_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    MALFORMED,
    VALUE_WRONG,
    TOO_SLOW,
    OVERLOADED,
    HEADERS_TOO_LARGE,
    TERMINATOR_REFUSED,
    TIMED_OUT,
    NOT_READY,
    NO_PRACTICE,
    PLAIN_ON_PUBLIC_ADDRESS,
    ADDRESS_IN_USE,
    FILE_KIND_UNKNOWN,
    FILE_NAME_WRONG,
    OFFSET_WRONG,
    DIGEST_WRONG,
    UPLOAD_OVER,
    FILE_OF_ANOTHER,
    WEBHOOK_ADDRESS,
    WEBHOOKS_TOO_MANY,
)
BY_STATUS = {
    reason.status: reason
    for reason in (
        MALFORMED,
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        NOT_ACCEPTABLE,
        BODY_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE,
        TOO_SLOW,
    )
}
"""What an HTTP status that the router itself gives means."""
