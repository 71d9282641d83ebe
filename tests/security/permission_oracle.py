"""Who may do what, said a second time, slowly and in Python: the referee of the policies. It reads none of them."""

from collections.abc import Mapping

from tests.security.permission_space import numbers

COUNTER = {"practice:eligibility:ask", "practice:quote:ask", "practice:engagement:release"}
PRACTICE_WORK = {"practice:claim:submit", "practice:claim:read", "practice:claim:cancel", "practice:payment:read",
                 "practice:file:send", "practice:file:read"}  # fmt: skip
INSURER_WORK = {"insurer:movement:send", "insurer:movement:read", "insurer:payment:read"}
EXPORT_STEPS = {"insurer:export:request", "insurer:export:approve"}
CONFIRMED = {"practice:bank:change", "insurer:export:request", "insurer:export:approve", "insurer:export:write",
             "operator:organisation:register", "operator:channel:lift", "operator:disclosure:query",
             "operator:person:read", "operator:key:operate", "operator:policy:change",
             "operator:export:approve"}  # fmt: skip
BY_TWO = {"insurer:export:write", "operator:channel:lift", "operator:person:read", "operator:key:operate",
          "operator:policy:change"}  # fmt: skip
OF_SEVERAL_INSURERS = {"practice:claim:read", "practice:payment:read", "practice:file:send", "practice:file:read",
                       "organisation:webhook:manage"}  # fmt: skip
BY_TWO_ORGANISATIONS = {"insurer:export:write", "operator:channel:lift"}


def allowed(permission: str, point: Mapping[str, object]) -> bool:
    """Whether the design allows it at this point of the space."""
    return (
        point["given"] is True
        and point["frozen"] is False
        and _comes_rightly(point)
        and _may_at_all(permission, point)
        and _of_its_own(permission, point)
        and _for_a_reason(permission, point)
        and (point["stepped_up"] is True or not _needs_confirmation(permission))
        and _approved(permission, point)
    )


def _comes_rightly(point: Mapping[str, object]) -> bool:
    machine = {"certificate", "proof_of_possession"}
    ways = {"portal": {"passkey"}, "insurer": {"passkey"}, "citizen": {"passkey"},
            "office": {"passkey", "operator"}, "export": {"passkey", "operator"},
            "api": machine, "card": machine, "machine": machine, "batch": machine | {"operator"}}  # fmt: skip
    return point["means"] in ways[str(point["channel"])]


def _may_at_all(permission: str, point: Mapping[str, object]) -> bool:
    who, where = point["kind"], point["channel"]
    part = permission.split(":")[0]
    if permission in COUNTER or permission in PRACTICE_WORK:
        own_doors = {"portal", "api"} | ({"card"} if permission in COUNTER else set())
        machine_doors = {"api", "machine"} | ({"card"} if permission in COUNTER else {"batch"})
        return where in (machine_doors if who == "machine" else own_doors if who in {"professional", "staff"} else ())
    if permission == "practice:bank:change":
        return who in {"professional", "staff"} and where == "portal"
    if part == "organisation":
        return (who in {"professional", "staff"} and where == "portal") or (who == "insurer" and where == "insurer")
    if permission in INSURER_WORK:
        return (who == "insurer" and where == "insurer") or (who == "machine" and where in {"machine", "batch"})
    if permission in EXPORT_STEPS:
        return who == "insurer" and where == "insurer"
    if permission == "insurer:export:write":
        return who in {"insurer", "staff"} and where == "export"
    if part == "person":
        return who == "insured" and where == "citizen"
    practice, tenant = numbers(point, "practices"), numbers(point, "tenants")
    return who == "staff" and where == "office" and practice[0] == 0 and tenant[0] == 0


def _of_its_own(permission: str, point: Mapping[str, object]) -> bool:
    account, organisation, practice, tenant = (
        numbers(point, name) for name in ("accounts", "organisations", "practices", "tenants")
    )
    several = tenant[1] == 0 and permission in OF_SEVERAL_INSURERS
    if point["tenant_bound"] == "out" and not several:
        return False
    if (point["kind"] == "insurer" or tenant[0]) and not (tenant[0] and tenant[0] == tenant[1]):
        return False
    if permission in INSURER_WORK | EXPORT_STEPS and not tenant[0]:
        return False
    part = permission.split(":")[0]
    own = {"practice": practice, "organisation": organisation, "person": account}.get(part)
    if own is not None and not (own[0] and own[0] == own[1]):
        return False
    return not (part == "practice" and point["practice_bound"] == "out")


def _for_a_reason(permission: str, point: Mapping[str, object]) -> bool:
    if point["purpose_bound"] == "out" and point["purpose"] != 6:
        return False
    if permission in {"practice:eligibility:ask", "practice:quote:ask"}:
        proofs = {3} if point["channel"] == "card" else {1, 2, 3}
        purposes = {1, 2} if permission == "practice:eligibility:ask" else {1, 2, 5}
        return point["purpose"] in purposes and point["proof"] in proofs
    if permission == "practice:claim:submit":
        return point["purpose"] == 3
    if permission in {"person:statement:read", "operator:person:read"}:
        return point["purpose"] == 4
    return True


def _needs_confirmation(permission: str) -> bool:
    return permission in CONFIRMED or permission.startswith("organisation:")


def _approved(permission: str, point: Mapping[str, object]) -> bool:
    if permission not in BY_TWO:
        return True
    asker, _, first, second = numbers(point, "accounts")
    if first in {0, asker}:
        return False
    if permission not in BY_TWO_ORGANISATIONS:
        return True
    if second in {0, asker, first}:
        return False
    _, _, house, other_house = numbers(point, "organisations")
    if 0 in {house, other_house} or house == other_house:
        return False
    _, concerned, first_of, second_of = numbers(point, "tenants")
    return permission != "insurer:export:write" or bool(concerned and first_of == 0 and second_of == concerned)
