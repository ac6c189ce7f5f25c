import type { Credentials } from "../../driver/credentials";
import type { Leases } from "../../driver/lease/lease";
import { awsOffers, type Cloud, type Offers, shippedOffers } from "../../driver/request";
import { openAws, type OpenAwsConnection, type OpenConnection, openDigitalOcean } from "../connection";
import { NotConnected } from "../errors";
import type { Home } from "../home";
import { AwsAccess } from "./aws-access";
import { directAccess, GuardedAccess } from "./credentials";
import { DirectNotOnAws } from "./errors";
import { offersOf } from "./offers";
import type { Report } from "./report";

/** The account that a command works in. */
export type Account =
  | { readonly cloud: "digitalocean"; readonly connection: OpenConnection }
  | { readonly cloud: "aws"; readonly connection: OpenAwsConnection };

/** How the engine's providers get at an account, for as long as it is not closed. */
export interface Access {
  readonly credentials: Credentials;
  close(): Promise<void>;
}

export interface AccessSettings {
  readonly leases: Leases;
  /** Whether the token itself goes into the stack. */
  readonly direct: boolean;
  /** Where the project is. */
  readonly region: string;
}

/** A command's accounts: which one it works in is known when its project's file was read. */
export class Accounts {
  private readonly opened = new Map<Cloud, Promise<Account | NotConnected>>();

  constructor(
    private readonly home: Home,
    private readonly wanted: string | undefined,
  ) {}

  /**
   * @returns without any connection the reason: there may be more to say first
   * @throws AmbiguousConnection
   */
  on(cloud: Cloud): Promise<Account | NotConnected> {
    const opened = this.opened.get(cloud) ?? this.open(cloud);
    this.opened.set(cloud, opened);
    return opened;
  }

  /** What a cloud offers: DigitalOcean is asked where there is a connection, for AWS the shipped list counts. */
  async offers(cloud: Cloud, report: Pick<Report, "warn">, signal: AbortSignal): Promise<Offers> {
    if (cloud === "aws") return awsOffers;
    const account = await this.on(cloud);
    if (account instanceof Error || account.cloud === "aws") return shippedOffers;
    return offersOf(account.connection, report, signal);
  }

  async close(): Promise<void> {
    for (const opened of this.opened.values()) {
      const account = await opened.catch(() => undefined);
      if (account !== undefined && !(account instanceof Error)) await account.connection.close();
    }
  }

  private async open(cloud: Cloud): Promise<Account | NotConnected> {
    try {
      return cloud === "aws"
        ? { cloud, connection: await openAws(this.home, this.wanted) }
        : { cloud, connection: await openDigitalOcean(this.home, this.wanted) };
    } catch (error) {
      if (error instanceof NotConnected) return error;
      throw error;
    }
  }
}

/** @throws DirectNotOnAws */
export function accessTo(home: Home, account: Account, { leases, direct, region }: AccessSettings): Access {
  if (account.cloud === "aws") {
    if (direct) throw new DirectNotOnAws();
    const access = new AwsAccess(home, account.connection, region);
    return { credentials: access, close: () => access.close() };
  }
  if (direct) return { credentials: directAccess(account.connection), close: () => Promise.resolve() };
  const guarded = new GuardedAccess(home, account.connection, leases);
  return { credentials: guarded, close: () => guarded.close() };
}
