// Two clients of FHIR that nobody here wrote, at the counter of a sandbox: fhir-kit-client and @medplum/core.
//
// node clients.mjs <client> <site> <folder of keys> <library of the examples>; documents as JSON on the standard input.
// Tells what it heard as one line of JSON.

import { readFileSync } from 'node:fs';

const [client, site, folder, library] = process.argv.slice(2);
const { ByCertificate, ByDpop } = await import(library);
const documents = JSON.parse(readFileSync(0, 'utf8'));

/** fhir-kit-client signs each request: its hook is given the address and what is sent. */
async function kit() {
  const { Client } = await import('fhir-kit-client');
  const who = new ByDpop(site, folder, documents.client);
  const token = await who.token();
  const fhir = new Client({
    baseUrl: `${site}/fhir`,
    requestSigner: (url, sent) => {
      sent.headers.set('authorization', `DPoP ${token}`);
      sent.headers.set('dpop', who.proof(sent.method, url, token));
    },
  });
  const headers = { 'If-None-Exist': `identifier=${documents.name}` };
  const create = (body) => fhir.create({ resourceType: body.resourceType, body, options: { headers } });
  return {
    capability: () => fhir.capabilityStatement(),
    ask: () => create(documents.eligibility),
    create: (body) => fhir.create({ resourceType: body.resourceType, body }),
    submit: (type, body) => fhir.operation({ name: '$submit', resourceType: type, input: body }),
    read: (type, id) => fhir.read({ resourceType: type, id }),
    search: (type, searchParams) => fhir.resourceSearch({ resourceType: type, searchParams }),
    together: (body) => fhir.transaction({ body }),
    status: (fault) => [fault.response?.status, fault.response?.data?.resourceType],
  };
}

/** medplum takes a `fetch` of ours, which shows the certificate. */
async function medplum() {
  const { MedplumClient } = await import('@medplum/core');
  const who = new ByCertificate(site, folder, documents.client);
  let dropped = 0;
  const fetch = async (url, options) => {
    const answer = await who.fetch(url, options);
    if (options?.method === 'POST' && String(url).endsWith('/Claim') && dropped === 0) {
      dropped += 1;
      throw new TypeError('fetch failed'); // the invoice arrived, its answer did not: this client sends it again
    }
    return answer;
  };
  const fhir = new MedplumClient({ baseUrl: site, fhirUrlPath: 'fhir', fetch, cacheTime: 0 });
  fhir.setAccessToken(await who.token());
  const create = (body) => fhir.createResourceIfNoneExist(body, `identifier=${documents.name}`);
  return {
    capability: () => fhir.get(fhir.fhirUrl('metadata')),
    ask: () => create(documents.eligibility),
    create: (body) => fhir.createResource(body),
    submit: (type, body) => fhir.post(fhir.fhirUrl(type, '$submit'), body),
    read: (type, id) => fhir.readResource(type, id),
    search: (type, parameters) => fhir.search(type, parameters),
    together: (body) => fhir.executeBatch(body),
    status: (fault) => [fault.outcome?.issue?.[0]?.code, fault.outcome?.resourceType],
  };
}

/** What the complementary insurer pays of the first item. */
function benefit(answer) {
  const named = (each) => each.category.coding[0].code === 'benefit';
  return answer.item[0].adjudication.find(named).amount.value;
}

async function refused(fhir, work) {
  try {
    await work();
  } catch (fault) {
    return fhir.status(fault);
  }
  return 'nothing was refused';
}

const fhir = await { kit, medplum }[client]();
const told = {};
const capability = await fhir.capability();
told.version = capability.fhirVersion;
told.types = capability.rest[0].resource.map((each) => each.type);
const asked = await fhir.ask();
told.asked = asked.resourceType;
told.once = (await fhir.ask()).id === asked.id;
const found = await fhir.search('CoverageEligibilityResponse', { request: `CoverageEligibilityRequest/${asked.id}` });
told.inforce = found.entry[0].resource.insurance[0].inforce;
told.read = (await fhir.read('CoverageEligibilityResponse', found.entry[0].resource.id)).outcome;
told.closed = (await fhir.submit('CoverageEligibilityRequest', documents.closed)).insurance[0].inforce;
told.missing = await refused(fhir, () => fhir.read('CoverageEligibilityResponse', documents.nobody));
told.wrong = await refused(fhir, () => fhir.submit('CoverageEligibilityRequest', { resourceType: 'CoverageEligibilityRequest' }));
told.together = (await fhir.together(documents.transaction)).entry.map((each) => each.response.status);
told.quoted = benefit(await fhir.submit('Claim', documents.quote));
const sent = await fhir.create(documents.invoice);
told.same = (await fhir.create(documents.invoice)).id === sent.id;
const decided = (await fhir.search('ClaimResponse', { request: `Claim/${sent.id}` })).entry.map((each) => each.resource);
told.decided = decided.map((each) => [each.outcome, benefit(each)]);
told.number = decided[0].identifier.find((each) => each.system === 'urn:cloison:facture').value;
told.payments = (await fhir.search('PaymentReconciliation', { status: 'active' })).resourceType;
process.stdout.write(`${JSON.stringify(told)}\n`);
