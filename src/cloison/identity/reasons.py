"""Why somebody is not taken for who they say they are (numbers 620-647).

What a caller learns never depends on whether an account exists: an unknown client, a wrong key and a contract at its
end are one refusal. Only who has shown the key of an account learns what is wrong with it.
"""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text

NOTHING_PRESENTED = Reason(
    620,
    "identity.nothing_presented",
    Text("Cette requête ne dit pas qui la fait.", "This request does not say who makes it."),
    Text(
        "Joignez un jeton lié à votre certificat ou à votre clé, ou ouvrez une session.",
        "Send a token bound to your certificate or key, or open a session.",
    ),
    Actor.PROFESSIONAL,
)
TOKEN_INVALID = Reason(
    621,
    "identity.token_invalid",
    Text("Ce jeton n'est pas un jeton de ce service.", "This token is not one of this service."),
    Text(
        "Demandez un nouveau jeton à l'adresse des jetons, et envoyez-le sans le modifier.",
        "Ask the token endpoint for a new token, and send it unchanged.",
    ),
    Actor.PROFESSIONAL,
)
TOKEN_EXPIRED = Reason(
    622,
    "identity.token_expired",
    Text("Ce jeton n'est plus valable.", "This token has expired."),
    Text(
        "Demandez un nouveau jeton : il vaut cinq minutes au plus.",
        "Ask for a new token: it lasts five minutes at most.",
    ),
    Actor.PROFESSIONAL,
)
CERTIFICATE_WRONG = Reason(
    623,
    "identity.certificate_wrong",
    Text(
        "Ce jeton est lié à un autre certificat que celui de cette connexion.",
        "This token is bound to another certificate than the one of this connection.",
    ),
    Text(
        "Présentez le certificat avec lequel le jeton a été demandé ; s'il a pu être volé, faites-le révoquer.",
        "Present the certificate that the token was asked with; if it may have been stolen, have it revoked.",
    ),
    Actor.PROFESSIONAL,
)
PROOF_MISSING = Reason(
    624,
    "identity.proof_missing",
    Text(
        "Ce jeton ou cette session exige une preuve de possession de sa clé.",
        "This token or session needs a proof that you hold its key.",
    ),
    Text(
        "Joignez l'en-tête DPoP, une preuve nouvelle pour chaque requête.",
        "Send the DPoP header, a new proof for each request.",
    ),
    Actor.PROFESSIONAL,
)
PROOF_INVALID = Reason(
    625,
    "identity.proof_invalid",
    Text(
        "La preuve de possession ne convient pas à cette requête.", "The proof of possession does not fit this request."
    ),
    Text(
        "Signez la méthode, l'adresse et le jeton de cette requête avec la clé à laquelle il est lié.",
        "Sign the method, the address and the token of this request with the key it is bound to.",
    ),
    Actor.PROFESSIONAL,
)
PROOF_STALE = Reason(
    626,
    "identity.proof_stale",
    Text(
        "L'heure de la preuve s'écarte de plus de soixante secondes de la nôtre.",
        "The time of the proof is more than sixty seconds off ours.",
    ),
    Text(
        "Réglez l'horloge de ce poste, puis signez une preuve nouvelle.",
        "Set the clock of this machine, then sign a new proof.",
    ),
    Actor.PROFESSIONAL,
)
PROOF_REPLAYED = Reason(
    627,
    "identity.proof_replayed",
    Text("Cette preuve a déjà servi.", "This proof was used before."),
    Text(
        "Signez une preuve nouvelle pour chaque requête, avec un identifiant jamais employé.",
        "Sign a new proof for each request, with an identifier never used.",
    ),
    Actor.PROFESSIONAL,
)
NONCE_NEEDED = Reason(
    628,
    "identity.nonce_needed",
    Text(
        "La preuve doit contenir le nombre que ce service vient de donner.",
        "The proof must hold the nonce that this service just gave.",
    ),
    Text(
        "Reprenez la valeur de l'en-tête DPoP-Nonce de cette réponse, puis renvoyez la requête.",
        "Take the value of the DPoP-Nonce header of this answer, then send the request again.",
    ),
    Actor.PROFESSIONAL,
)
CLIENT_REFUSED = Reason(
    629,
    "identity.client_refused",
    Text("Ce client n'est pas reconnu.", "This client is not recognised."),
    Text(
        "Vérifiez son nom, sa clé ou son certificat, et les dates de son contrat.",
        "Check its name, its key or certificate, and the dates of its contract.",
    ),
    Actor.PROFESSIONAL,
)
ASSERTION_REPLAYED = Reason(
    630,
    "identity.assertion_replayed",
    Text("Cette assertion a déjà servi.", "This assertion was used before."),
    Text(
        "Signez une assertion nouvelle pour chaque demande de jeton.",
        "Sign a new assertion for each request of a token.",
    ),
    Actor.PROFESSIONAL,
)
GRANT_UNSUPPORTED = Reason(
    631,
    "identity.grant_unsupported",
    Text(
        "Ce service ne donne de jeton qu'à un client qui le demande en son nom.",
        "This service gives tokens only to a client that asks in its own name.",
    ),
    Text("Demandez grant_type=client_credentials.", "Ask with grant_type=client_credentials."),
    Actor.PROFESSIONAL,
    status=400,
)
SCOPE_REFUSED = Reason(
    632,
    "identity.scope_refused",
    Text(
        "Aucun des droits demandés n'est dans le contrat de ce client.",
        "None of the scopes asked for is in the contract of this client.",
    ),
    Text(
        "Demandez des droits du contrat, ou n'en nommez aucun pour les avoir tous.",
        "Ask for scopes of the contract, or name none to get them all.",
    ),
    Actor.PROFESSIONAL,
    status=400,
)
SESSION_OVER = Reason(
    633,
    "identity.session_over",
    Text("Cette session n'est pas ou n'est plus ouverte.", "This session is not open, or no longer."),
    Text("Ouvrez une session avec votre clé d'accès.", "Open a session with your passkey."),
    Actor.PROFESSIONAL,
)
PASSKEY_REFUSED = Reason(
    634,
    "identity.passkey_refused",
    Text("Cette clé d'accès n'ouvre pas de session ici.", "This passkey opens no session here."),
    Text(
        "Recommencez ; si cela dure, prouvez votre identité à nouveau : dix échecs verrouillent un accès.",
        "Try again; if it goes on, prove your identity again: ten failures lock an access.",
    ),
    Actor.PROFESSIONAL,
)
CHALLENGE_SPENT = Reason(
    635,
    "identity.challenge_spent",
    Text("Cette demande a expiré ou a déjà servi.", "This request has expired or was used before."),
    Text("Recommencez depuis le début.", "Start again from the beginning."),
    Actor.PROFESSIONAL,
)
ACCESS_LOCKED = Reason(
    636,
    "identity.access_locked",
    Text("Cet accès est verrouillé après dix échecs.", "This access is locked after ten failures."),
    Text(
        "Prouvez votre identité avec Pro Santé Connect : l'accès se rouvre aussitôt, sous surveillance sept jours.",
        "Prove your identity again with Pro Santé Connect: the access opens again at once, under watch for seven days.",
    ),
    Actor.PROFESSIONAL,
)
COOLING_OFF = Reason(
    637,
    "identity.cooling_off",
    Text(
        "Cette clé d'accès est neuve : elle sert vingt-quatre heures après son enregistrement.",
        "This passkey is new: it works twenty-four hours after its registration.",
    ),
    Text(
        "Revenez demain ; la lecture de carte et les fichiers restent ouverts. Si ce n'est pas vous, révoquez-la.",
        "Come back tomorrow; card reading and files stay open. If it was not you, revoke it.",
    ),
    Actor.PROFESSIONAL,
)
RECHECK_DUE = Reason(
    638,
    "identity.recheck_due",
    Text("Votre identité n'a pas été vérifiée depuis un jour.", "Your identity was not checked for a day."),
    Text(
        "Passez par Pro Santé Connect, puis ouvrez votre session.",
        "Go through Pro Santé Connect, then open your session.",
    ),
    Actor.PROFESSIONAL,
)
ENROLMENT_CLOSED = Reason(
    639,
    "identity.enrolment_closed",
    Text(
        "Une clé d'accès s'enregistre dans les cinq minutes qui suivent la preuve de votre identité.",
        "A passkey is registered within five minutes of the proof of your identity.",
    ),
    Text(
        "Passez par Pro Santé Connect, par une invitation, ou par une clé d'accès que vous avez déjà.",
        "Go through Pro Santé Connect, an invitation, or a passkey that you already have.",
    ),
    Actor.PROFESSIONAL,
)
PASSKEY_UNSUITABLE = Reason(
    640,
    "identity.passkey_unsuitable",
    Text(
        "Cet appareil ne peut pas garder une clé d'accès qui vérifie son porteur.",
        "This device cannot keep a passkey that verifies its holder.",
    ),
    Text(
        "Employez un appareil avec code, empreinte ou visage, à l'adresse exacte de ce service.",
        "Use a device with a code, fingerprint or face, at the exact address of this service.",
    ),
    Actor.PROFESSIONAL,
)
LOGIN_UNKNOWN = Reason(
    641,
    "identity.login_unknown",
    Text(
        "Ce retour de connexion est inconnu, expiré ou déjà employé.",
        "This return of a login is unknown, expired or already used.",
    ),
    Text("Recommencez la connexion dans cette fenêtre.", "Start the login again in this window."),
    Actor.PROFESSIONAL,
)
PROVIDER_ANSWER_INVALID = Reason(
    642,
    "identity.provider_answer_invalid",
    Text(
        "La réponse du fournisseur d'identité n'est pas recevable.",
        "The answer of the identity provider is not acceptable.",
    ),
    Text(
        "Recommencez ; si cela dure, prévenez l'exploitant : rien n'a été ouvert.",
        "Start again; if it goes on, tell the operator: nothing was opened.",
    ),
    Actor.OPERATOR,
)
ASSURANCE_TOO_LOW = Reason(
    643,
    "identity.assurance_too_low",
    Text(
        "Le moyen d'identification employé n'a pas le niveau exigé.",
        "The means of identification used has not the level required.",
    ),
    Text("Employez la carte CPS ou l'application e-CPS.", "Use the CPS card or the e-CPS application."),
    Actor.PROFESSIONAL,
)
NO_PRACTICE = Reason(
    644,
    "identity.no_practice",
    Text(
        "Votre identité est reconnue, mais aucun exercice actif ne vous relie à un établissement enregistré ici.",
        "Your identity is recognised, but no active practice links you to an establishment registered here.",
    ),
    Text(
        "Vérifiez votre inscription au RPPS, ou demandez une délégation à un administrateur de votre structure.",
        "Check your entry in the RPPS, or ask an administrator of your organisation for a delegation.",
    ),
    Actor.PROFESSIONAL,
    status=403,
)
PROVIDER_UNREACHABLE = Reason(
    645,
    "identity.provider_unreachable",
    Text("Le fournisseur d'identité ne répond pas.", "The identity provider does not answer."),
    Text("Les sessions ouvertes durent ; recommencez dans un moment.", "Open sessions go on; start again in a moment."),
    Actor.OPERATOR,
    Retry.LATER,
    status=503,
)
STEP_UP_NEEDED = Reason(
    646,
    "identity.step_up_needed",
    Text(
        "Cette action demande une confirmation par votre clé d'accès.",
        "This action needs a confirmation by your passkey.",
    ),
    Text("Confirmez exactement cette requête, dans la minute.", "Confirm exactly this request, within the minute."),
    Actor.PROFESSIONAL,
)
STEP_UP_REFUSED = Reason(
    647,
    "identity.step_up_refused",
    Text(
        "La confirmation n'est pas celle de cette requête, a plus d'une minute ou a déjà servi.",
        "The confirmation is not for this request, is more than a minute old or was used before.",
    ),
    Text("Demandez une nouvelle confirmation pour cette requête.", "Ask for a new confirmation of this request."),
    Actor.PROFESSIONAL,
)

CATALOGUE = Catalogue(
    NOTHING_PRESENTED,
    TOKEN_INVALID,
    TOKEN_EXPIRED,
    CERTIFICATE_WRONG,
    PROOF_MISSING,
    PROOF_INVALID,
    PROOF_STALE,
    PROOF_REPLAYED,
    NONCE_NEEDED,
    CLIENT_REFUSED,
    ASSERTION_REPLAYED,
    GRANT_UNSUPPORTED,
    SCOPE_REFUSED,
    SESSION_OVER,
    PASSKEY_REFUSED,
    CHALLENGE_SPENT,
    ACCESS_LOCKED,
    COOLING_OFF,
    RECHECK_DUE,
    ENROLMENT_CLOSED,
    PASSKEY_UNSUITABLE,
    LOGIN_UNKNOWN,
    PROVIDER_ANSWER_INVALID,
    ASSURANCE_TOO_LOW,
    NO_PRACTICE,
    PROVIDER_UNREACHABLE,
    STEP_UP_NEEDED,
    STEP_UP_REFUSED,
)
