// A camera of single pictures (a snapshot address) that can be killed and comes back. Its pictures move.

import {createServer} from "node:http";
import {free_port} from "./processes.mjs";

export class SnapshotCamera {
  // jpegs: Buffers, shown in turn
  static async start(jpegs) {
    const camera = new SnapshotCamera();
    camera.jpegs = jpegs;
    camera.port = await free_port();
    camera.url = `http://127.0.0.1:${camera.port}/picture.jpg`;
    await camera.start();
    return camera;
  }

  async start() {
    let count = 0;
    this.server = createServer((_, response) => {
      const jpeg = this.jpegs[count++ % this.jpegs.length];
      response.writeHead(200, {"Content-Type": "image/jpeg", "Content-Length": jpeg.length});
      response.end(jpeg);
    });
    await new Promise((done) => this.server.listen(this.port, "127.0.0.1", done));
  }

  async kill() {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

// Moving pictures of this size, made by the browser.
export async function painted_pictures(page, width, height, count) {
  const texts = await page.evaluate(
    ([w, h, n]) => {
      const canvas = document.createElement("canvas");
      canvas.width = w;
      canvas.height = h;
      const pen = canvas.getContext("2d");
      const pictures = [];
      for (let i = 0; i < n; ++i) {
        const sky = pen.createLinearGradient(0, 0, 0, h);
        sky.addColorStop(0, "#9fb7c9");
        sky.addColorStop(1, "#dfe5e2");
        pen.fillStyle = sky;
        pen.fillRect(0, 0, w, h);
        pen.fillStyle = "#7d8577";
        pen.fillRect(0, h * 0.62, w, h);
        pen.fillStyle = "#5c4a3d";
        pen.fillRect(w * 0.42, h * 0.24, w * 0.16, h * 0.38);
        pen.fillStyle = "#39608a";
        pen.fillRect((w * i) / n - w * 0.1, h * 0.55, w * 0.2, h * 0.14);
        pictures.push(canvas.toDataURL("image/jpeg", 0.85).split(",")[1]);
      }
      return pictures;
    },
    [width, height, count],
  );
  return texts.map((text) => Buffer.from(text, "base64"));
}
