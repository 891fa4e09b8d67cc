// Cuts the bytes of /api/v1/pictures into records: 4 bytes H, 4 bytes J, H bytes of JSON, J bytes of JPEG.

import type {PictureHeader} from "./types";

export interface PictureRecord {
  header: PictureHeader;
  jpeg: Uint8Array<ArrayBuffer>;
}

const kMostBytes = 8 << 20; // of one part: more is no picture, but a stream out of step

export class RecordCutter {
  private held = new Uint8Array(1 << 16);
  private from = 0;
  private to = 0;

  // Returns the records that these bytes complete. Throws if they cannot be records.
  push(bytes: Uint8Array): PictureRecord[] {
    this.keep(bytes);
    const records: PictureRecord[] = [];
    for (;;) {
      const length = this.to - this.from;
      if (length < 8) break;
      const view = new DataView(this.held.buffer, this.from, 8);
      const h = view.getUint32(0);
      const j = view.getUint32(4);
      if (h > kMostBytes || j > kMostBytes) throw new Error(`a record of ${h} and ${j} bytes`);
      if (length < 8 + h + j) break;
      const at = this.from + 8;
      this.from = at + h + j;
      if (h === 0) continue; // a sign of life
      const header = JSON.parse(new TextDecoder().decode(this.held.subarray(at, at + h))) as PictureHeader;
      records.push({header, jpeg: this.held.slice(at + h, at + h + j)});
    }
    return records;
  }

  private keep(bytes: Uint8Array) {
    if (this.to + bytes.length > this.held.length) {
      const length = this.to - this.from;
      const target = length + bytes.length > this.held.length ? new Uint8Array(2 * (length + bytes.length)) : this.held;
      target.set(this.held.subarray(this.from, this.to));
      this.held = target;
      this.from = 0;
      this.to = length;
    }
    this.held.set(bytes, this.to);
    this.to += bytes.length;
  }
}
