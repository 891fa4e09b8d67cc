// The programs that a test starts, each in a folder of its own. What is still there at the end is killed.

import {spawn} from "node:child_process";
import {createServer} from "node:net";
import {mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {until} from "./steps.mjs";

const running = new Set();
const folders = [];

export function kill_all() {
  for (const child of running) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, {recursive: true, force: true});
}

export async function free_port() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const {port} = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

export class Program {
  constructor(path, words, folder, environment = {}) {
    this.log = join(folder, `${path.split("/").pop()}.log`);
    const out = openSync(this.log, "w");
    this.child = spawn(path, words, {cwd: folder, stdio: ["ignore", out, out], env: {...process.env, ...environment}});
    running.add(this.child);
    this.ended = new Promise((done) => this.child.on("exit", done)).then(() => running.delete(this.child));
  }

  async kill(signal = "SIGKILL") {
    this.child.kill(signal);
    await this.ended;
  }

  said() {
    return readFileSync(this.log, "utf8").split("\n").slice(-15).join("\n");
  }
}

async function answers(url) {
  try {
    return (await fetch(url, {signal: AbortSignal.timeout(2000)})).status < 500;
  } catch {
    return false;
  }
}

export function new_folder() {
  const folder = mkdtempSync(join(tmpdir(), "vigia-page-"));
  folders.push(folder);
  return folder;
}

// These tests are about the page: on a machine with much to do, the detector must not be what it is busy with.
export const kSmallDetector = {model: "vigia_n", input: "320x192", on_overload: "drop"};

// A Vigia with these settings (an object: JSON is YAML), at a port of its own.
export class Agent {
  constructor(path, settings, port, folder) {
    this.path = path;
    this.folder = folder;
    this.url = `http://127.0.0.1:${port}`;
    writeFileSync(
      join(folder, "settings.yaml"),
      JSON.stringify({...settings, web: {listen: `127.0.0.1:${port}`, ...settings.web}}),
      {mode: 0o600},
    );
  }

  static async start(path, settings) {
    const agent = new Agent(path, settings, await free_port(), new_folder());
    await agent.start();
    return agent;
  }

  async start() {
    const environment = {FINDFACE_USER: "admin", FINDFACE_PASSWORD: "admin"};
    this.program = new Program(this.path, ["run", "-c", "settings.yaml"], this.folder, environment);
    let gone = false;
    void this.program.ended.then(() => (gone = true));
    await until(`Vigia answers at ${this.url}`, async () => {
      if (gone) throw new Error(`Vigia has ended:\n${this.program.said()}`);
      return answers(`${this.url}/healthz`);
    }, 60);
  }

  async get(path) {
    return (await fetch(`${this.url}${path}`)).json();
  }

  kill() {
    return this.program.kill("SIGKILL");
  }

  // As an operator ends it.
  stop() {
    return this.program.kill("SIGTERM");
  }
}

// What 'vigia check' says of a camera with these lines in its settings: {code, said}.
export async function check_camera(path, lines) {
  const folder = new_folder();
  const camera = ["name: sim1", 'url: "sim:faces=0&size=640x360&fps=8"', ...lines.split("\n")];
  const list = camera.map((line, i) => `${i === 0 ? "  - " : "    "}${line}\n`).join("");
  writeFileSync(join(folder, "settings.yaml"), `cameras:\n${list}delivery: {directory: faces}\n`, {mode: 0o600});
  const program = new Program(path, ["check", "-c", "settings.yaml"], folder);
  await program.ended;
  return {code: program.child.exitCode, said: program.said()};
}

// FindFace, as testing/ has it: strict about what it takes.
export class FindFace {
  constructor(path, port, cameras) {
    this.path = path;
    this.port = port;
    this.cameras = cameras;
    this.folder = new_folder();
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(path, cameras) {
    const findface = new FindFace(path, await free_port(), cameras);
    await findface.start();
    return findface;
  }

  async start() {
    const named = this.cameras.flatMap((name) => ["--camera", `${name}=rtsp://127.0.0.1/${name}`]);
    this.program = new Program(this.path, ["--port", String(this.port), ...named], this.folder);
    await until("FindFace answers", () => answers(this.url), 20);
  }

  kill() {
    return this.program.kill("SIGKILL");
  }
}
