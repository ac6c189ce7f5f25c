import { TestApi } from "./api";

/** Made for these tests; the private halves were thrown away. Fingerprints are what `ssh-keygen -l -E md5` says. */
const keys = {
  rsa: [
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDDOFCtHKixAiKZOPs/U9ocXafoRhqDOtByargFWqVLb6134qIA91JWYcpZiWODCIK07FW7KzL1CHUNRO5FqXi6zDjDIg5uCSvPoRJAKBThieeVcpcu71x+/RHsMi85CDw3Y5YjaFOLRwf6NcjsjgL93UEB7p/pcqM7rI9AUVyZFvNCjOhnSW+/ruXfWBwz/0ZBxDfQJ+Drpor4CN6ymhRtqJzefiAk0/M2OWNqjL/49JsZFB0iNHteOgTf5TrBVy2mTukLS1uYsAvc88bENtwU/48fan08b+7d1skcHbsyxcb05D/MhhE9FYi9nTfsOLa1ZolkU7r0Slz7EpWngYVj admin@example",
    "2a:64:8e:31:12:6a:9c:ea:ae:2f:ce:bb:a0:7f:7c:c6",
  ],
  ecdsa: [
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBLTTqZ6PNLtaJfANJK/k1/mvm0c8BiEHIUyfD9KiVj2gm2krSQ+ekdl5HJaG3MT+VN2sbyVNGofVOAD+DFb2SY8= admin@example",
    "2e:3b:fc:2f:6b:78:8b:6e:a2:c3:a3:29:25:f2:9a:f4",
  ],
  ed25519: [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHXrJ6/6jhYUkBxKjZvw3XtxZfKkH92ERGjyYi+loH4W",
    "6e:ed:59:da:e6:e2:83:16:0c:48:2c:3a:fd:47:17:ed",
  ],
} as const;

/** A key in a token, as far as a server can tell: its public half has no more than this form. */
function tokenKey(): string {
  const type = "sk-ssh-ed25519@openssh.com";
  const parts = [type, Buffer.alloc(32, 7), "ssh:"].map((part) => {
    const bytes = Buffer.from(part);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  });
  return `${type} ${Buffer.concat(parts).toString("base64")} admin's token`;
}

describe("SSH keys", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  const add = (key: string, name = "admin") => api.post("/v2/account/keys", { name, public_key: key });

  test.each(Object.entries(keys))("an %s key is known by its fingerprint", async (_, [key, fingerprint]) => {
    const added = await add(`${key}\n`);
    expect(added.status).toBe(201);
    expect(added.at("ssh_key")).toMatchObject({ fingerprint, public_key: key });
  });

  test("a key in a token is one as well", async () => {
    expect((await add(tokenKey())).status).toBe(201);
  });

  test("the same key under another name and comment is still the same", async () => {
    const [key] = keys.ed25519;
    await add(key);
    const twin = await add(`${key} someone@else`, "other");
    expect([twin.status, twin.text("message")]).toEqual([422, "SSH Key is already in use on your account"]);
  });

  test.each([
    ["another type than its bytes say", keys.ed25519[0].replace("ssh-ed25519", "ssh-rsa")],
    ["an end too early", keys.rsa[0].slice(0, 100)],
    ["bytes after its end", keys.ed25519[0] + "AAAA"],
    ["a part too few", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB"],
    ["a type that is too old", "ssh-dss AAAAB3NzaC1kc3MAAAADAQABAAAAAwEAAQAAAAMBAAEAAAADAQAB"],
    ["a second line", `${keys.ed25519[0]}\nssh-ed25519 AAAA`],
    ["no bytes", "ssh-ed25519"],
    ["options before it", `no-pty ${keys.ed25519[0]}`],
    ["nothing", ""],
  ])("one with %s is refused", async (_, key) => {
    const answer = await add(key);
    expect([answer.status, answer.text("message")]).toEqual([
      422,
      "Key invalid, key should be of the format `type key [comment]`",
    ]);
  });

  test("a name must not be blank, and a request has to have both", async () => {
    const [key] = keys.ed25519;
    expect((await add(key, " ")).text("message")).toBe("Name can't be blank");
    const id = (await add(key)).number("ssh_key", "id");
    expect((await api.put(`/v2/account/keys/${id}`, { name: "" })).status).toBe(422);
    expect((await api.post("/v2/account/keys", { name: "admin" })).status).toBe(422);
    expect((await api.post("/v2/account/keys", { public_key: keys.rsa[0] })).status).toBe(422);
  });

  test("one that is not there is not found", async () => {
    for (const path of ["7", keys.rsa[1], "nonsense"]) {
      expect((await api.get(`/v2/account/keys/${path}`)).status).toBe(404);
      expect((await api.put(`/v2/account/keys/${path}`, { name: "boss" })).status).toBe(404);
      expect((await api.delete(`/v2/account/keys/${path}`)).status).toBe(404);
    }
  });
});
