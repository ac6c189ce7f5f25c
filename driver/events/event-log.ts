import { type FSWatcher, watch } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** How often a file is looked at without having been told of a change: some file systems tell nobody. */
const lookAgainMs = 100;
const chunkBytes = 256 * 1024;
/** A longer line is passed over: the engine's longest are a resource's whole properties, twice. */
const longestLine = 32 * 1024 * 1024;

/**
 * Follows a file that another process appends lines to. The file is there already and is never cut.
 *
 * A file rather than the engine's own gRPC stream: it outlives whoever reads it, only its owner can write to it, and the
 * process that embeds the driver needs no server.
 */
export class LineFollower {
  private readonly buffer = Buffer.allocUnsafe(chunkBytes);
  private handle: FileHandle | undefined;
  private watcher: FSWatcher | undefined;
  private timer: NodeJS.Timeout | undefined;
  private position = 0;
  private rest: Buffer[] = [];
  private restBytes = 0;
  private reading: Promise<void> | undefined;
  private again = false;
  private closed = false;

  constructor(
    private readonly file: string,
    private readonly onLine: (line: string) => void,
  ) {}

  /** How much has been read, in bytes. */
  get bytes(): number {
    return this.position;
  }

  async start(): Promise<void> {
    this.handle = await open(this.file, "r");
    this.watcher = watch(this.file, () => {
      this.look();
    });
    this.watcher.on("error", () => undefined);
    this.timer = setInterval(() => {
      this.look();
    }, lookAgainMs);
  }

  /** Reads what is there still, and lets the file go. A last line without an end is passed on as well. */
  async finish(): Promise<void> {
    this.watcher?.close();
    clearInterval(this.timer);
    this.closed = true;
    await this.reading;
    if (this.handle === undefined) return;
    await this.read(this.handle);
    if (this.restBytes > 0) this.line(Buffer.alloc(0));
    await this.handle.close();
    this.handle = undefined;
  }

  private look(): void {
    if (this.closed || this.handle === undefined) return;
    if (this.reading !== undefined) {
      this.again = true;
      return;
    }
    this.reading = this.read(this.handle)
      // The next look, or the last one, meets the same failure and can say so.
      .catch(() => undefined)
      .finally(() => {
        this.reading = undefined;
        if (!this.again) return;
        this.again = false;
        this.look();
      });
  }

  private async read(handle: FileHandle): Promise<void> {
    for (;;) {
      const { bytesRead } = await handle.read(this.buffer, 0, this.buffer.length, this.position);
      if (bytesRead === 0) return;
      this.position += bytesRead;
      this.split(this.buffer.subarray(0, bytesRead));
    }
  }

  private split(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(0x0a, start);
      if (end < 0) break;
      this.line(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start === chunk.length) return;
    this.restBytes += chunk.length - start;
    // The buffer is read into again.
    if (this.restBytes <= longestLine) this.rest.push(Buffer.from(chunk.subarray(start)));
  }

  private line(last: Buffer): void {
    const text = this.rest.length === 0 ? last.toString() : Buffer.concat([...this.rest, last]).toString();
    const tooLong = this.restBytes > longestLine;
    this.rest = [];
    this.restBytes = 0;
    if (!tooLong && text.trim() !== "") this.onLine(text);
  }
}
