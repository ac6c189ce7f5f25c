export { BackupStore, type BackupStoreArgs } from "./backups";
export { Bastion, type BastionArgs } from "./bastion";
export { BusinessDeployment, type AwsDeploymentArgs } from "./deployment";
export { Dns, type DnsArgs } from "./dns";
export { FlowLogs, type FlowLogsArgs } from "./flow-logs";
export { Network, type NetworkArgs } from "./network";
export { PrivateBucket, type PrivateBucketArgs } from "./private-bucket";
export { Server, type ServerArgs } from "./server";
export type { Transform } from "../transform";
