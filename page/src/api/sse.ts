// Cuts a stream of server-sent events into events, as the HTML standard says. Comments (': alive') are no
// events. The page reads the stream itself, not with EventSource, because that hides status codes and signs of life.

export interface ServerEvent {
  name: string;
  data: string;
}

export class EventCutter {
  id = "";
  private rest = "";
  private name = "";
  private data: string[] = [];

  // Returns the events that this piece of text completes.
  push(piece: string): ServerEvent[] {
    const lines = (this.rest + piece).split("\n");
    this.rest = lines.pop() ?? "";
    const events: ServerEvent[] = [];
    for (const raw of lines) {
      const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
      if (line !== "") {
        this.take(line);
        continue;
      }
      if (this.data.length > 0) events.push({name: this.name || "message", data: this.data.join("\n")});
      this.name = "";
      this.data = [];
    }
    return events;
  }

  private take(line: string) {
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    if (field === "event") this.name = value;
    else if (field === "data") this.data.push(value);
    else if (field === "id") this.id = value;
  }
}
