"""Why somebody who is known may not do what they ask (numbers 660-679). Lower numbers take precedence.

A caller learns which rule stopped it, never whether the thing asked about exists: the rules read the request alone.
"""

from cloison.errors import Actor, Catalogue, Reason, Retry, Text

ASK_ADMINISTRATOR = Text(
    "Demandez ce droit à un administrateur de votre organisation.",
    "Ask an administrator of your organisation for this permission.",
)
CALL_OPERATOR = Text(
    "Rapprochez-vous de l'opérateur si votre contrat devrait le permettre.",
    "Turn to the operator if your contract should allow it.",
)


def _reason(
    number: int, code: str, message: Text, action: Text, actor: Actor = Actor.PROFESSIONAL, retry: Retry = Retry.NEVER
) -> Reason:
    return Reason(number, f"permission.{code}", message, action, actor, retry, status=403)


CHANNEL_FROZEN = Reason(
    660,
    "permission.channel_frozen",
    Text("Ce canal est fermé pour le moment.", "This channel is closed for the moment."),
    Text(
        "Utilisez la lecture de carte ou l'envoi de fichiers s'ils sont ouverts ; les paiements continuent.",
        "Use card reading or file exchange where they are open; payments continue.",
    ),
    Actor.OPERATOR,
    Retry.LATER,
    status=503,
)
MEANS = _reason(
    661,
    "means",
    Text(
        "Ce canal exige un autre moyen de prouver qui vous êtes.",
        "This channel needs another way to show who you are.",
    ),
    Text(
        "Une personne se présente avec sa clé d'accès, un logiciel avec son certificat ou une preuve de possession.",
        "A person comes with a passkey, software with its certificate or a proof of possession.",
    ),
    retry=Retry.CORRECTED,
)
NOT_GIVEN = _reason(
    662,
    "not_given",
    Text("Ce droit ne vous a pas été donné.", "This permission was not given to you."),
    ASK_ADMINISTRATOR,
)
NOT_ALLOWED = _reason(
    663,
    "not_allowed",
    Text(
        "Aucune règle ne permet cela à ce type de compte par ce canal.",
        "No rule allows this to this kind of account through this channel.",
    ),
    Text(
        "Le tableau des droits dit qui peut le faire, et par où.",
        "The table of permissions says who can do it, and where.",
    ),
)
ELSEWHERE = _reason(
    664,
    "elsewhere",
    Text(
        "Cela n'est pas à l'établissement, à l'organisation, à l'assureur ou à la personne pour qui vous agissez.",
        "This does not belong to the establishment, organisation, insurer or person that you act for.",
    ),
    Text(
        "Agissez pour celui à qui cela appartient, si vous y êtes habilité.",
        "Act for the one it belongs to, if you may.",
    ),
)
OUTSIDE_CONTRACT = _reason(
    665,
    "outside_contract",
    Text(
        "Le contrat de ce logiciel ne couvre pas cet assureur ou cette finalité.",
        "The contract of this software does not cover this insurer or this purpose.",
    ),
    CALL_OPERATOR,
)
PURPOSE = _reason(
    666,
    "purpose",
    Text(
        "La finalité annoncée n'est pas celle de cette demande.", "The purpose announced is not that of this request."
    ),
    Text("Annoncez la finalité qui convient à la demande.", "Announce the purpose that fits the request."),
    retry=Retry.CORRECTED,
)
PROOF = _reason(
    667,
    "proof",
    Text(
        "Il manque la preuve que la personne est devant vous.",
        "The proof that the person is in front of you is missing.",
    ),
    Text(
        "Lisez la carte, demandez le code de l'assuré, ou saisissez les données de la carte.",
        "Read the card, ask the insured for a code, or type in what the card says.",
    ),
    retry=Retry.CORRECTED,
)
STEP_UP = _reason(
    668,
    "step_up",
    Text("Cette action demande de confirmer à nouveau.", "This action needs a new confirmation."),
    Text("Confirmez cette demande avec votre clé d'accès.", "Confirm this request with your passkey."),
    retry=Retry.CORRECTED,
)
SECOND_PERSON = _reason(
    669,
    "second_person",
    Text("Cette action attend l'accord d'une autre personne.", "This action waits for another person's approval."),
    Text("Faites-la approuver par une autre personne habilitée.", "Have it approved by another person who may."),
    Actor.OPERATOR,
    Retry.CORRECTED,
)
TWO_ORGANISATIONS = _reason(
    670,
    "two_organisations",
    Text(
        "Cette action attend l'accord de deux personnes de deux organisations.",
        "This action waits for the approval of two persons of two organisations.",
    ),
    Text(
        "Faites-la approuver par l'opérateur et par l'assureur concerné.",
        "Have it approved by the operator and by the insurer concerned.",
    ),
    Actor.OPERATOR,
    Retry.CORRECTED,
)
ENGINE_FAILED = Reason(
    679,
    "permission.engine_failed",
    Text(
        "Les droits n'ont pas pu être vérifiés : rien n'est permis.",
        "Permissions could not be checked: nothing is allowed.",
    ),
    Text("Réessayez ; si cela dure, prévenez l'opérateur.", "Try again; if it lasts, tell the operator."),
    Actor.OPERATOR,
    Retry.LATER,
    status=503,
)
CATALOGUE = Catalogue(
    CHANNEL_FROZEN, MEANS, NOT_GIVEN, NOT_ALLOWED, ELSEWHERE, OUTSIDE_CONTRACT, PURPOSE, PROOF, STEP_UP, SECOND_PERSON,
    TWO_ORGANISATIONS, ENGINE_FAILED,
)  # fmt: skip

OF_WALL = {
    "channel_frozen": CHANNEL_FROZEN,
    "means": MEANS,
    "not_given": NOT_GIVEN,
    "other_insurer": ELSEWHERE,
    "no_insurer": ELSEWHERE,
    "other_practice": ELSEWHERE,
    "other_organisation": ELSEWHERE,
    "other_person": ELSEWHERE,
    "outside_contract": OUTSIDE_CONTRACT,
    "outside_purposes": OUTSIDE_CONTRACT,
    "purpose": PURPOSE,
    "purpose_of_quote": PURPOSE,
    "purpose_of_claim": PURPOSE,
    "purpose_of_statement": PURPOSE,
    "no_proof": PROOF,
    "no_card": PROOF,
    "step_up": STEP_UP,
    "second_person": SECOND_PERSON,
    "two_organisations": TWO_ORGANISATIONS,
    "export_approvers": TWO_ORGANISATIONS,
}
"""What each wall of walls.cedar says to whoever runs into it."""
