"""Claims, their answers and the tasks about them, put together for the FHIR gate."""

from cloison.gateways.fhir.claim_tasks import NAME as TASK
from cloison.gateways.fhir.claim_tasks import PARAMETERS as TASK_PARAMETERS
from cloison.gateways.fhir.claim_tasks import Tasks
from cloison.gateways.fhir.claim_work import Work
from cloison.gateways.fhir.claims import NAME, Reading
from cloison.gateways.fhir.kept_claims import ANSWER, ANSWER_PARAMETERS, PARAMETERS, Claims
from cloison.gateways.fhir.rest import Interactions
from cloison.gateways.fhir.stored import Stored
from cloison.gateways.http.service import PracticeOf
from cloison.ops.catalogue import REASONS
from cloison.ops.fhir_own import domain_of
from cloison.ops.online_claims import OnlineClaims

JUDGED = {(NAME, "create"), (NAME, "$submit"), (NAME, "update"), (TASK, "create")}
"""Interactions that whoever carries them out permits or not, with their purpose and proof."""


def types(stored: Stored, practice_of: PracticeOf, online: OnlineClaims) -> dict[str, Interactions]:
    """What each type can do."""
    claims = Claims(Reading(practice_of, online.number_of), Work(online, REASONS, domain_of), stored)
    tasks = Tasks(claims)
    return {
        NAME: Interactions(
            PARAMETERS, stored.reader(NAME), stored.teller(NAME), stored.find, claims, claims.condition,
            claims.update, {"$submit": claims.submit},
        ),
        ANSWER: Interactions(ANSWER_PARAMETERS, stored.reader(ANSWER), stored.teller(ANSWER), claims.find),
        TASK: Interactions(
            TASK_PARAMETERS, stored.reader(TASK), stored.teller(TASK), stored.find, tasks, tasks.condition
        ),
    }  # fmt: skip
