import type { Input, Output } from "@pulumi/pulumi";

import type { Catalogue } from "../catalogue/loader";
import type { SoftwareDefinition } from "../catalogue/schema";

/**
 * The shape every cloud's `BusinessDeployment` has: what goes in and what comes out. Each cloud adds only its own
 * `transform`.
 */
export interface BusinessDeploymentArgs {
  /** The domain in which each piece of software gets its name. The deployment makes its zone. */
  readonly domain: string;
  /** The cloud's name of the region, such as `fra1`. */
  readonly region: string;
  /**
   * From where administrators come by SSH: address ranges of both families, such as `["203.0.113.7/32"]`. Nobody else
   * gets as far as a handshake. A change replaces the bastion (it keeps nothing, and its address stays), so that an
   * administrator with a new address gets back in.
   */
  readonly adminAccess: readonly string[];
  /** Has to be `true` for `adminAccess` to hold a range that lets the whole internet knock. Default: `false`. */
  readonly allowAdminAccessFromAnywhere?: boolean;
  /** What to install; each on a server of its own. */
  readonly software: readonly SoftwareRequest[];
  /** Who vouches for the names. Default: ACME, which needs a domain that is delegated to this cloud. */
  readonly tls?: AcmeTls | PrivateCaTls;
  /** The private network's range: RFC 1918, /16 to /28. Default: `10.20.0.0/24`. */
  readonly networkRange?: string;
  /** Default: the cloud's smallest with 1 GB of memory. */
  readonly bastionSize?: string;
  /** OpenSSH public keys of administrators, beside the key made for the deployment. Taken in when a machine is made. */
  readonly adminKeys?: readonly string[];
  /** Where `sshConfig` expects the key and the known hosts. Default: `~/.ssh/deploy4me/<deployment>`. */
  readonly sshDirectory?: string;
  /** The software that can be asked for. Default: the product's own catalogue. */
  readonly catalogue?: Catalogue;
}

export interface SoftwareRequest {
  /** Tells it from the others of the deployment: part of its server's name. A DNS label. */
  readonly name: string;
  /** A name in the catalogue. */
  readonly software: string;
  /** The label before the domain. Default: `name`. */
  readonly subdomain?: string;
  /** The server's size. Default: the cloud's smallest that has the memory the software needs. */
  readonly size?: string;
  /** The software's own parameters, as its definition declares them. */
  readonly parameters?: Readonly<Record<string, Input<string>>>;
}

/** Certificates from Let's Encrypt. */
export interface AcmeTls {
  readonly issuer: "acme";
  /** Where the certificate authority writes when a certificate is about to expire. */
  readonly email?: string;
}

/** A certificate authority made for the deployment: for domains that are not real, and for private networks. */
export interface PrivateCaTls {
  readonly issuer: "private-ca";
}

export interface BusinessDeploymentOutputs {
  /** Where each piece of software answers, by its name in the request. */
  readonly urls: Output<Record<string, string>>;
  /** The address of the only machine that answers from outside. */
  readonly bastionAddress: Output<string>;
  /** The versions installed, by name. */
  readonly versions: Output<Record<string, string>>;
  /** The first administrator of each piece of software, by name. Secret. */
  readonly credentials: Output<Record<string, Credential>>;
  /** The private certificate authority's certificate (PEM); empty with ACME. */
  readonly caCertificate: Output<string>;
  /** An OpenSSH client configuration that knows every machine by its name and the way to it. */
  readonly sshConfig: Output<string>;
  /** The machines' host keys for it, as lines of a known_hosts file. */
  readonly knownHosts: Output<string>;
  /** The deployment's own key, which every machine admits. Secret. */
  readonly sshPrivateKey: Output<string>;
  /** How to get into each machine, by its name. */
  readonly sshCommands: Output<Record<string, string>>;
}

export interface Credential {
  readonly user: string;
  readonly password: string;
}

/** The request with every default filled in: what the components work with. */
export interface ResolvedSoftware {
  readonly name: string;
  readonly hostname: string;
  readonly url: string;
  readonly size: string | undefined;
  readonly definition: SoftwareDefinition;
  readonly parameters: Readonly<Record<string, Input<string>>>;
}
