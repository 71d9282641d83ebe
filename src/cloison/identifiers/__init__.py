"""Numbers that name people and bodies: parsed, checked, formatted, and hidden wherever they are not asked for.

    value      module        letters and digits
    Nir        nir           a person in the national register
    BirthDate  birth_date    eight digits, sometimes of no calendar
    Finess     finess        a place of care
    Rpps Adeli rpps          a professional
    Amc        amc           a complementary insurer
    Siren Siret siren        a company, one of its places
    Iban Bic   iban          an account, a bank

`Nir.parse(text)` returns the value or a `Defect`; `Nir(text)` raises `Misuse` when the text is not clean and right;
`value.reveal()` is the only way out. Columns have functions of their own: `nir.check_columns`, `nir.key_columns`,
`birth_date.check_columns`, `birth_date.civil_days`, `amc.significant_columns`.
"""

from cloison.identifiers.amc import Amc
from cloison.identifiers.birth_date import BirthDate
from cloison.identifiers.finess import Finess
from cloison.identifiers.iban import Bic, Iban
from cloison.identifiers.nir import Nir, NirParts
from cloison.identifiers.rpps import Adeli, Rpps
from cloison.identifiers.siren import Siren, Siret

__all__ = ["Adeli", "Amc", "Bic", "BirthDate", "Finess", "Iban", "Nir", "NirParts", "Rpps", "Siren", "Siret"]
