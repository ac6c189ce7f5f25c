export { Bastion, type BastionArgs } from "./bastion";
export { BusinessDeployment, type DigitalOceanDeploymentArgs } from "./deployment";
export { Dns, type DnsArgs } from "./dns";
export { Network, type NetworkArgs } from "./network";
export { Server, type ServerArgs } from "./server";
export type { Transform } from "../transform";
