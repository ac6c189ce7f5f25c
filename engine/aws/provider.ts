import { Clients } from "./clients";
import { differenceOf, type Difference } from "./difference";
import { functions } from "./functions";
import { type Aws, type Kind, type Properties } from "./kind";
import { kinds } from "./kinds";

/** Asked for something that this stand-in does not have. */
export class NotHere extends Error {
  override readonly name = "NotHere";

  constructor(what: string) {
    super(
      `${what} is not in the aws plugin of this checkout, which stands in for the official one and knows only what deploy4me's components use. ` +
        "Install the official plugin: pulumi plugin install resource aws",
    );
  }
}

/** A resource was made, but not to its end. */
export class HalfMade extends Error {
  override readonly name = "HalfMade";

  constructor(
    readonly id: string,
    readonly state: Properties,
    override readonly cause: unknown,
  ) {
    super(`${id} was made, but not to its end`, { cause });
  }
}

/** In the state of a resource that is half made: the next update finishes it. */
const unfinished = "unfinished";

/** What of the protocol is about AWS; the rest is in server.ts. */
export class AwsProvider {
  private clients = new Clients({});

  configure(settings: Readonly<Record<string, string>>): void {
    const { region, accessKey, secretKey, token } = settings;
    this.clients = new Clients({ region, accessKey, secretKey, token });
  }

  check(type: string, resource: string, earlier: Properties, news: Properties): Properties {
    const kind = kindOf(type);
    const inputs = { ...kind.defaults, ...news };
    return { ...inputs, ...kind.names?.(inputs, earlier, resource) };
  }

  diff(
    type: string,
    state: Properties,
    before: Properties,
    after: Properties,
  ): Difference & { readonly isDifferent: boolean; readonly deleteBeforeReplace: boolean } {
    const kind = kindOf(type);
    const difference = differenceOf(kind, before, after);
    const isDifferent = difference.changed.length > 0 || state[unfinished] === true;
    return { ...difference, isDifferent, deleteBeforeReplace: kind.deleteBeforeReplace ?? false };
  }

  /** @throws HalfMade when it is there, and what had to follow failed */
  async create(type: string, inputs: Properties): Promise<{ readonly id: string; readonly state: Properties }> {
    const kind = kindOf(type);
    const aws = this.at(inputs);
    const made = await kind.create(aws, inputs);
    const { id } = made;
    const state = { ...inputs, region: aws.region, ...made.state };
    try {
      return { id, state: { ...state, ...(await kind.finish?.(aws, id, inputs)) } };
    } catch (error) {
      throw new HalfMade(id, { ...state, [unfinished]: true }, error);
    }
  }

  /**
   * @param inputs those that were given; what of them AWS says otherwise comes back changed
   * @returns undefined when it is gone
   */
  async read(
    type: string,
    id: string,
    state: Properties,
    inputs: Properties,
  ): Promise<{ readonly state: Properties; readonly inputs: Properties } | undefined> {
    const found = await kindOf(type).read(this.at(state), id, { ...inputs, ...state });
    if (found === undefined) return undefined;
    const known = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
    const isImport = Object.keys(inputs).length === 0;
    const drifted = Object.fromEntries(Object.entries(known).filter(([key]) => isImport || key in inputs));
    return { state: { ...state, ...known }, inputs: { ...inputs, ...drifted } };
  }

  async update(
    type: string,
    id: string,
    state: Properties,
    before: Properties,
    after: Properties,
  ): Promise<Properties> {
    const kind = kindOf(type);
    const aws = this.at(after);
    const { [unfinished]: isUnfinished, ...known } = state;
    const more = isUnfinished === true ? await kind.finish?.(aws, id, after) : undefined;
    await kind.update?.(aws, id, { ...known, ...before }, after);
    const found = await kind.read(aws, id, { ...known, ...after });
    return { ...known, ...more, ...found, ...after, region: aws.region };
  }

  remove(type: string, id: string, state: Properties): Promise<void> {
    return kindOf(type).remove(this.at(state), id, state);
  }

  async invoke(token: string, args: Properties): Promise<Properties> {
    const called = functions[token];
    if (called === undefined) throw new NotHere(`the function ${token}`);
    return { ...args, ...(await called(this.at(args), args)) };
  }

  private at({ region }: Properties): Aws {
    return this.clients.in(typeof region === "string" ? region : undefined);
  }
}

function kindOf(type: string): Kind {
  const kind = kinds[type];
  if (kind === undefined) throw new NotHere(`the resource type ${type}`);
  return kind;
}
