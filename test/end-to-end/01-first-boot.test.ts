import { baselineTable } from "../../components/remote/iptables/boot";
import { accountOf, kind, type Machine } from "./clouds";
import { initOf, inNetworkOf, tryOn } from "./fixture/machines";
import { attempt, run, until } from "./fixture/process";
import { handshakes, Prober, type ProberReport, readReport, unfiltered } from "./fixture/prober";
import { revealedText, resources } from "./fixture/stack";
import { asVisitor, visitor } from "./fixture/visitor";
import { world } from "./fixture/world";

const here = world();
const account = accountOf(here);
const visitorsPorts = [80, 443];

describe("while the deployment came up", () => {
  const report = readReport(here.firstBoot);

  test("the prober knocked on every address of the bastion, and visitors were let in at the end", async () => {
    const { publicAddresses } = await account.machine("bastion");
    const addresses = [...publicAddresses, ...(await account.reservedAddresses())];
    expect(Object.keys(report.knocks)).toEqual(expect.arrayContaining(addresses));
    const accepted = report.answers.filter(({ meaning }) => meaning === "handshake").map(({ port }) => port);
    expect(accepted).toEqual(expect.arrayContaining(visitorsPorts));
  });

  test("no handshake succeeded but the visitors'", () => {
    expect(handshakes(report, visitorsPorts)).toEqual([]);
  });
});

/**
 * The machines' own rules, without the cloud's firewalls before them: two more machines with the user data of the
 * deployment's and public addresses, which no cloud firewall is bound to.
 */
describe("without the cloud's firewalls", () => {
  const made: Machine[] = [];
  let firstBoot: ProberReport;

  beforeAll(async () => {
    const prober = await Prober.start(here, asVisitor(here), "bare-first-boot");
    for (const part of ["bastion", "wiki"]) made.push(await createBare(part));
    prober.aim(made.flatMap(({ publicAddresses }) => publicAddresses));
    await Promise.all(made.map((one) => booted(one, 0)));
    firstBoot = await prober.stop();
  });
  afterAll(async () => {
    await Promise.all(made.map(({ id }) => account.delete(id)));
  });

  test("no handshake succeeds while a machine boots for the first time", () => {
    expect(Object.keys(firstBoot.knocks)).toHaveLength(4);
    expect(handshakes(firstBoot, visitorsPorts)).toEqual([]);
  });

  test("not one unfiltered reply comes while it boots again, not even when its first boot had only begun", async () => {
    const interrupted = await createBare("wiki", "cut");
    made.push(interrupted);
    const firstInit = await until("the baseline to be in force", async () => {
      const init = await initOf(here, interrupted);
      const tables = await run([...(await inNetworkOf(here, interrupted)), "nft", "list", "tables"]);
      return tables.includes(baselineTable) && init;
    });
    await account.act(interrupted.id, "power_off");

    const prober = await Prober.start(here, asVisitor(here), "bare-later-boot");
    prober.aim(made.flatMap(({ publicAddresses }) => publicAddresses));
    await Promise.all(
      made.map(async (one) => {
        const before = one === interrupted ? firstInit : await initOf(here, one);
        await account.act(one.id, one === interrupted ? "power_on" : "reboot");
        await booted(one, before);
      }),
    );
    const laterBoot = await prober.stop();
    expect(Object.keys(laterBoot.knocks)).toHaveLength(6);
    expect(unfiltered(laterBoot, visitorsPorts)).toEqual([]);
  });

  test("the prober would have seen one: with the rules away, the same machine answers", async () => {
    const addresses = made[0]!.publicAddresses;
    const prober = await Prober.start(here, asVisitor(here), "bare-open");
    prober.aim(addresses);
    await run([...(await inNetworkOf(here, made[0]!)), "nft", "flush", "ruleset"]);
    for (const address of addresses) {
      const host = address.includes(":") ? `[${address}]` : address;
      const curl = ["curl", "-q", "-sS", "--max-time", "2", `http://${host}:8080/`];
      await until("a refusal", async () => (await visitor(here, curl)).code === curlWasRefused);
    }
    const resets = (await prober.stop()).answers.filter(({ port, meaning }) => port === 8080 && meaning === "reset");
    expect(resets.map(({ address }) => address).sort()).toEqual([...addresses].sort());
  });
});

const curlWasRefused = 7;

async function createBare(part: string, name = "bare"): Promise<Machine> {
  const like = await account.machine(part);
  const stored = (await resources(here, true)).find(({ type, id }) => type === kind.machineType && id === like.id);
  if (!stored) throw new Error(`the state has no machine ${like.id}`);
  const userData = revealedText(stored.inputs.userData);
  return account.createUnfiltered({ name: `${name}-${part}`, userData, beside: like });
}

/** Until it admits SSH to whom it shall, in another boot than the one whose init is given. */
async function booted(one: Machine, previousInit: number): Promise<void> {
  await until(`${one.name} to boot`, async () => (await initOf(here, one)) !== previousInit && (await admitsSsh(one)));
}

/** The bastion's twin admits administrators; the server's admits the private network. */
async function admitsSsh(one: Machine): Promise<boolean> {
  const knock = (address: string): string => `timeout 2 bash -c ': </dev/tcp/${address}/22'`;
  const { code } = one.name.endsWith("bastion")
    ? await attempt(["bash", "-c", knock(one.publicAddresses[0]!)])
    : await tryOn(here, "bastion", knock(one.privateAddress));
  return code === 0;
}
