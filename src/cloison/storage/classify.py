"""Every column of the database, and what it could say about an insured person to whoever read it in clear.

    plain      nothing about an insured person: numbers of files, states, tariffs, days of processing, money between an
               insurer and a practice; practices and insurers themselves, whose names are public
    pseudonym  stands for one person, contract or promise; without the keys of its insurer it leads to nobody
    personal   a fact about whoever a pseudonym stands for, or an identity, which exists sealed only
    health     care that somebody received or asked for: acts, days, families, what they cost
    secret     keys, even wrapped, digests of what opens a session, bank details of insurers and practices, sealed

There is no column for the bank details, postal address, telephone or e-mail of an insured person, and no class for one.
tests/security/test_classification.py compares this table with the database, so that a migration says what it adds.
"""

from enum import StrEnum
from typing import Final


class Class(StrEnum):
    """What a column could say, from nothing to the worst."""

    PLAIN = "plain"
    PSEUDONYM = "pseudonym"
    PERSONAL = "personal"
    HEALTH = "health"
    SECRET = "secret"  # noqa: S105  the name of a class of columns


COLUMNS: Final = """
cloison.migration               plain      number name digest applied_at

identity.practice               plain      practice number category name departement town sector optam specialty since
identity.account                plain      account name practice channel since kind
identity.organisation           plain      organisation name kind tenant since
identity.establishment          plain      organisation practice valid_from valid_to
identity.outside                plain      provider account
                                pseudonym  subject
identity.vouching               plain      vouching account provider acr vouched_at
identity.standing               plain      standing account state cause probation_until since
identity.failures               plain      account in_a_row failed_at
identity.insured                plain      account tenant
                                pseudonym  person token
                                personal   valid_from valid_to
identity.activity               plain      account practice valid_from valid_to
identity.delegation             plain      delegation organisation practice account duty given_by valid_from valid_to
                                plain      ended_by recorded_at
identity.passkey                plain      passkey account credential public_key aaguid synced sign_count means
                                plain      enrolled_at usable_from probation_until used_at revoked_at
identity.invitation             plain      invitation account asked_by approved_by expires_at used_at
                                secret     code
identity.challenge              plain      use account session key_thumbprint issued_at expires_at
                                secret     digest nonce verifier
identity.used                   plain      digest expires_at
identity.session                plain      session key_thumbprint account kind organisation practice tenant passkey
                                plain      opened_at seen_at ends_at stepped_up_at ended_at
                                secret     cookie
identity.client                 plain      client name account organisation channel practices tenants purposes scopes
                                plain      persons_per_day valid_from valid_to revoked_at revoked_why since
identity.client_key             plain      client_key client kind thumbprint jwk valid_from valid_to revoked_at
identity.token_key              plain      kid public signs_from signs_to
                                secret     wrapped
identity.event                  plain      event kind account session detail happened_at
identity.notice                 plain      notice account kind way noted_at told_at

vault.identity                  plain      tenant key_epoch written_at
                                pseudonym  person record_mark
                                personal   sealed
                                secret     dek
vault.online_index              plain      tenant
                                pseudonym  token person
vault.batch_index               plain      tenant
                                pseudonym  nir_token birth_mark person

rights.insurer                  plain      tenant amc name ended_share_max_bp coverages
rights.product                  plain      product tenant code label responsable convention csr
rights.guarantee                plain      product domain family optam network formula rate_bp amount_cents
                                plain      act_cap_cents day_cap_cents pair_cap_cents tooth_cap_cents
                                plain      annual_ceiling_cents waiting_days valid_from valid_to
rights.network_member           plain      tenant network practice valid_from valid_to
rights.movement_file            plain      file tenant name sha256 spool format state reason corrects lines added
                                plain      amended ended unchanged quarantined received_at checked_at loaded_at
                                plain      rolled_back_at
                                secret     dek
rights.quarantine               plain      file line reason field state
                                personal   sealed
rights.coverage                 plain      coverage tenant known_from known_to file_in file_out
                                pseudonym  person contract
                                personal   product quality ordre valid_from valid_to
rights.engagement               plain      tenant practice reservation question given_at
                                pseudonym  engagement person
                                personal   coverage product valid_to hold_until
                                health     domain valid_from held_cents ceiling_year
rights.engagement_end           plain      rank kind invoice ended_at account
                                pseudonym  engagement
rights.engagement_extension     plain      rank reservation question given_at
                                pseudonym  engagement
                                personal   valid_to hold_until
rights.engagement_hold          pseudonym  engagement
                                health     account held_cents
rights.quote_terms              plain      tenant product domain by_insurer validity_days tolerance_days days_max
rights.ceiling                  pseudonym  person
                                personal   product ceiling_cents
                                health     domain year used_cents held_cents
rights.cap_use                  plain      decision takes_back
                                pseudonym  person
                                personal   product
                                health     account kind what cents
rights.own_movement_file        plain      file tenant name sha256 format state reason corrects lines added amended
                                plain      ended unchanged quarantined received_at checked_at loaded_at rolled_back_at
rights.own_quarantine           plain      file line reason field state

disclosure.channel              plain      channel name role frozen freeze_epoch reveal_seconds_max
disclosure.reservation          plain      reservation channel xact freeze_epoch policy_version reserved_at
disclosure.entry                plain      reservation question tenant account practice session authenticator purpose
                                plain      proof fields key_epoch credit_after xact reserved_at
                                pseudonym  token mark request_hash
                                health     act_family care_date
disclosure.settlement           plain      reservation question kind fields settled_at
                                pseudonym  person
                                personal   result
disclosure.swept                plain      one last_reservation
disclosure.event                plain      event kind channel account detail xact happened_at

claims.file                     plain      file name digest size_bytes spool state invoices reason received_at
                                plain      format
claims.file_transition          plain      from_state to_state meaning
claims.chunk                    plain      file chunk invoices
claims.invoice                  plain      invoice file record batch tenant practice number lines
                                pseudonym  person engagement
                                health     care_from care_to nature charged_cents amc_asked_cents
claims.line                     plain      invoice line
                                health     code care_date quantity coefficient charged_cents asked_cents
                                health     paid_by_other_cents
claims.decision                 plain      decision invoice kind replaces state tariff decided_at
                                health     reason base_cents amo_cents amc_cents own_cents
claims.line_decision            plain      decision line
                                personal   product
                                health     base_cents rate_bp amo_cents amc_cents own_cents reason ceiling
claims.state                    plain      state name meaning
claims.transition               plain      from_state to_state kind
claims.quarantine               plain      quarantine file record records reason field practice number state kept_at
claims.resend                   plain      file record invoice
claims.told                     plain      decision run
claims.quote                    plain      tenant kind practice account reference tariff reservation question asked_at
                                pseudonym  quote person
                                personal   coverage product
                                health     domain care_from care_to charged_cents base_cents amo_cents amc_cents
                                health     own_cents reason
claims.quote_line               plain      tenant line
                                pseudonym  quote
                                health     code care_date quantity coefficient charged_cents base_cents rate_bp
                                health     amo_cents amc_cents own_cents reason
claims.quote_number             plain      tenant
                                pseudonym  quote engagement
claims.quote_promise            plain      tenant line
                                pseudonym  quote
                                health     promised_cents
claims.quote_event              plain      tenant rank state account invoice happened_at
                                pseudonym  quote
                                personal   valid_to hold_until
                                health     amount_cents reason
claims.quote_state              plain      state name meaning
claims.quote_transition         plain      from_state to_state meaning
claims.own_invoice              plain      invoice file record batch tenant practice number lines
claims.own_decision             plain      decision invoice kind replaces state tariff decided_at

deliveries.upload               plain      upload practice tenant account kind name state size_bytes digest file report
                                plain      created_at ended_at spool
deliveries.part                 plain      upload starts size_bytes spool
deliveries.subscriber           plain      subscriber practice tenant url created_at ended_at
deliveries.notice               plain      notice subscriber event link state attempts created_at due_at
deliveries.attempt              plain      notice attempt status cause attempted_at

exchanges.document              plain      practice version place kind tenant account recorded_at
                                pseudonym  document name digest token patient about
                                health     status outcome use day sealed
                                secret     dek

payments.book                   plain      tenant opened_at
payments.account                plain      account tenant kind practice opened_at
payments.balance                plain      account debits_posted credits_posted debits_pending credits_pending
payments.total                  plain      tenant kind phase transfers amount_cents
payments.transfer               plain      transfer tenant debit_account credit_account amount_cents kind phase
                                plain      earlier_transfer reference recorded_at
payments.open_line              plain      transfer account amount_cents
payments.owed                   plain      account tenant practice amount_cents lines payer_account payee_account
payments.bank_account           plain      bank_account holder number last4 recorded_at
                                secret     sealed
payments.bank_account_in_force  plain      bank_account holder number
payments.run                    plain      run execution_date rank started_at
payments.payment_order          plain      payment_order run tenant part message_id payer_account execution_date
                                plain      payments amount_cents created_at
payments.payment_order_file     plain      payment_order digest size_bytes written_at
payments.payment                plain      payment payment_order tenant practice amount_cents lines end_to_end_id
                                plain      execution_date payee_account xact
payments.payment_now            plain      payment payment_order tenant practice amount_cents end_to_end_id
                                plain      execution_date state rank
payments.payment_line           plain      transfer payment amount_cents
payments.payment_state          plain      state name meaning
payments.payment_transition     plain      from_state state
payments.payment_event          plain      payment rank from_state state transfer bank_file bank_reason recorded_at
payments.bank_file              plain      bank_file digest name message identification remarks read_at
payments.bank_line              plain      bank_line bank_file tenant reference end_to_end_id batch_id direction
                                plain      amount_cents booking_date returned bank_reason
payments.bank_match             plain      bank_line outcome payment payment_order reason owner transfer matched_at
payments.bank_anomaly           plain      bank_file rank message_id end_to_end_id reason owner
payments.explanation            plain      bank_line transfer account note explained_at
payments.own_payment            plain      payment payment_order tenant practice amount_cents lines end_to_end_id
                                plain      execution_date
payments.own_payment_line       plain      transfer payment amount_cents
payments.own_payment_event      plain      payment rank state bank_reason recorded_at
payments.own_transfer           plain      transfer tenant debit_account credit_account amount_cents kind reference
payments.own_order              plain      payment_order run tenant part message_id execution_date payments amount_cents
                                plain      created_at
"""


def classes() -> dict[tuple[str, str], Class]:
    """The class of each column, by table (with its schema) and column."""
    found: dict[tuple[str, str], Class] = {}
    table = ""
    for line in filter(None, COLUMNS.splitlines()):
        if not line.startswith(" "):
            table, line = line.split(maxsplit=1)
        label, *columns = line.split()
        for column in columns:
            assert (table, column) not in found, f"{table}.{column} is listed once"
            found[table, column] = Class(label)
    return found
