// The counter in JavaScript: token, eligibility, quote, invoice, payment.
//
// node examples/javascript/journey.mjs SITE FOLDER [YYYY-MM-DD]        the day of care; today without it

import { ByCertificate, ByDpop, Problem } from './cloison.mjs';

// Somebody of the sandbox whose right is open (docs/sandbox.md), and a box of a medicine at 65 %.
const [AMC, CARD, BIRTH, NIR] = ['75900001', 'OUVERT', '1951-02-15', '251027505600132'];
const [ACT, NET, BASE, AMO, ASKED] = ['PH7', 10.0, 10.0, 6.5, 3.5];

const euros = (value) => ({ value, currency: 'EUR' });
const extension = (name, value) => ({ url: `urn:cloison:${name}`, ...value });

/** A quote (`predetermination`) or an invoice (`claim`). */
function claim(use, day, name) {
  const insurer = { identifier: { system: 'urn:cloison:amc', value: AMC } };
  const codes = { proof: 'card', regime: '01', exoneration: 'none', protection: 'none' };
  return {
    resourceType: 'Claim',
    identifier: [{ system: 'urn:example:claims', value: name }],
    use,
    contained: [
      {
        resourceType: 'Patient', id: 'patient', birthDate: BIRTH,
        identifier: [{ system: 'urn:oid:1.2.250.1.213.1.4.8', value: NIR }],
      },
      {
        resourceType: 'Coverage', id: 'card', status: 'active', subscriberId: CARD,
        beneficiary: { reference: '#patient' }, payor: [insurer],
      },
    ],
    extension: [
      ...Object.entries(codes).map(([each, value]) => extension(each, { valueCode: value })),
      ...['alsace_moselle', 'minor'].map((each) => extension(each, { valueBoolean: false })),
    ],
    status: 'active',
    patient: { reference: '#patient' },
    created: day,
    insurer,
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/claim-type', code: 'pharmacy' }] },
    provider: { identifier: { system: 'urn:cloison:practice', value: '750000011' } },
    priority: { coding: [{ code: 'normal' }] },
    insurance: [{ sequence: 1, focal: true, coverage: { reference: '#card' } }],
    item: [{
      sequence: 1,
      servicedDate: day,
      productOrService: { coding: [{ system: 'urn:cloison:acte', code: ACT }] },
      net: euros(NET),
      extension: Object.entries({ base: BASE, amo: AMO, asked: ASKED })
        .map(([each, value]) => extension(each, { valueMoney: euros(value) })),
    }],
  };
}

/** What the complementary insurer pays, in euros. */
const benefit = (answer) => answer.total.find((each) => each.category.coding[0].code === 'benefit').amount.value;

/** What the pharmacy learns on its way. */
async function journey(pharmacy, day, name) {
  const question = { amc: AMC, adherent: CARD, birth_date: BIRTH.replaceAll('-', ''), domain: 'PHAR', proof: 'card' };
  const covered = await pharmacy.send('POST', '/v1/eligibility', { ...question, care_date: day });
  const quote = await pharmacy.send('POST', '/fhir/Claim/$submit', claim('predetermination', day, name));
  const invoice = await pharmacy.send('POST', '/fhir/Claim', claim('claim', day, name));
  const found = await pharmacy.send('GET', `/fhir/ClaimResponse?request=Claim/${invoice.id}`);
  const answer = found.entry[0].resource;
  const { payments } = await pharmacy.send('GET', '/v1/payments');
  const refused = await pharmacy.send('POST', '/v1/eligibility', { amc: AMC }).then(() => '', (problem) => {
    if (problem instanceof Problem) return problem.told.code;
    throw problem;
  });
  return {
    covered: covered.result,
    quoted: benefit(quote),
    outcome: answer.outcome,
    decided: benefit(answer),
    payments: payments.map((each) => each.state),
    refused,
  };
}

const [site, folder, day = new Date().toISOString().slice(0, 10)] = process.argv.slice(2);
for (const way of [ByCertificate, ByDpop]) {
  const told = await journey(new way(site, folder, 'pharmacy'), day, `javascript-${day}`);
  process.stdout.write(`${JSON.stringify({ way: way.name, ...told })}\n`);
}
