// Answers as the contract's examples have them.

import openapi from "../../../src/web/openapi.json";
import type {Camera, Event, Receivers, Status} from "../../src/api/types";

interface Operation {
  get: {responses: {"200": {content: {"application/json": {example: unknown}}}}};
}

export const contract = openapi as unknown as {
  paths: Record<string, Operation>;
  components: {schemas: Record<string, {properties: Record<string, {enum?: string[]; items?: object}>}>};
};

function example<T>(path: string): T {
  const found = contract.paths[path]?.get.responses["200"].content["application/json"].example;
  return structuredClone(found) as T;
}

export const status = () => example<Status>("/api/v1/status");
export const receivers = () => example<Receivers>("/api/v1/receivers");
export const event = () => example<{events: [Event]}>("/api/v1/events").events[0];

export function camera(change: Partial<Camera> = {}): Camera {
  return {...example<{cameras: [Camera]}>("/api/v1/cameras").cameras[0], ...change};
}

export function online(change: Partial<Camera> = {}): Camera {
  return camera({state: "INPROGRESS", online: true, reason: null, message: "", conditions: [], fps: 25, decoded_fps: 25, ...change});
}
