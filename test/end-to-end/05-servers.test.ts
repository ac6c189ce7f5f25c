import { accountOf, kind, type Undo } from "./clouds";
import { type MachineName, machines, on, servers, tryOn } from "./fixture/machines";
import { Companion, until } from "./fixture/process";
import { asVisitor } from "./fixture/visitor";
import { domain, world } from "./fixture/world";

const here = world();
const account = accountOf(here);
const outside = `http://${here.ranges.visitor.ipv4}/`;

/** By the machine's own Python: no machine brings curl. Prints the status that `ask` returns, or why there was none. */
function fetchScript(ask: string, { proxy, user = "root" }: { proxy?: string; user?: string } = {}): string {
  const proxies = proxy === undefined ? "{}" : `{"http": "${proxy}", "https": "${proxy}"}`;
  return `runuser -u ${user} -- python3 - <<'END'
import urllib.error, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler(${proxies}))
${ask}
try:
    print(ask(opener))
except urllib.error.HTTPError as error:
    print(error.code)
except OSError as error:
    print("no answer:", error)
END`;
}
const proxy = "http://bastion:3128";

async function fetchOn(machine: MachineName, url: string, options?: { proxy?: string }): Promise<string> {
  const ask = `ask = lambda opener: opener.open("${url}", timeout=3).status`;
  return (await on(here, machine, fetchScript(ask, options))).trim();
}

async function askMetadata(machine: MachineName, user: string): Promise<string> {
  return (await on(here, machine, fetchScript(kind.askMetadata, { user }))).trim();
}

describe.each(servers)("the server %s", (server) => {
  test("updates its packages", async () => {
    await on(here, server, "apt-get update -q -o APT::Update::Error-Mode=any");
  });

  test("takes the time from the bastion", async () => {
    const bastion = (await account.machine("bastion")).privateAddress;
    const sources = await on(here, server, "chronyc -n waitsync 30 0 0 1 >/dev/null; chronyc -n sources");
    expect(sources).toMatch(new RegExp(`^\\^\\* ${bastion.replaceAll(".", "\\.")} `, "m"));
  });

  test("knows the names of its package sources, and no others", async () => {
    const source = "apt-get indextargets --format '$(SITE)' | sed -nE 's#^https?://([^/:]+).*#\\1#p' | head -n 1";
    await on(here, server, `getent ahosts "$(${source})"`);
    expect((await tryOn(here, server, "getent ahosts example.org")).code).not.toBe(0);
  });

  test("shows the metadata service to root, and to nobody else", async () => {
    expect(await askMetadata(server, "root")).toBe("200");
    expect(await askMetadata(server, "nobody")).toMatch(/^no answer/);
  });

  test("shows one host key, of the pinned type", async () => {
    const address = (await account.machine(server)).privateAddress;
    const types = await on(here, "bastion", `ssh-keyscan -T 5 ${address} 2>/dev/null | awk '!/^#/ { print $2 }'`);
    expect(types.trim()).toBe("ssh-ed25519");
  });
});

test("the bastion shows the metadata service to root, and to nobody else", async () => {
  expect(await askMetadata("bastion", "root")).toBe("200");
  expect(await askMetadata("bastion", "nobody")).toMatch(/^no answer/);
});

test.each(machines)("nobody but root may read the user data on %s", async (machine) => {
  const readable = "runuser -u nobody -- find /var/lib/cloud -name 'user-data*' -readable 2>/dev/null";
  expect((await tryOn(here, machine, readable)).stdout).toBe("");
});

describe("with a web server outside", () => {
  let web: Companion;
  const records: Undo[] = [];
  let names: Record<"outer" | "loopback" | "metadata" | "server", string>;

  beforeAll(async () => {
    web = await Companion.start([...asVisitor(here), "python3", "-u", "-c", webServer]);
    const targets = {
      outer: here.ranges.visitor.ipv4,
      loopback: "127.0.0.1",
      metadata: "169.254.169.254",
      server: (await account.machine("blog")).privateAddress,
    };
    for (const [name, address] of Object.entries(targets)) {
      records.push(await account.addRecord(domain, `to-${name}`, address));
    }
    names = {
      outer: `to-outer.${domain}`,
      loopback: `to-loopback.${domain}`,
      metadata: `to-metadata.${domain}`,
      server: `to-server.${domain}`,
    };
  });
  afterAll(async () => {
    for (const remove of records) await remove();
    await web.stop();
  });

  test("the bastion reaches it", async () => {
    expect(await fetchOn("bastion", outside)).toBe("200");
  });

  test.each(servers)("%s does not reach it directly", async (server) => {
    expect(await fetchOn(server, outside)).toMatch(/^no answer/);
  });

  test.each(servers)("%s does not reach it through the proxy: it is not allowed", async (server) => {
    expect(await fetchOn(server, outside, { proxy })).toBe("403");
    expect(await fetchOn(server, `http://${names.outer}/`, { proxy })).toBe("403");
  });

  test("the proxy lets nobody through TLS to another port than 443", async () => {
    const source = "apt-get indextargets --format '$(SITE)' | sed -nE 's#^https?://([^/:]+).*#\\1#p' | head -n 1";
    const connect = `exec 3<>/dev/tcp/bastion/3128; printf 'CONNECT %s:22 HTTP/1.1\\r\\n\\r\\n' "$(${source})" >&3
head -n 1 <&3`;
    expect(await on(here, "wiki", connect)).toContain(" 403 ");
  });

  describe("whose name is allowed, as are names that lead inside", () => {
    const allowed = "/etc/deploy4me/allowed-hosts";
    beforeAll(async () => {
      await on(
        here,
        "bastion",
        `cp -p ${allowed} /run/allowed-hosts; echo .${domain} >>${allowed}; systemctl reload squid`,
      );
      const seen = async () => (await fetchOn("wiki", `http://${names.outer}/`, { proxy })) !== "403";
      await until("the proxy to know the new list", seen);
    });
    afterAll(async () => {
      await on(here, "bastion", `cp -p /run/allowed-hosts ${allowed}; rm /run/allowed-hosts; systemctl reload squid`);
    });

    test("a server reaches it through the proxy", async () => {
      expect(await fetchOn("wiki", `http://${names.outer}/`, { proxy })).toBe("200");
    });

    test.each(["loopback", "metadata", "server"] as const)("the proxy does not lead to %s", async (name) => {
      expect(await fetchOn("wiki", `http://${names[name]}/`, { proxy })).toBe("403");
    });
  });
});

const webServer = `
import http.server, sys, threading
server = http.server.ThreadingHTTPServer(("0.0.0.0", 80), http.server.SimpleHTTPRequestHandler)
server.RequestHandlerClass.do_GET = lambda self: (self.send_response(200), self.end_headers())
server.RequestHandlerClass.log_message = lambda *_: None
threading.Thread(target=server.serve_forever, daemon=True).start()
print("listening")
sys.stdin.read()
`;
