import assert from "node:assert/strict";
import {test} from "node:test";
import {en} from "../../src/i18n/en";
import {pt_br} from "../../src/i18n/pt_br";
import {contract} from "./samples";

function keys_of(value: object, path = ""): string[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === "object" ? keys_of(inner, `${path}${key}.`) : [`${path}${key}`],
  );
}

function words(schema: string, property: string): string[] {
  const found = contract.components.schemas[schema]?.properties[property];
  assert.ok(found, `${schema}.${property}`);
  return (found.enum ?? []).filter((word) => word !== null);
}

test("both languages have the same texts, none of them empty", () => {
  const [english, portuguese] = [en, pt_br].map((texts) => keys_of({...texts, advice: {}}).sort());
  assert.deepEqual(portuguese, english);
  for (const texts of [en, pt_br]) {
    for (const value of Object.values(texts)) if (typeof value === "string") assert.notEqual(value, "");
  }
});

test("every problem of the contract has a sentence, and in Portuguese an advice", () => {
  for (const code of words("Problem", "code")) {
    for (const texts of [en, pt_br]) assert.ok(texts.problem[code], `${texts.locale}: ${code}`);
    assert.ok(pt_br.advice[code], `advice: ${code}`);
  }
});

test("every condition, reason and state that needs a name has one", () => {
  const reasons = words("Box", "reason");
  for (const texts of [en, pt_br]) {
    for (const word of words("Condition", "condition")) assert.ok(texts.reason[word], word);
    for (const word of words("Camera", "reason")) assert.ok(texts.reason[word], word);
    for (const word of ["MISCONFIGURED", "DETECTOR_FAILS"]) {
      assert.ok(words("Camera", "state").includes(word) && texts.reason[word], word);
    }
    for (const word of words("Camera", "hibernation")) assert.ok(texts.hibernation[word], word);
    for (const word of words("Event", "fate")) assert.ok(texts.fate[word], word);
    for (const word of reasons) assert.ok(texts.outcome[word], word);
  }
});

test("both languages have a name for every line of a chart", () => {
  for (const texts of [en, pt_br]) assert.deepEqual(Object.keys(texts.series).sort(), Object.keys(en.series).sort());
});
