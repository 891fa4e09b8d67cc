import assert from "node:assert/strict";
import {test} from "node:test";
import {RecordCutter} from "../../src/api/records";

function record(header: object, jpeg: number[]): number[] {
  const text = [...new TextEncoder().encode(JSON.stringify(header))];
  const head = new DataView(new ArrayBuffer(8));
  head.setUint32(0, text.length);
  head.setUint32(4, jpeg.length);
  return [...new Uint8Array(head.buffer), ...text, ...jpeg];
}

const kAlive = [0, 0, 0, 0, 0, 0, 0, 0];

test("records are cut wherever the network cut them", () => {
  const bytes = Uint8Array.from([
    ...record({name: "portão"}, [1, 2, 3]),
    ...kAlive,
    ...record({name: "hall"}, [4]),
    ...kAlive,
  ]);
  for (let size = 1; size <= bytes.length; ++size) {
    const cutter = new RecordCutter();
    const records = [];
    for (let at = 0; at < bytes.length; at += size) records.push(...cutter.push(bytes.subarray(at, at + size)));
    assert.deepEqual(
      records.map(({header, jpeg}) => [header.name, [...jpeg]]),
      [
        ["portão", [1, 2, 3]],
        ["hall", [4]],
      ],
    );
  }
});

test("a long stream of large records is cut, and the pictures stay as they were", () => {
  const cutter = new RecordCutter();
  const kept: Uint8Array[] = [];
  for (let i = 0; i < 40; ++i) {
    const records = cutter.push(Uint8Array.from(record({name: "gate", sequence: i}, Array<number>(30_000).fill(i))));
    assert.equal(records.length, 1);
    assert.equal(records[0]?.header.sequence, i);
    if (records[0]) kept.push(records[0].jpeg);
  }
  kept.forEach((jpeg, i) => assert.ok(jpeg.every((byte) => byte === i)));
});

test("bytes that cannot be records are refused", () => {
  assert.throws(() => new RecordCutter().push(Uint8Array.from([255, 255, 255, 255, 0, 0, 0, 0])), /a record of/);
});
