"""How each person of the sandbox behaves, as a table: what to ask, what is answered, in French and English."""

from cloison.world.sandbox import (
    BOTH,
    BOTH_SECOND,
    CEILING,
    CLOSED,
    CONTAINED,
    EMPTY,
    FUTURE,
    LATE,
    NEVER,
    NOBODY,
    OPEN,
    OUTSIDE,
    PENDED,
    REFUSED,
    UNKNOWN,
    WAITING,
    Case,
    Person,
)


def _case(name: str, person: Person, domain: str, answer: str, code: str, fr: str, en: str) -> Case:
    return Case(name, person.amc, person.adherent, person.birth, person.nir, domain, answer, code, fr, en)


QUESTIONS = (
    _case("open", OPEN, "PHAR", "covered", "", "Droit ouvert", "Open right"),
    _case("closed", CLOSED, "PHAR", "not_covered", "rights.closed", "Contrat terminé", "Contract ended"),
    _case("not_started", FUTURE, "PHAR", "not_covered", "rights.not_started", "Contrat à venir", "Not started yet"),
    _case("other_domain", OUTSIDE, "OPTI", "not_covered", "rights.domain_not_covered", "Domaine non couvert",
          "Family of care not covered"),
    _case("waiting_period", WAITING, "LABO", "not_covered", "rights.waiting_period", "Délai d'attente en cours",
          "Waiting period runs"),
    _case("ceiling_reached", CEILING, "AUXM", "covered", "", "Plafond annuel atteint : rien n'est réservé",
          "Yearly ceiling reached: nothing is held"),
    _case("first_of_two", BOTH, "PHAR", "covered", "", "Deux complémentaires : la première", "Two insurers: the first"),
    _case("second_of_two", BOTH_SECOND, "PHAR", "undetermined", "rights.second_insurer",
          "Deux complémentaires : la seconde paie après la première", "Two insurers: the second pays after the first"),
    Case("nobody", OPEN.amc, NOBODY, OPEN.birth, OPEN.nir, "PHAR", "not_covered", "rights.not_found",
         "Personne inconnue", "Nobody by that number"),
    Case("not_loaded", EMPTY, NOBODY, OPEN.birth, OPEN.nir, "PHAR", "undetermined", "rights.insurer_not_loaded",
         "L'assureur n'a rien transmis : ce n'est pas un refus", "The insurer sent nothing yet: not a refusal"),
    Case("unknown_insurer", UNKNOWN, NOBODY, OPEN.birth, OPEN.nir, "PHAR", "undetermined", "rights.insurer_unknown",
         "Numéro d'AMC inconnu", "AMC number of nobody"),
    _case("slow", LATE, "PHAR", "covered", "", "Réponse après deux secondes", "Answered after two seconds"),
    _case("no_answer", NEVER, "PHAR", "503", "http.timed_out", "Pas de réponse à temps : 503 et Retry-After",
          "No answer in time: 503 and Retry-After"),
)  # fmt: skip
"""Asked with POST /v1/eligibility or CoverageEligibilityRequest, proof `card`, a day of care of today."""

JOURNEYS = (
    _case("pec_at_once", OPEN, "OPTI", "accepted", "", "Prise en charge acceptée aussitôt",
          "Prise en charge accepted at once"),
    _case("pec_tomorrow", PENDED, "OPTI", "pended", "", "En attente, puis acceptée par `cloison sandbox day`",
          "Pended, then accepted by `cloison sandbox day`"),
    _case("pec_refused", REFUSED, "OPTI", "pended", "quotes.refused_by_insurer",
          "En attente, puis refusée par `cloison sandbox day`", "Pended, then refused by `cloison sandbox day`"),
    _case("claim_paid", OPEN, "PHAR", "accepted", "", "Facture payée par `cloison sandbox day`",
          "Invoice paid by `cloison sandbox day`"),
    _case("claim_refused", CLOSED, "PHAR", "refused", "rights.closed", "Facture refusée", "Invoice refused"),
    _case("claim_twice", OPEN, "PHAR", "refused", "claims.same_care_paid",
          "Les mêmes soins du même jour, sur une autre facture", "The same care of the same day, on another invoice"),
    Case("claim_unknown_insurer", UNKNOWN, NOBODY, OPEN.birth, OPEN.nir, "PHAR", "422", "rights.insurer_unknown",
         "Facture d'un assureur inconnu : refusée ici, mise de côté dans un fichier",
         "Invoice of an unknown insurer: refused here, kept aside in a file"),
    Case("payment_returned", OPEN.amc, OPEN.adherent, OPEN.birth, OPEN.nir, "TRAN", "returned", "",
         "Le compte du taxi est clos : chaque virement revient", "The taxi's account is closed: each payment returns"),
    Case(CONTAINED, OPEN.amc, OPEN.adherent, OPEN.birth, OPEN.nir, "PHAR", "503", "disclosure.channel_frozen",
         "Le canal du client `contained` est fermé ; les autres continuent",
         "The channel of the client `contained` is closed; the others go on"),
)  # fmt: skip
"""Longer than a question: docs/quickstart.md walks through them."""
CASES = (*QUESTIONS, *JOURNEYS)
