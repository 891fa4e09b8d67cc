// The page reads only what the contract promises: each field of src/api/types.ts is in src/web/openapi.json.

import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import ts from "typescript";
import {contract} from "./samples";

interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: unknown;
}

const schemas = contract.components.schemas as unknown as Record<string, Schema>;
const source = ts.createSourceFile("types.ts", readFileSync("src/api/types.ts", "utf8"), ts.ScriptTarget.ES2022, true);

function resolve(schema: Schema): Schema {
  return schema.$ref ? (schemas[schema.$ref.split("/").pop() ?? ""] ?? {}) : schema;
}

function compare(members: ts.NodeArray<ts.TypeElement>, schema: Schema, path: string) {
  for (const member of members) {
    if (!ts.isPropertySignature(member) || !member.type) continue;
    const name = member.name.getText(source);
    const found = resolve(schema).properties?.[name];
    assert.ok(found, `${path}.${name} is not in the contract`);
    follow(member.type, resolve(found), `${path}.${name}`);
  }
}

function follow(type: ts.TypeNode, schema: Schema, path: string) {
  if (ts.isTypeLiteralNode(type)) compare(type.members, schema, path);
  if (ts.isArrayTypeNode(type)) {
    assert.ok(schema.items, `${path} is no list in the contract`);
    follow(type.elementType, resolve(schema.items), `${path}[]`);
  }
  if (ts.isUnionTypeNode(type) && type.types.some((part) => part.getText(source) === "null")) {
    assert.ok(schema.type?.includes("null"), `${path} is never null in the contract`);
  }
  const may_be_null = Array.isArray(schema.type) && schema.type.includes("null");
  if (may_be_null) assert.match(type.getText(source), /null/, `${path} may be null`);
}

test("each field that the page reads is in the contract", () => {
  let compared = 0;
  for (const statement of source.statements) {
    if (!ts.isInterfaceDeclaration(statement)) continue;
    const name = statement.name.text;
    const schema = schemas[name];
    assert.ok(schema, `the contract has no ${name}`);
    compare(statement.members, schema, name);
    ++compared;
  }
  assert.ok(compared >= 15);
});

test("the series that the page draws are in the contract", () => {
  const alias = source.statements.find((one) => ts.isTypeAliasDeclaration(one) && one.name.text === "SeriesName");
  assert.ok(alias && ts.isTypeAliasDeclaration(alias) && ts.isUnionTypeNode(alias.type));
  const series = schemas["History"]?.properties?.["series"]?.properties ?? {};
  for (const part of alias.type.types) assert.ok(series[part.getText(source).replace(/"/g, "")], part.getText(source));
});
