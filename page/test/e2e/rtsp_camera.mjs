// A camera of RTSP with people in front of it, as testing/ has it. It can be killed and comes back.

import {execFileSync} from "node:child_process";
import {join} from "node:path";
import {Program, free_port, new_folder} from "./processes.mjs";
import {until} from "./steps.mjs";

// The film of a painted scene (its url needs cycles=), as an RTSP server plays it: with a key frame each second, since
// a key frame that comes too seldom is a condition that the page would rightly tell.
function make_film(programs, scene, fps, folder) {
  const [bare, film] = [join(folder, "film.h264"), join(folder, "film.mp4")];
  execFileSync(programs.film, [scene, bare, join(folder, "truth.json")]);
  const from = ["-v", "error", "-nostdin", "-f", "h264", "-r", String(fps), "-i", bare];
  execFileSync("ffmpeg", [...from, "-c:v", "libx264", "-preset", "ultrafast", "-g", String(fps), "-bf", "0", film]);
  return film;
}

export class RtspCamera {
  // scene: a url of the synthetic camera, with cycles=
  static async start(programs, scene, fps) {
    const camera = new RtspCamera();
    camera.path = programs.rtsp_server;
    camera.folder = new_folder();
    camera.film = make_film(programs, scene, fps, camera.folder);
    camera.port = await free_port();
    camera.url = `rtsp://127.0.0.1:${camera.port}/door`;
    await camera.start();
    return camera;
  }

  async start() {
    this.program = new Program(this.path, ["--loop", String(this.port), `door=${this.film}`], this.folder);
    await until("the camera listens", () => this.program.said().includes("listening"), 20);
  }

  kill() {
    return this.program.kill("SIGKILL");
  }
}
