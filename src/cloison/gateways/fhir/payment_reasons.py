"""Why a notice of payment is not kept (numbers 950-959)."""

from cloison.errors import Actor, Catalogue, Reason, Text

PAYMENT_UNKNOWN = Reason(
    950,
    "fhir.payment_unknown",
    Text("Ce paiement n'est pas un paiement de ce cabinet.", "This payment is none of this practice's."),
    Text(
        "Citez un PaymentReconciliation que vous avez lu : PaymentReconciliation/numéro.",
        "Name a PaymentReconciliation that you have read: PaymentReconciliation/number.",
    ),
    Actor.PROFESSIONAL,
    status=422,
)
AMOUNT_DIFFERS = Reason(
    951,
    "fhir.amount_differs",
    Text("Le montant annoncé n'est pas celui du paiement.", "The amount stated is not that of the payment."),
    Text(
        "Comparez votre relevé au PaymentReconciliation ; si la banque a versé autre chose, donnez-nous le libellé.",
        "Compare your statement with the PaymentReconciliation; if the bank paid something else, give us the label.",
    ),
    Actor.PROFESSIONAL,
    status=422,
)

CATALOGUE = Catalogue(PAYMENT_UNKNOWN, AMOUNT_DIFFERS)
